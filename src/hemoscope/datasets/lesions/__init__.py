"""Lesion synthesis: bleeds and their look-alikes, painted into real slices that have none."""

from hemoscope.datasets.lesions.landmarks import Landmarks, find_landmarks
from hemoscope.datasets.lesions.lookalikes import LOOKALIKES, add_lookalike
from hemoscope.datasets.lesions.paint import Painted, paint
from hemoscope.datasets.lesions.through import PaintedThrough, paint_through

__all__ = [
    "LOOKALIKES",
    "Landmarks",
    "Painted",
    "PaintedThrough",
    "add_lookalike",
    "find_landmarks",
    "paint",
    "paint_through",
]
