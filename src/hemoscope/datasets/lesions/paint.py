"""Paint a bleed into a slice: its density, its texture, the edema around it, the brain it pushes aside.

Densities in HU: acute clot 50 to 80, with fresh or diluted blood lower (Parizel 2001, doi:10.1007/s003300000800; a
clot's density follows its hematocrit, New & Aronow 1976, doi:10.1148/121.3.635); edema about 10 to 15 below brain.
"""

from dataclasses import dataclass

import cv2
import numpy as np

from hemoscope.datasets.lesions.landmarks import BONE_ABOVE_BRAIN, RIM_MM, Landmarks
from hemoscope.datasets.lesions.noise import edge, grain
from hemoscope.datasets.lesions.shapes import SHAPES
from hemoscope.terms import SUBTYPES, Label

DENSITY = {
    Label.EPIDURAL: (44.0, 80.0),
    Label.INTRAPARENCHYMAL: (42.0, 80.0),
    Label.INTRAVENTRICULAR: (40.0, 76.0),
    Label.SUBARACHNOID: (38.0, 68.0),
    Label.SUBDURAL: (38.0, 76.0),
}
"""Lowest and highest density of whole pixels of blood, in HU."""
BLOOD_ABOVE_BRAIN = 7.0
"""Acute blood is painted at least this many HU above the brain: below it nobody would see it."""
OLD_DENSITY, OLD_SHARE, EQUALLY_DENSE = (3.0, 42.0), 0.25, 5.0
"""An old subdural bleed is as dense as brain or less (Lee 1997, doi:10.3346/jkms.1997.12.4.353); how often one is
painted; and within how many HU of the brain it could not be told from it."""
LAYERED, LAYERED_SUBDURAL = 0.12, 0.3
"""How often blood has settled, or was not clotted when it came; in the subdural space old and new blood often meet."""
EDEMA_BELOW_BRAIN = (6.0, 15.0)
VISIBLE = 0.5
"""A pixel belongs to the mask when blood fills this share of it ..."""
LEAST_RISE = 4.0
"""... and raises it by at least this many HU."""
SMALLEST_MM2 = 12.0
"""A bleed whose mask is smaller is not counted as one."""


@dataclass(frozen=True, slots=True, eq=False)
class Painted:
    """A slice with painted bleeds.

    Attributes:
        hu: float32, shape (rows, columns), as the slice that was painted into.
        masks: bool, shape (5, rows, columns): where each subtype lies, in the order of SUBTYPES.
    """

    hu: np.ndarray
    masks: np.ndarray


def paint(
    hu: np.ndarray,
    marks: Landmarks,
    label: Label,
    *,
    rng: np.random.Generator,
    filled: np.ndarray | None = None,
) -> Painted:
    """Paint one bleed into a slice that has none.

    Args:
        hu: float32, shape (rows, columns), in HU, of a picture as guessed.
        marks: Its landmarks.
        label: A subtype.
        rng: Where chance comes from.
        filled: The share of each pixel that blood fills, float32, same shape; drawn as `SHAPES` say unless given.

    Returns:
        The painted slice and its masks. All masks are empty where no visible bleed came about; a deep clot that breaks
        into a ventricle has two.
    """
    filled = SHAPES[label](marks, rng) if filled is None else filled
    density = _density(label, marks, rng)
    pushed = _push(hu, filled, marks, strength=_pressure(label, rng)) if label is not Label.SUBARACHNOID else hu
    if label is Label.INTRAPARENCHYMAL and rng.random() < 0.65:
        pushed = _add_edema(pushed, filled, marks, rng)
    blood = _blood(filled, density, marks, rng)
    if rng.random() < (LAYERED_SUBDURAL if label is Label.SUBDURAL else LAYERED):
        blood = _settle(blood, filled, marks, rng)
    painted = _fill(pushed, filled, blood, marks)
    masks = np.zeros((len(SUBTYPES), *hu.shape), bool)
    change = painted - cv2.GaussianBlur(np.minimum(hu, marks.level + BONE_ABOVE_BRAIN), (0, 0), 1.5)  # beside bone too
    mask = (filled >= VISIBLE) & ((change >= LEAST_RISE) | (density < marks.level))
    if np.count_nonzero(mask) * marks.millimeters**2 < SMALLEST_MM2:
        return Painted(hu, masks)
    masks[SUBTYPES.index(label)] = mask
    if label is Label.INTRAPARENCHYMAL:
        broken_in = mask & marks.ventricles
        if np.count_nonzero(broken_in) * marks.millimeters**2 >= SMALLEST_MM2:
            masks[SUBTYPES.index(Label.INTRAVENTRICULAR)] = broken_in
            masks[SUBTYPES.index(label)] &= ~broken_in
    return Painted(painted, masks)


def _density(label: Label, marks: Landmarks, rng: np.random.Generator) -> float:
    """Draw the density of whole pixels of blood."""
    if label is Label.SUBDURAL and rng.random() < OLD_SHARE:
        density = float(rng.uniform(*OLD_DENSITY))
        if abs(density - marks.level) >= EQUALLY_DENSE:
            return density
    low, high = DENSITY[label]
    return max(float(rng.uniform(low, high)), marks.level + BLOOD_ABOVE_BRAIN)


def _blood(filled: np.ndarray, density: float, marks: Landmarks, rng: np.random.Generator) -> np.ndarray:
    """Draw the density of blood at each pixel: uneven, as a clot is."""
    scale = max(1.0, rng.uniform(1, 5) / marks.millimeters)
    return np.asarray(density + rng.uniform(0.5, 4.0) * grain(filled.shape, scale=scale, rng=rng), np.float32)


def _settle(blood: np.ndarray, filled: np.ndarray, marks: Landmarks, rng: np.random.Generator) -> np.ndarray:
    """Let the cells sink to the back: in front of a level, straight or blurred, blood is less dense."""
    within = marks.ahead[filled > VISIBLE]
    split = float(rng.normal(0, 6)) + (float(within.mean()) if within.size else 0.0)
    uneven = 2 * grain(filled.shape, scale=4.0, rng=rng)
    return np.asarray(blood - rng.uniform(6, 18) * edge(marks.ahead - split + uneven, width=3.0), np.float32)


def _fill(hu: np.ndarray, filled: np.ndarray, blood: np.ndarray, marks: Landmarks) -> np.ndarray:
    """Bring each pixel to the blood's density by the share that blood fills; bone and the slice's own noise stay."""
    painted = hu + filled * (blood - _mean_where(hu, filled, sigma=1.5 / marks.millimeters))
    is_bone = (marks.depth < RIM_MM) & (hu > np.maximum(blood, marks.level + 0.5 * BONE_ABOVE_BRAIN))
    return np.asarray(np.where(is_bone, hu, painted), np.float32)


def _mean_where(hu: np.ndarray, filled: np.ndarray, *, sigma: float) -> np.ndarray:
    """Average over what is filled alone, so that a slender ventricle's fluid is not taken for the brain beside it."""
    weights = filled + 1e-3
    return np.asarray(cv2.GaussianBlur(hu * weights, (0, 0), sigma) / cv2.GaussianBlur(weights, (0, 0), sigma))


def _add_edema(hu: np.ndarray, filled: np.ndarray, marks: Landmarks, rng: np.random.Generator) -> np.ndarray:
    """Darken a rim of brain around a clot."""
    away = cv2.distanceTransform((filled < VISIBLE).astype(np.uint8), cv2.DIST_L2, 3) * marks.millimeters
    width = rng.uniform(2, 10)
    rim = edge(width - away + 1.5 * grain(hu.shape, scale=4.0, rng=rng), width=3.0) * (1 - marks.fluid) * marks.inside
    return np.asarray(hu - rng.uniform(*EDEMA_BELOW_BRAIN) * rim * (1 - filled), np.float32)


def _pressure(label: Label, rng: np.random.Generator) -> float:
    """How far the brain next to a bleed moves, as a share of the bleed's half width."""
    return float(rng.uniform(0.0, 0.6)) if label is not Label.INTRAVENTRICULAR else 0.0


def _push(hu: np.ndarray, filled: np.ndarray, marks: Landmarks, *, strength: float) -> np.ndarray:
    """Move the brain around a bleed away from it, less with distance; the inner table stays where it is."""
    mask = (filled > VISIBLE).astype(np.uint8)
    if strength < 0.05 or not mask.any():
        return hu
    half_width = float(cv2.distanceTransform(mask, cv2.DIST_L2, 3).max())
    away = cv2.GaussianBlur(cv2.distanceTransform(1 - mask, cv2.DIST_L2, 3), (0, 0), 2.0)
    down, right = np.gradient(away)
    fade = strength * half_width * np.exp(-away / (1.5 * half_width + 6)) * np.clip(marks.depth / 8.0, 0, 1)
    rows, columns = np.indices(hu.shape, dtype=np.float32)
    moved = cv2.remap(
        hu, (columns - right * fade).astype(np.float32), (rows - down * fade).astype(np.float32), cv2.INTER_LINEAR
    )
    return np.where(marks.inside, moved, hu)
