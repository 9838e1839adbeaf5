"""Tell two exports of one picture from two neighbors of one series, by laying one upon the other."""

import cv2
import numpy as np

from hemoscope.datasets.audit.signatures import band, brain_of

SAME_PICTURE = 0.87
"""Agreement from which two slices are one picture. On the 200-image set known copies reach 0.90 and more, the most
alike neighbors of a series 0.84; among the slices of 79 patients in phe-sich neighbors reach 0.82
(benchmarks/duplicates.py). Neighbors among thin or overlapping slices are as alike as two exports, and are called one
picture too."""
FEWEST_PIXELS = 200
"""Brain that both must show, of 128 x 128, for agreement to mean something."""
STEPS = (cv2.TERM_CRITERIA_COUNT | cv2.TERM_CRITERIA_EPS, 50, 1e-4)


def agreement(first: np.ndarray, second: np.ndarray) -> float:
    """Say how well the detail of two brains agrees once one is laid upon the other.

    The second slice is moved, scaled, stretched and sheared until heads and then brains lie on each other. Ranks of
    the detail are compared, not values, so that neither window nor compression matters much.

    Args:
        first: A prepared slice, float32 in [0, 1], shape (size, size).
        second: Another, of the same shape.

    Returns:
        Spearman correlation in [-1, 1]; 0 where the two cannot be laid on each other.

    Source: registration: Evangelidis & Psarakis 2008, doi:10.1109/TPAMI.2008.113.
    """
    try:
        laid = _lay_upon(first, second)
    except cv2.error:  # it does not converge: the two differ too much
        return 0.0
    both = (brain_of(first) & brain_of(laid)).astype(np.uint8)
    inside = cv2.erode(both, np.ones((3, 3), np.uint8)).astype(bool)
    if inside.sum() < FEWEST_PIXELS:
        return 0.0
    return _rank_correlation(_detail(first)[inside], _detail(laid)[inside])


def _lay_upon(first: np.ndarray, second: np.ndarray) -> np.ndarray:
    """Warp the second slice onto the first: heads as a whole, then the detail of the brains alone."""
    everywhere, unmoved = np.ones(first.shape, np.uint8), np.eye(2, 3, dtype=np.float32)
    _, heads = cv2.findTransformECC(first, second, unmoved, cv2.MOTION_AFFINE, STEPS, everywhere, 5)
    _, move = cv2.findTransformECC(band(first), band(second), heads, cv2.MOTION_AFFINE, STEPS, everywhere, 3)
    how = cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP
    return np.asarray(cv2.warpAffine(second, move, second.shape[::-1], flags=how))


def _detail(image: np.ndarray) -> np.ndarray:
    return np.asarray(cv2.GaussianBlur(image, (0, 0), 1.0) - cv2.GaussianBlur(image, (0, 0), 4.0))


def _rank_correlation(first: np.ndarray, second: np.ndarray) -> float:
    """Spearman correlation; the few ties of float32 detail are broken by place."""
    ranks = [np.argsort(np.argsort(values, kind="stable")).astype(float) for values in (first, second)]
    return float(np.corrcoef(ranks[0], ranks[1])[0, 1])
