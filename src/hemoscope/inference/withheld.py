"""Whether a map may be shown: one whose mass lies outside the brain points at nothing that could bleed there."""

import cv2
import numpy as np

from hemoscope.records import Notice

FLOOR = 0.2
"""Shares below count for nothing: every cell of a map has some."""
LEAST_INSIDE = 0.5
"""Of a map's mass. Of maps that show anything, those of slices with hemorrhage here lay inside nearly all."""
RIM = 0.06
"""Blood beside bone is taken for bone where a window clipped it: this share of the input's side around the brain
counts as inside."""
LEAST_BRAIN = 0.06
"""Of the input: bone that encloses less holds one fossa or an orbit, and most of the brain lies open beside it, at the
base of the skull. Chosen on phe-sich and abdulkader90, of whose slices each such one had at most 0.044, and any other
whose map marked something 0.075 or more."""
OUTSIDE_BRAIN = Notice(
    "explain.outside_brain",
    "Most of what it marks lies outside the brain, so that it shows no place to look at.",
)


def withhold(shares: np.ndarray, brain: np.ndarray) -> Notice | None:
    """Say why a map is not to be shown.

    Args:
        shares: float, shape (rows, columns), in [0, 1], not calibrated.
        brain: bool, shape (size, size): what bone encloses.

    Returns:
        OUTSIDE_BRAIN where less than half of the map's mass lies in the brain or at its rim; None where more does,
        where the map marks nothing, or where nobody knows what is brain: bone encloses nothing, or too little.
    """
    inside = share_inside(shares, brain)
    return OUTSIDE_BRAIN if inside is not None and inside < LEAST_INSIDE else None


def share_inside(shares: np.ndarray, brain: np.ndarray) -> float | None:
    """Return which part of a map's mass lies in the brain or at its rim, in [0, 1].

    Args:
        shares: As `withhold` takes them.
        brain: Likewise.

    Returns:
        None where the map marks nothing, or where nobody knows what is brain.
    """
    if float(brain.mean()) < LEAST_BRAIN:
        return None
    radius = max(1, round(RIM * brain.shape[0]))
    disk = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (2 * radius + 1, 2 * radius + 1))
    inside = cv2.dilate(brain.astype(np.uint8), disk).astype(bool)
    mass = cv2.resize(shares.astype(np.float32), brain.shape[::-1], interpolation=cv2.INTER_LINEAR)
    mass = np.where(mass < FLOOR, 0, mass)
    total = float(mass.sum())
    return float(mass[inside].sum()) / total if total > 0 else None
