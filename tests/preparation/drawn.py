"""A head drawn with a few ellipses: enough anatomy for tests whose numbers are worked by hand."""

import cv2
import numpy as np


def draw_head(
    *, size: int = 256, center: tuple[int, int] = (128, 128), axes: tuple[int, int] = (70, 90), seed: int = 0
) -> np.ndarray:
    """Draw HU: air, scalp, skull, brain with texture and dark ventricles; axes are (horizontal, vertical) in pixels."""
    hu = np.full((size, size), -1000.0, np.float32)
    for grow, value in ((8, -80), (4, 20), (0, 1000), (-8, 30)):
        cv2.ellipse(hu, center, (axes[0] + grow, axes[1] + grow), 0, 0, 360, value, -1)
    texture = cv2.GaussianBlur(np.random.default_rng(seed).normal(0, 1, hu.shape), (0, 0), 3).astype(np.float32)
    hu[hu == 30] += 4 * (texture / texture.std())[hu == 30]
    for side in (-1, 1):
        cv2.ellipse(hu, (center[0] + side * 14, center[1]), (6, 22), side * 10, 0, 360, 8, -1)
    return hu


def brain_of(*, size: int = 256, center: tuple[int, int] = (128, 128), axes: tuple[int, int] = (70, 90)) -> np.ndarray:
    """The inside of the drawn skull, bool."""
    inside = np.zeros((size, size), np.uint8)
    cv2.ellipse(inside, center, (axes[0] - 8, axes[1] - 8), 0, 0, 360, 1, -1)
    return inside.astype(bool)


def write_letter(hu: np.ndarray, letter: str, place: tuple[int, int]) -> None:
    """Burn a letter of 1,000 HU into a drawn slice, its lower left corner at (column, row)."""
    ink = np.zeros(hu.shape, np.uint8)
    cv2.putText(ink, letter, place, cv2.FONT_HERSHEY_SIMPLEX, 1.0, 255, 3)
    hu[ink > 0] = 1000
