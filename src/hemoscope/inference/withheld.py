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
OUTSIDE_BRAIN = Notice(
    "explain.outside_brain",
    "The map is withheld: most of what it marks lies outside the brain, so that it shows no place to look at.",
)


def withhold(shares: np.ndarray, brain: np.ndarray) -> Notice | None:
    """Say why a map is not to be shown.

    Args:
        shares: float, shape (rows, columns), in [0, 1], not calibrated.
        brain: bool, shape (size, size): what bone encloses; nowhere, where it encloses nothing.

    Returns:
        OUTSIDE_BRAIN where less than half of the map's mass lies in the brain or at its rim; None where more does,
        where the map marks nothing, or where nobody knows what is brain.
    """
    size = brain.shape[0]
    if not brain.any():
        return None
    radius = max(1, round(RIM * size))
    disk = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (2 * radius + 1, 2 * radius + 1))
    inside = cv2.dilate(brain.astype(np.uint8), disk).astype(bool)
    mass = cv2.resize(shares.astype(np.float32), brain.shape[::-1], interpolation=cv2.INTER_LINEAR)
    mass = np.where(mass < FLOOR, 0, mass)
    total = float(mass.sum())
    return OUTSIDE_BRAIN if total > 0 and float(mass[inside].sum()) < LEAST_INSIDE * total else None
