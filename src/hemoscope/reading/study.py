"""What comes out of reading: studies, their series, and what could not be read. Slices are decoded one by one."""

from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

from hemoscope.reading.geometry import Geometry
from hemoscope.reading.traits import Traits
from hemoscope.records import ErrorReport, Notice, Slice


class Frames(Protocol):
    """Where the slices of a series come from, in order from feet to head; safe to use from several threads."""

    def __len__(self) -> int:
        """Count the slices."""

    def read(self, index: int) -> Slice:
        """Decode one slice, as displayed."""

    def name_of(self, index: int) -> str:
        """Name the file, and the slice in it where it holds several."""

    def instance_uid(self, index: int) -> str | None:
        """Return (0008,0018) SOP Instance UID, None where there is none."""

    def files(self) -> tuple[Path, ...]:
        """Return the files that the slices are read from, each once."""


@dataclass(frozen=True, slots=True, eq=False)
class Series:
    """Slices that belong together, sorted along their normal from feet to head.

    Attributes:
        uid: (0020,000E) Series Instance UID as the files have it, None where there is none.
        source: A name to show: of the file, or of the folder that the files are in.
        geometry: Where the slices lie; what is wrong with that stands in `geometry.findings`, not in `warnings`.
        traits: What kind of series it is.
        warnings: What had to be assumed to read it.
        frames: Where the slices come from.
        error: Why it cannot be scored whatever its kind, such as slices without any order.
        place: Path below the input of its only file, else of the folder that most files are in.
    """

    uid: str | None
    source: str
    geometry: Geometry
    traits: Traits
    frames: Frames = field(repr=False)
    warnings: tuple[Notice, ...] = ()
    error: ErrorReport | None = None
    place: str = ""

    def __len__(self) -> int:
        """Count the slices."""
        return len(self.frames)

    def read(self, index: int) -> Slice:
        """Decode one slice; nothing of it is kept here, and several threads may read at once.

        Args:
            index: From 0, feet to head.

        Returns:
            float32 HU, shape `geometry.shape`, the patient's right on the left of the picture, front up.

        Raises:
            IndexError: There is no such slice.
            ReadingError: The file cannot be decoded.
            RefusedError: It is a localizer or holds no HU.
        """
        if not 0 <= index < len(self.frames):
            raise IndexError(f"slice {index} of {len(self.frames)}")
        return self.frames.read(index)

    def name_of(self, index: int) -> str:
        """Name the file of a slice, as "CT000012.dcm" or "head.nii.gz[12]"."""
        return self.frames.name_of(index)

    def instance_uid(self, index: int) -> str | None:
        """Return (0008,0018) SOP Instance UID of a slice, None where there is none."""
        return self.frames.instance_uid(index)


@dataclass(frozen=True, slots=True, eq=False)
class PassedOver:
    """A series that was not chosen, with the code and the sentence that say why."""

    series: Series
    code: str
    reason: str


@dataclass(frozen=True, slots=True, eq=False)
class Study:
    """One examination of one patient.

    Attributes:
        uid: (0020,000D) Study Instance UID as the files have it, None where there is none.
        series: All of it that is CT.
        chosen: The series to score, or None.
        reason: Why this one, in one sentence.
        passed_over: Every other series, with the reason.
        warnings: What concerns the study or the choice; `notices` has those of the chosen series as well.
        error: Why no series can be scored; None when one is chosen.
    """

    uid: str | None
    series: tuple[Series, ...]
    chosen: Series | None
    reason: str
    passed_over: tuple[PassedOver, ...] = ()
    warnings: tuple[Notice, ...] = ()
    error: ErrorReport | None = None

    @property
    def notices(self) -> tuple[Notice, ...]:
        """Everything that a result of this study must carry: of the study, the chosen series and its geometry."""
        if self.chosen is None:
            return self.warnings
        return (*self.warnings, *self.chosen.warnings, *self.chosen.geometry.findings)


@dataclass(frozen=True, slots=True)
class FileProblem:
    """A file that could not be read: its path below the input, and why."""

    input: str
    error: ErrorReport


@dataclass(frozen=True, slots=True)
class FoundPicture:
    """A file that is a picture: where it lies as long as the studies are open, and its path below the input."""

    path: Path
    name: str


@dataclass(frozen=True, slots=True, eq=False)
class FoundStudies:
    """What was found in one place.

    Attributes:
        studies: In the order of their first file.
        problems: One for each file that could not be read.
        pictures: Files that are pictures and belong to no study; each is to be scored as a single slice.
        ignored: Files that are no images at all, such as a viewer's programs on a disc, by their path below the input.
    """

    studies: tuple[Study, ...] = ()
    problems: tuple[FileProblem, ...] = ()
    pictures: tuple[FoundPicture, ...] = ()
    ignored: tuple[str, ...] = ()
