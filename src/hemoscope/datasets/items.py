"""The one table that every labelled collection is read into."""

import hashlib
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from functools import lru_cache
from pathlib import Path

from hemoscope.errors import DatasetError
from hemoscope.records import Notice, Slice
from hemoscope.terms import SUBTYPES

UNKNOWN = -1.0
"""The target of a label that nobody has given."""
NOT_SAID = (UNKNOWN,) * len(SUBTYPES)
NO_SUBTYPE = (0.0,) * len(SUBTYPES)


class Level(StrEnum):
    """What the labels of a collection speak of."""

    SLICE = "slice"
    STUDY = "study"


@dataclass(frozen=True, slots=True)
class Place:
    """Where a slice belongs.

    Attributes:
        study: Its study, unique within the collection; never a UID or a number that a hospital gave.
        series: Its series, unique within the study.
        position: Along the axis of the series, in mm, towards the head; None where the file does not say.
    """

    study: str
    series: str = ""
    position: float | None = None


@dataclass(frozen=True, slots=True)
class Item:
    """One labelled slice.

    Attributes:
        key: Name within the collection, unique: the collection's own id or the path below its folder.
        path: The file.
        label: 1 with hemorrhage, 0 without; of its study where the collection's labels are.
        group: What must stay on one side of a split: a patient, or pictures that are nearly the same.
        details: Whatever else its collection says of it, as pairs of column and cell.
        frame: Which slice of a volume, counted from 0 as the file keeps them; None where the file is a slice.
        subtypes: 1, 0 or UNKNOWN for each, in the order of SUBTYPES.
        mask: A file that shows where the blood is, of the same geometry; None where there is none.
        place: Its study and position; None where the collection says nothing of studies.
    """

    key: str
    path: Path
    label: int
    group: str
    details: tuple[tuple[str, str], ...] = ()
    frame: int | None = None
    subtypes: tuple[float, ...] = NOT_SAID
    mask: Path | None = None
    place: Place | None = None

    @property
    def targets(self) -> tuple[float, ...]:
        """1, 0 or UNKNOWN for each label, in the order of `Label`; without hemorrhage there is no subtype either."""
        return (float(self.label), *(self.subtypes if self.label else NO_SUBTYPE))

    def read(self) -> Slice:
        """Read the slice.

        Raises:
            HemoscopeError: What `read_slice` raises.
        """
        from hemoscope.reading import read_slice

        return read_slice(self.path, frame=self.frame)

    def sha256(self) -> str:
        """SHA-256 of the file's bytes, in hex; of a slice of a volume, of the volume's and its number.

        Raises:
            OSError: The file cannot be read.
        """
        return slice_sha256(self.path, self.frame)


def slice_sha256(path: Path, frame: int | None) -> str:
    """Return what `Item.sha256` does, of a file or of a slice of a volume.

    Raises:
        OSError: The file cannot be read.
    """
    if frame is None:
        return hashlib.sha256(path.read_bytes()).hexdigest()
    state = path.stat()
    volume = _volume_sha256(path, state.st_size, state.st_mtime_ns)
    return hashlib.sha256(f"{volume}#{frame}".encode()).hexdigest()


@lru_cache(maxsize=1024)
def _volume_sha256(path: Path, size: int, changed: int) -> str:  # noqa: ARG001  a changed file is hashed again
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


@dataclass(frozen=True, slots=True)
class Collection:
    """A labelled collection.

    Attributes:
        name: Name of its folder.
        layout: How it was recognized, such as "kaggle" or "class folders".
        items: Its slices, in the collection's own order.
        level: What its labels speak of; where it is the study, each slice carries that of its study.
        notices: What was left out, mended or assumed in reading it.
        groups_are_patients: Whether the collection itself names the patients. Slices of two patients that look alike
            then stay two groups, and nobody searches for them.
    """

    name: str
    layout: str
    items: tuple[Item, ...]
    level: Level = Level.SLICE
    notices: tuple[Notice, ...] = ()
    groups_are_patients: bool = False

    def __len__(self) -> int:
        return len(self.items)

    def __iter__(self) -> Iterator[Item]:
        return iter(self.items)

    @property
    def labels(self) -> tuple[int, ...]:
        """The labels, in the order of the items."""
        return tuple(item.label for item in self.items)

    @property
    def groups(self) -> tuple[str, ...]:
        """The groups, in the order of the items."""
        return tuple(item.group for item in self.items)

    def regrouped(self, groups: Sequence[str]) -> "Collection":
        """Return the same collection with other groups, given in the order of the items."""
        items = tuple(replace(item, group=group) for item, group in zip(self.items, groups, strict=True))
        return replace(self, items=items)

    def only(self, indices: Sequence[int]) -> "Collection":
        """Return the collection with these items alone."""
        return replace(self, items=tuple(self.items[index] for index in indices))

    def data_hash(self) -> str:
        """SHA-256 over every file's bytes and label, independent of order and place; proves which data was used."""
        return self.hash_of([item.sha256() for item in self.items])

    def hash_of(self, file_hashes: Sequence[str]) -> str:
        """Return what `data_hash` does, from the SHA-256 of each file in the order of the items."""
        lines = sorted(f"{value} {item.label}" for value, item in zip(file_hashes, self.items, strict=True))
        return hashlib.sha256("\n".join(lines).encode()).hexdigest()


def check_usable(collection: Collection) -> Collection:
    """Return the collection if a network can learn from it.

    Raises:
        DatasetError: "data.one_class" where positives or negatives are missing, "data.repeated_key" where two items
            share a name.
    """
    positives = sum(collection.labels)
    if positives in (0, len(collection)):
        raise DatasetError(
            "data.one_class",
            f"Expected slices with and without hemorrhage; found {positives} with and "
            f"{len(collection) - positives} without.",
            "Add the missing class, or check the label file.",
        )
    counts = Counter(item.key for item in collection)
    if len(counts) != len(collection):
        repeated = next(key for key, count in counts.items() if count > 1)
        raise DatasetError(
            "data.repeated_key", f"Expected each slice once; {repeated!r} stands twice.", "Remove the second line."
        )
    return collection


def require_slice_labels(collection: Collection) -> Collection:
    """Return the collection if its slices have labels of their own.

    Raises:
        DatasetError: "data.study_labels" where the labels speak of whole studies: a slice of a study with hemorrhage
            need not show any.
    """
    if collection.level is Level.STUDY:
        raise DatasetError(
            "data.study_labels",
            f"Expected a label for each slice; those of {collection.name!r} speak of whole studies.",
            "Judge a bundle on it with hemoscope evaluate, or learn from a collection whose slices are labelled.",
        )
    return collection
