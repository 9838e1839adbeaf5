"""What an evaluation found, as one record that tables, JSON and pages are made from."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from hemoscope.evaluation.cases import JudgedCase
from hemoscope.evaluation.judge import Judgement
from hemoscope.records import Notice, Shown


class SeenStatus(StrEnum):
    """How the question ended whether the network learned from this collection."""

    NOT_POSSIBLE = "not possible"
    NONE_FOUND = "none found"
    FOUND = "found"


@dataclass(frozen=True, slots=True)
class SeenCase:
    """A slice that stood in the training data, or belongs to one that did.

    Attributes:
        key: Its name.
        group: Its group, which stood on both sides as a whole.
        likeness: "same file", "near-duplicate", or "same group" as a slice that is one of these.
        score: Correlation with the slice learned from, in [0, 1]; 0 for one of the same group.
    """

    key: str
    group: str
    likeness: str
    score: float


@dataclass(frozen=True, slots=True)
class SeenCheck:
    """Whether any of the collection stood in the training data.

    Attributes:
        status: How the question ended.
        compared_with: With how many slices learned from; 0 where the bundle does not carry them.
        has_hashes: Whether files were compared too, or prepared pictures alone.
        seen: Each slice that did, then those of their groups.
        were_dropped: Whether these were left out of every figure.
    """

    status: SeenStatus
    compared_with: int
    has_hashes: bool
    seen: tuple[SeenCase, ...] = ()
    were_dropped: bool = False


@dataclass(frozen=True, slots=True)
class CollectionFacts:
    """What was judged on.

    Attributes:
        name: Of the collection.
        layout: How it was recognized.
        sha256: Of every file's bytes and label.
        slices: How many it has, before any were dropped.
        positives: How many of them show hemorrhage; of studies, where whole studies were judged.
        groups: How many groups they are of.
        studies: How many studies were judged; None where slices were.
        notices: What was left out, mended or assumed in reading it.
    """

    name: str
    layout: str
    sha256: str
    slices: int
    positives: int
    groups: int
    studies: int | None = None
    notices: tuple[Notice, ...] = ()

    @property
    def one(self) -> str:
        """What is judged, as a word."""
        return "slice" if self.studies is None else "study"

    @property
    def many(self) -> str:
        """The same of several."""
        return "slices" if self.studies is None else "studies"

    @property
    def judged(self) -> int:
        """How many of those there are, before any were dropped."""
        return self.slices if self.studies is None else self.studies

    @property
    def size_in_words(self) -> str:
        """How many cases were judged."""
        slices = f"{self.slices:,} slice{'s' * (self.slices != 1)}"
        if self.studies is None:
            return slices
        return f"{self.studies:,} {'study' if self.studies == 1 else 'studies'} ({slices})"


@dataclass(frozen=True, slots=True, eq=False)
class Example:
    """A case to look at.

    Attributes:
        case: With its answer.
        shown: The slice, and where the network sees blood in it.
    """

    case: JudgedCase
    shown: Shown


@dataclass(frozen=True, slots=True, eq=False)
class Evaluation:
    """One bundle judged on one collection.

    Attributes:
        model: What scored, as `Bundle.summary` tells it.
        collection: What it was judged on.
        seen: Whether it had learned from any of it.
        judgement: Every figure.
        misses: The worst ones, with their pictures.
        false_alarms: Likewise.
    """

    model: Mapping[str, object]
    collection: CollectionFacts
    seen: SeenCheck
    judgement: Judgement
    misses: tuple[Example, ...] = ()
    false_alarms: tuple[Example, ...] = ()
