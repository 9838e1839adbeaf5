"""One study with whatever is known of it and of its slices."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import numpy as np

from hemoscope.datasets.origins import UNKNOWN
from hemoscope.datasets.origins.cases import NO_HEMORRHAGE
from hemoscope.errors import DatasetError, HemoscopeError
from hemoscope.preparation.canonical import PreparationSettings, prepare_and_check
from hemoscope.preparation.frame import Frame
from hemoscope.reading import Series
from hemoscope.records import Slice
from hemoscope.terms import Label

SLAB_MM = 5.0
"""Thin slices are averaged to about this thickness, which the networks know from training."""


@dataclass(frozen=True, slots=True)
class LabelledStudy:
    """A study that is still to be read: what an adapter of a collection makes.

    Attributes:
        key: Name, unique: origin, then the study.
        origin: The collection it comes from.
        group: What must stay on one side of a split: the patient.
        read: Reads and decodes one file, by its number.
        parts: For each slice, from one end of the head to the other, the numbers of the files averaged into it.
        slice_targets: For each slice 1, 0 or UNKNOWN for each label, in the order of `Label`.
        study_targets: Likewise for the study.
        spacing_mm: Between the slices; None where nobody says.
        pixel_mm: Of the pictures; None where nobody says.
    """

    key: str
    origin: str
    group: str
    read: Callable[[int], Slice]
    parts: tuple[tuple[int, ...], ...]
    slice_targets: tuple[tuple[float, ...], ...]
    study_targets: tuple[float, ...]
    spacing_mm: float | None = None
    pixel_mm: float | None = None


@dataclass(frozen=True, slots=True, eq=False)
class StudyCase:
    """A study whose slices are ready for a network.

    Attributes:
        key: Name, unique.
        origin: The collection it comes from; of a painted study, that of the slices painted into.
        group: What must stay on one side of a split.
        inputs: float16, shape (n, size, size), in [0, 1]; 0 for a slice that was refused.
        brain: bool, same shape: what bone encloses; empty where there is no brain to judge.
        frames: Where each input lies in its picture; None for a slice that was refused.
        slice_targets: float32, shape (n, 6): 1, 0 or UNKNOWN.
        study_targets: float32, shape (6,).
        spacing_mm: Between the slices; None where nobody says.
        pixel_mm: Of the pictures; None where nobody says.
        kind: "real", "phantom", or "painted" with what was painted.
    """

    key: str
    origin: str
    group: str
    inputs: np.ndarray
    brain: np.ndarray
    frames: tuple[Frame | None, ...]
    slice_targets: np.ndarray
    study_targets: np.ndarray
    spacing_mm: float | None = None
    pixel_mm: float | None = None
    kind: str = "real"

    def __len__(self) -> int:
        return len(self.inputs)

    def only(self, indices: Sequence[int] | np.ndarray, *, key: str, spacing_mm: float | None) -> "StudyCase":
        """Return a study of these slices alone; its targets are what they show.

        Args:
            indices: Of the slices, in order.
            key: Its name.
            spacing_mm: Between these.
        """
        chosen = np.asarray(indices)
        targets = self.slice_targets[chosen]
        return replace(
            self,
            key=key,
            inputs=self.inputs[chosen],
            brain=self.brain[chosen],
            frames=tuple(self.frames[int(index)] for index in chosen),
            slice_targets=targets,
            study_targets=join_targets(targets),
            spacing_mm=spacing_mm,
        )


def join_targets(slice_targets: np.ndarray) -> np.ndarray:
    """Say of a study what its slices say: 1 where one shows a label, 0 where all are known not to, else UNKNOWN.

    Args:
        slice_targets: Shape (n, 6).

    >>> join_targets(np.array([[0, 1, -1], [1, 0, 0]])).tolist()
    [1.0, 1.0, -1.0]
    """
    shown, known = (slice_targets == 1).any(axis=0), (slice_targets >= 0).all(axis=0)
    return np.where(shown, 1.0, np.where(known, 0.0, UNKNOWN)).astype(np.float32)


def slabs(count: int, *, spacing_mm: float | None) -> tuple[tuple[tuple[int, ...], ...], float | None]:
    """Arrange thin slices into slabs of about SLAB_MM.

    Args:
        count: How many slices.
        spacing_mm: Between them; None where nobody says: each stays alone.

    Returns:
        The numbers of the slices in each slab, and the spacing of the slabs. Fewer than half a slab's at the end are
        left out.

    >>> slabs(7, spacing_mm=1.5)
    (((0, 1, 2), (3, 4, 5)), 4.5)
    """
    step = 1 if spacing_mm is None else max(1, round(SLAB_MM / spacing_mm))
    parts = [tuple(range(start, min(start + step, count))) for start in range(0, count, step)]
    if len(parts) > 1 and 2 * len(parts[-1]) < step:
        parts.pop()
    return tuple(parts), None if spacing_mm is None else spacing_mm * step


def normal_study(series: Series, *, key: str, origin: str) -> LabelledStudy:
    """Take a series without hemorrhage as a labelled study, thin slices averaged.

    Args:
        series: As long as the study is read, its files must be open.
        key: Name, unique; also the group.
        origin: The collection it comes from.
    """
    parts, spacing = slabs(len(series), spacing_mm=series.geometry.spacing)
    pixels = series.geometry.pixel_spacing
    return LabelledStudy(
        key=key,
        origin=origin,
        group=key,
        read=series.read,
        parts=parts,
        slice_targets=(NO_HEMORRHAGE,) * len(parts),
        study_targets=NO_HEMORRHAGE,
        spacing_mm=spacing,
        pixel_mm=None if pixels is None else pixels[0],
    )


def prepare_study(study: LabelledStudy, *, settings: PreparationSettings) -> StudyCase:
    """Read and prepare every slice; one that is refused or cannot be read stays in its place, without input.

    Args:
        study: What to prepare.
        settings: How.

    Raises:
        DatasetError: "data.nothing_left" where no slice could be prepared.
    """
    count, size = len(study.parts), settings.size
    inputs, brain = np.zeros((count, size, size), np.float16), np.zeros((count, size, size), bool)
    frames: list[Frame | None] = [None] * count
    for index, numbers in enumerate(study.parts):
        try:
            prepared = prepare_and_check(_average([study.read(number) for number in numbers]), settings=settings)
        except HemoscopeError:
            continue
        inputs[index], frames[index] = prepared.inputs[0, :, :, 0], prepared.frame
        brain[index] = prepared.brain & (not prepared.notices)
    if not any(frames):
        raise DatasetError("data.nothing_left", "No slice of a study could be prepared.", "Check the pictures.")
    return StudyCase(
        key=study.key,
        origin=study.origin,
        group=study.group,
        inputs=inputs,
        brain=brain,
        frames=tuple(frames),
        slice_targets=np.array(study.slice_targets, np.float32).reshape(count, len(Label)),
        study_targets=np.array(study.study_targets, np.float32),
        spacing_mm=study.spacing_mm,
        pixel_mm=study.pixel_mm,
    )


def _average(slices: Sequence[Slice]) -> Slice:
    """Average slices into a slab, in their own unit."""
    if len(slices) == 1:
        return slices[0]
    return replace(slices[0], pixels=np.asarray(np.mean([one.pixels for one in slices], axis=0, dtype=np.float32)))
