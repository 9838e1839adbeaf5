"""One bleed through consecutive slices: drawn where it is largest, carried to the slices beside it, shaved to its ends.

Clots of the brain and outside it are near enough to ellipsoids that half the product of their three diameters gives
their volume (Kothari 1996, doi:10.1161/01.STR.27.8.1304; subdural: Gebel 1998, doi:10.1161/01.STR.29.9.1799); so a
section at the distance z from the middle is smaller by the square root of 1 - (z / half height)^2. Subarachnoid blood
follows cisterns and sulci over many slices (Fisher 1980, doi:10.1227/00006123-198001000-00001).
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import cv2
import numpy as np

from hemoscope.datasets.lesions.landmarks import Landmarks
from hemoscope.datasets.lesions.noise import edge
from hemoscope.datasets.lesions.paint import VISIBLE, Painted, paint
from hemoscope.datasets.lesions.shapes import EDGE_MM, SHAPES
from hemoscope.terms import SUBTYPES, Label

HALF_HEIGHT_MM = {
    Label.EPIDURAL: (12.0, 32.0),
    Label.INTRAVENTRICULAR: (8.0, 35.0),
    Label.SUBARACHNOID: (10.0, 40.0),
    Label.SUBDURAL: (15.0, 55.0),
}
"""From the middle of a bleed to its end, lowest and highest: lenses are about as high as long (`shapes.epidural`), a
crescent covers much of a hemisphere, casts and layers are as high as the lateral ventricles."""
TENTORIAL_MM, TENTORIAL_DEPTH_MM, TENTORIAL_ASIDE_MM = (4.0, 12.0), 10.0, 6.0
"""Half the height of a subdural band along the tentorium, which slants: so a band on average is called that lies this
deep and this far from the midline."""
ROUND = (0.7, 1.3)
"""Half the height of a clot in the brain, over the radius of a circle as large as its widest section."""
AT_THE_SURFACE = (Label.EPIDURAL, Label.SUBARACHNOID, Label.SUBDURAL)
"""These go with the inner table as it narrows towards the vertex."""
LEAST_BRAIN = 0.4
"""A bleed's middle lies in a slice with at least this share of the study's largest brain."""
LEAST_VENTRICLE_MM2 = 80.0
REGION_MM = 5.0
"""Subarachnoid blood fills what sulci other slices have so near to those of the middle."""
ANGLES = 96


@dataclass(frozen=True, slots=True, eq=False)
class PaintedThrough:
    """Slices with one bleed.

    Attributes:
        hu: float32, shape (n, rows, columns).
        masks: bool, shape (n, 5, rows, columns): where each subtype lies, in the order of SUBTYPES; empty everywhere
            where no visible bleed came about.
    """

    hu: np.ndarray
    masks: np.ndarray


def paint_through(
    hu: np.ndarray,
    marks: Sequence[Landmarks | None],
    label: Label,
    *,
    spacing_mm: float,
    rng: np.random.Generator,
) -> PaintedThrough:
    """Paint one bleed into the slices of a study that has none.

    Args:
        hu: float32, shape (n, rows, columns), in HU, in order; all slices lie over each other.
        marks: The landmarks of each; None where there is too little brain: nothing is painted there.
        label: A subtype.
        spacing_mm: Between the slices.
        rng: Where chance comes from.

    Returns:
        New slices, and their masks.
    """
    painted, masks = hu.copy(), np.zeros((len(hu), len(SUBTYPES), *hu.shape[1:]), bool)
    middle = _pick_middle(marks, label, rng)
    if middle is None:
        return PaintedThrough(painted, masks)
    bleed = _Bleed.draw(label, middle[1], rng)
    shape, look, offset = int(rng.integers(2**31)), int(rng.integers(2**31)), float(rng.uniform(-0.5, 0.5))
    for index, own in enumerate(marks):
        away = abs(index - offset - middle[0]) * spacing_mm / bleed.half_height_mm
        if own is None or away >= 1:
            continue
        filled = _shave(bleed.carry_to(own, seed=shape), own, share=float(np.sqrt(1 - away**2)))
        alike = replace(own, level=middle[1].level)  # or one slice's blood might be drawn old and the next one's fresh
        one: Painted = paint(hu[index], alike, label, rng=np.random.default_rng(look), filled=filled)
        painted[index], masks[index] = one.hu, one.masks
    return PaintedThrough(painted, masks)


def _pick_middle(
    marks: Sequence[Landmarks | None], label: Label, rng: np.random.Generator
) -> tuple[int, Landmarks] | None:
    """Pick the slice in which the bleed is largest: one with much brain, and for blood in them with ventricles."""
    found = [(index, one) for index, one in enumerate(marks) if one is not None]
    most = max((np.count_nonzero(one.inside) for _, one in found), default=0)
    found = [(index, one) for index, one in found if np.count_nonzero(one.inside) >= LEAST_BRAIN * most]
    if label is Label.INTRAVENTRICULAR:
        found = [(index, one) for index, one in found if _has_ventricles(one)] or found
    return found[rng.integers(len(found))] if found else None


def _has_ventricles(marks: Landmarks) -> bool:
    return bool(np.count_nonzero(marks.ventricles) * marks.millimeters**2 >= LEAST_VENTRICLE_MM2)


@dataclass(frozen=True, slots=True, eq=False)
class _Bleed:
    """A bleed's largest section, and how far it reaches."""

    label: Label
    middle: Landmarks
    filled: np.ndarray
    half_height_mm: float

    @classmethod
    def draw(cls, label: Label, middle: Landmarks, rng: np.random.Generator) -> "_Bleed":
        filled = SHAPES[label](middle, rng)
        if label is Label.INTRAPARENCHYMAL:
            half_height = float(np.sqrt(filled.sum() / np.pi)) * middle.millimeters * rng.uniform(*ROUND)
        else:
            is_tentorial = label is Label.SUBDURAL and _is_tentorial(filled, middle)
            half_height = rng.uniform(*(TENTORIAL_MM if is_tentorial else HALF_HEIGHT_MM[label]))
        return cls(label, middle, filled, max(float(half_height), 1.0))

    def carry_to(self, marks: Landmarks, *, seed: int) -> np.ndarray:
        """Lay the section into another slice, by that slice's own landmarks."""
        if self.label is Label.INTRAPARENCHYMAL:
            return np.asarray(self.filled * edge(marks.depth - 1.5, width=EDGE_MM), np.float32)
        if self.label is Label.INTRAVENTRICULAR:
            if not _has_ventricles(self.middle):
                return np.asarray(self.filled * (marks.depth > 4), np.float32)
            drawn = SHAPES[self.label](marks, np.random.default_rng(seed))
            return drawn * np.float32(_has_ventricles(marks))
        filled = _along_inner_table(self.filled, self.middle, marks)
        if self.label is Label.SUBARACHNOID:
            region = np.clip(6 * cv2.GaussianBlur(filled, (0, 0), REGION_MM / marks.millimeters), 0, 1)
            filled = np.maximum(filled, marks.fluid * ~marks.ventricles * region)
        return np.asarray(filled * marks.inside, np.float32)


def _is_tentorial(filled: np.ndarray, marks: Landmarks) -> bool:
    total = max(float(filled.sum()), 1e-6)
    depth, aside = (float((filled * field).sum()) / total for field in (marks.depth, np.abs(marks.across)))
    return depth > TENTORIAL_DEPTH_MM and aside > TENTORIAL_ASIDE_MM


def _along_inner_table(filled: np.ndarray, here: Landmarks, there: Landmarks) -> np.ndarray:
    """Carry what is filled to another slice, so that what lies at the inner table lies there again.

    Every direction from the middle is stretched by how much farther the inner table is in that slice.
    """
    stretch = _radii(here) / _radii(there)
    place = (np.arctan2(there.ahead, there.across) + np.pi) * (ANGLES / (2 * np.pi)) - 0.5
    angles = np.arange(ANGLES)
    share = np.interp(place.ravel(), angles, stretch, period=ANGLES).reshape(place.shape)
    ahead, across = there.ahead * share, there.across * share
    rows, columns = _pixels_at(here, ahead, across)
    return np.asarray(cv2.remap(filled, columns, rows, cv2.INTER_LINEAR, borderValue=0.0))


def _radii(marks: Landmarks) -> np.ndarray:
    """Measure how far the inner table lies from the middle in each direction, in mm; shape (ANGLES,)."""
    ahead, across = marks.ahead[marks.inside], marks.across[marks.inside]
    bins = np.minimum(((np.arctan2(ahead, across) + np.pi) * (ANGLES / (2 * np.pi))).astype(int), ANGLES - 1)
    radii = np.zeros(ANGLES)
    np.maximum.at(radii, bins, np.hypot(ahead, across))
    radii[radii == 0] = np.median(radii[radii > 0])
    wrapped = np.concatenate([radii[-2:], radii, radii[:2]])
    return np.asarray(np.median(np.lib.stride_tricks.sliding_window_view(wrapped, 5), axis=1))


def _pixels_at(marks: Landmarks, ahead: np.ndarray, across: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return rows and columns at coordinates in mm: the landmarks' coordinates are straight in rows and columns."""
    steps = np.array(
        [
            [field[1, 0] - field[0, 0], field[0, 1] - field[0, 0]]
            for field in (marks.ahead.astype(float), marks.across.astype(float))
        ]
    )
    offsets = np.stack([ahead - marks.ahead[0, 0], across - marks.across[0, 0]])
    rows, columns = np.tensordot(np.linalg.inv(steps), offsets, axes=1).astype(np.float32)
    return rows, columns


def _shave(filled: np.ndarray, marks: Landmarks, *, share: float) -> np.ndarray:
    """Take away a bleed's rim, so that this share of its half width is left; what touches bone goes on touching it."""
    solid = filled > VISIBLE
    if share >= 1 or not solid.any():
        return filled
    away = cv2.distanceTransform((solid | ~marks.inside).astype(np.uint8), cv2.DIST_L2, 5) * marks.millimeters
    gone = (1 - share) * float(away[solid].max())
    return np.asarray(filled * edge(away - gone, width=EDGE_MM), np.float32)
