"""Paint into a slice as it was read: in HU where it is in HU, in units of its window otherwise."""

from dataclasses import dataclass, replace

import numpy as np

from hemoscope.datasets.lesions.landmarks import Landmarks, find_landmarks
from hemoscope.datasets.lesions.lookalikes import add_lookalike
from hemoscope.datasets.lesions.paint import paint
from hemoscope.preparation.canonical import Prepared, prepare_and_check
from hemoscope.preparation.frame import HEAD_LENGTH_MM
from hemoscope.records import Slice
from hemoscope.terms import Label, Unit


@dataclass(frozen=True, slots=True, eq=False)
class PaintedSlice:
    """A slice with a painted bleed.

    Attributes:
        image: As the slice that was read, of the same unit.
        masks: bool, shape (5, rows, columns): where each subtype lies, in the order of SUBTYPES.
    """

    image: Slice
    masks: np.ndarray


class Canvas:
    """A slice that can be painted into, at its own resolution.

    Args:
        image: A head CT slice in HU or grey.

    Raises:
        RefusedError: The gate refuses it, or "lesion.no_brain".
    """

    def __init__(self, image: Slice) -> None:
        self.image, prepared = image, prepare_and_check(image)
        self._is_hu = image.unit is Unit.HU
        self._prepared = prepared
        rows, columns = image.pixels.shape
        brain = prepared.frame.to_picture(prepared.brain.astype(np.float32), shape=(rows, columns)) > 0.5
        self.marks: Landmarks = find_landmarks(self._hu(prepared), brain, millimeters=_millimeters(prepared))

    def paint(self, label: Label, *, seed: int) -> PaintedSlice:
        """Paint one bleed of a subtype; the masks are empty where no visible one came about."""
        painted = paint(self._hu(self._prepared), self.marks, label, rng=np.random.default_rng(seed))
        return PaintedSlice(self._as_read(painted.hu), painted.masks)

    def add_lookalike(self, name: str, *, seed: int) -> Slice:
        """Paint one look-alike, by its name in LOOKALIKES."""
        changed = add_lookalike(self._hu(self._prepared), self.marks, name, rng=np.random.default_rng(seed))
        return self._as_read(changed)

    def _hu(self, prepared: Prepared) -> np.ndarray:
        pixels = self.image.pixels
        return pixels if self._is_hu else (prepared.slope * pixels + prepared.intercept).astype(np.float32)

    def _as_read(self, hu: np.ndarray) -> Slice:
        """Bring painted HU back into the slice's own unit; a picture's window clips them."""
        if self._is_hu:
            return replace(self.image, pixels=hu)
        grey = (hu - self._prepared.intercept) / self._prepared.slope
        return replace(self.image, pixels=np.clip(grey, 0, 1).astype(np.float32))


def _millimeters(prepared: Prepared) -> float:
    """Take the longer side of the head for that of an adult's: only the look of what is painted depends on it."""
    return HEAD_LENGTH_MM / prepared.frame.size * prepared.frame.zoom
