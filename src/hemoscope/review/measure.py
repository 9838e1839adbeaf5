"""Numbers that say what is difficult about a slice: its level and noise, its bleed, and where its map is highest."""

from dataclasses import dataclass

import cv2
import numpy as np

from hemoscope.evaluation.localization import hits
from hemoscope.review.anatomy import WHITE, Anatomy, find_anatomy
from hemoscope.review.cases import ReviewedCase

DEEP_MM = 15.0
"""Bone and air further inside the head than this belong to its base, and white spots of the brain to no bone."""
INNER_MM = 4.0
"""Noise is measured at least this far from bone, whose blurred edge is none."""
RIM_MM = 10.0
"""Brain up to this far around a bleed is what the eye compares it with."""
NORMAL_SPREAD = 0.6745
"""Median absolute deviation of a normal distribution with a standard deviation of 1."""
FEWEST_PIXELS = 20
"""Fewer pixels give no median."""
MM2_PER_CM2 = 100.0


@dataclass(frozen=True, slots=True)
class SliceMeasures:
    """What the slice itself is like.

    Attributes:
        brain_share: Area of the brain over that of the head.
        deep_bone: Share of what lies deep in the head, but outside the brain, that is bone.
        deep_air: Likewise, air.
        behind: How far the brain's middle lies behind the head's, as a share of the head's length; below 0 in front.
        ventricles_cm2: Area of fluid in the middle.
        noise_hu: Standard deviation of the finest texture of the brain; None where too little of it is shown.
        dense_mm2: Area of white spots deep in the brain, outside the mask; None where they may be the bleed itself.
        is_open: Whether bones do not enclose the brain.
    """

    brain_share: float
    deep_bone: float
    deep_air: float
    behind: float
    ventricles_cm2: float
    noise_hu: float | None
    dense_mm2: float | None
    is_open: bool


@dataclass(frozen=True, slots=True)
class BleedMeasures:
    """What the bleed that was drawn is like.

    Attributes:
        area_cm2: Its area, if the head is as long as an adult's.
        contrast_hu: Its median less that of the brain around it; None where either is too small.
        white_share: Share of it that is as white as bone.
        contact_mm: Length along which it touches bone; None where there is no brain to judge.
    """

    area_cm2: float
    contrast_hu: float | None
    white_share: float
    contact_mm: float | None


@dataclass(frozen=True, slots=True)
class PeakMeasures:
    """Where the map is highest.

    Attributes:
        is_in_mask: Whether that lies in the bleed that was drawn; None where none was.
        depth_mm: Distance from bone, 0 outside the brain; None where there is no brain to judge.
        across_mm: Distance from the midline, likewise.
        ventricle_mm: Distance from fluid in the middle; None where there is none.
    """

    is_in_mask: bool | None
    depth_mm: float | None
    across_mm: float | None
    ventricle_mm: float | None


@dataclass(frozen=True, slots=True)
class Measures:
    """All measures of a case.

    Attributes:
        of_slice: Of the slice; None where there is no brain to judge.
        of_bleed: Of the bleed; None where nobody drew it.
        of_peak: Of the map; None from a network without maps.
    """

    of_slice: SliceMeasures | None = None
    of_bleed: BleedMeasures | None = None
    of_peak: PeakMeasures | None = None


def measure(case: ReviewedCase) -> Measures:
    """Measure a case; lengths and areas are those of an adult's head."""
    anatomy = find_anatomy(case)
    has_bleed = case.mask is not None and bool(case.mask.any())
    return Measures(
        None if anatomy is None else _measure_slice(case, anatomy),
        _measure_bleed(case, anatomy) if has_bleed else None,
        None if case.cells is None else _measure_peak(case, anatomy),
    )


def _measure_slice(case: ReviewedCase, anatomy: Anatomy) -> SliceMeasures:
    marks, hull = anatomy.marks, anatomy.hull
    around = np.pad(hull.astype(np.uint8), 1)
    depth = cv2.distanceTransform(around, cv2.DIST_L2, 5)[1:-1, 1:-1] * case.millimeters
    deep = depth > DEEP_MM
    may_be_blood = case.truth == 1 and case.mask is None
    spots = anatomy.white & marks.inside & (marks.depth > DEEP_MM)
    if case.mask is not None:
        spots &= ~case.mask
    return SliceMeasures(
        brain_share=float(marks.inside.sum() / hull.sum()),
        deep_bone=float((anatomy.white & ~marks.inside)[deep].mean()) if deep.any() else 0.0,
        deep_air=float(anatomy.air[deep].mean()) if deep.any() else 0.0,
        behind=_middle_row(marks.inside, hull),
        ventricles_cm2=float(marks.ventricles.sum()) * case.millimeters**2 / MM2_PER_CM2,
        noise_hu=_noise(case, anatomy),
        dense_mm2=None if may_be_blood else float(spots.sum()) * case.millimeters**2,
        is_open=anatomy.is_open,
    )


def _middle_row(inside: np.ndarray, hull: np.ndarray) -> float:
    """Return how far the middle of the inside lies below that of the hull, as a share of the hull's rows."""
    rows = np.flatnonzero(hull.any(axis=1))
    return float((np.nonzero(inside)[0].mean() - np.nonzero(hull)[0].mean()) / (rows[-1] + 1 - rows[0]))


def _noise(case: ReviewedCase, anatomy: Anatomy) -> float | None:
    """Take the brain less itself smoothed over a millimeter; the median leaves out edges of sulci and bleeds."""
    marks = anatomy.marks
    inner = marks.inside & (marks.depth > INNER_MM) & ~anatomy.white & (marks.fluid < 0.5)
    if np.count_nonzero(inner) < FEWEST_PIXELS:
        return None
    fine = case.hu - cv2.GaussianBlur(case.hu, (0, 0), 1.0 / case.millimeters)
    return float(np.median(np.abs(fine[inner]))) / NORMAL_SPREAD


def _measure_bleed(case: ReviewedCase, anatomy: Anatomy | None) -> BleedMeasures:
    mask = np.asarray(case.mask, bool)
    return BleedMeasures(
        area_cm2=float(mask.sum()) * case.millimeters**2 / MM2_PER_CM2,
        contrast_hu=None if anatomy is None else _contrast(case, mask, anatomy),
        white_share=float((case.inputs[mask] >= WHITE).mean()),
        contact_mm=None if anatomy is None else _contact(case, mask, anatomy),
    )


def _contrast(case: ReviewedCase, mask: np.ndarray, anatomy: Anatomy) -> float | None:
    near = cv2.distanceTransform((~mask).astype(np.uint8), cv2.DIST_L2, 5) * case.millimeters <= RIM_MM
    around = near & ~mask & anatomy.marks.inside & ~anatomy.white
    if min(np.count_nonzero(mask), np.count_nonzero(around)) < FEWEST_PIXELS:
        return None
    return float(np.median(case.hu[mask]) - np.median(case.hu[around]))


def _contact(case: ReviewedCase, mask: np.ndarray, anatomy: Anatomy) -> float:
    """Count the pixels of the inner table's edge that the bleed covers or touches."""
    inside = anatomy.marks.inside | mask
    cross = cv2.getStructuringElement(cv2.MORPH_CROSS, (3, 3))  # makes an edge one pixel wide
    edge = inside & ~cv2.erode(inside.astype(np.uint8), cross).astype(bool)
    touched = cv2.dilate(mask.astype(np.uint8), np.ones((3, 3), np.uint8)) > 0
    return float((edge & touched).sum()) * case.millimeters


def spread_cells(case: ReviewedCase) -> np.ndarray:
    """Bring the map of a case to the resolution of its slice: logits, float32, shape (size, size)."""
    size = case.inputs.shape[0]
    return np.asarray(
        cv2.resize(np.asarray(case.cells, np.float32), (size, size), interpolation=cv2.INTER_LINEAR), np.float32
    )


def highest(spread: np.ndarray) -> tuple[int, int]:
    """Return the row and the column where a map is highest.

    >>> highest(np.array([[0.0, 0.2], [0.9, 0.1]]))
    (1, 0)
    """
    row, column = np.unravel_index(int(np.argmax(spread)), spread.shape)
    return int(row), int(column)


def _measure_peak(case: ReviewedCase, anatomy: Anatomy | None) -> PeakMeasures:
    spread = spread_cells(case)
    is_in_mask = None if case.mask is None or not case.mask.any() else hits(spread, case.mask)
    if anatomy is None:
        return PeakMeasures(is_in_mask, None, None, None)
    marks, place = anatomy.marks, highest(spread)
    away = cv2.distanceTransform((~marks.ventricles).astype(np.uint8), cv2.DIST_L2, 5) * case.millimeters
    return PeakMeasures(
        is_in_mask,
        depth_mm=float(marks.depth[place]),
        across_mm=float(abs(marks.across[place])),
        ventricle_mm=float(away[place]) if marks.ventricles.any() else None,
    )
