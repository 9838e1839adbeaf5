"""Measure the brain's densities in a picture whose window nobody knows."""

import cv2
import numpy as np

from hemoscope.errors import RefusedError


def measure_tissue(small: np.ndarray, tissue: np.ndarray) -> tuple[float, float]:
    """Measure where the brain's densities lie and how widely they spread, in units of the picture.

    The shortest interval that holds half of the values ignores what a bleed, ventricles or an unequal window add at
    either end.

    Args:
        small: float32, shape (rows, columns), at the working resolution.
        tissue: bool, same shape.

    Returns:
        Middle and width of the shortest half (the "shorth": Rousseeuw & Leroy, doi:10.1111/j.1467-9574.1988.tb01224.x).

    Raises:
        RefusedError: "gate.no_contrast" where the tissue is one flat grey.
    """
    return measure_smoothed(smoothed(small), tissue)


def smoothed(small: np.ndarray) -> np.ndarray:
    """Take the noise off a slice at the working resolution, as densities are measured."""
    return np.asarray(cv2.GaussianBlur(small, (0, 0), 1.0))


def measure_smoothed(smooth: np.ndarray, tissue: np.ndarray) -> tuple[float, float]:
    """Measure as `measure_tissue` does, in a slice that is `smoothed` already."""
    eroded = cv2.erode(tissue.astype(np.uint8), np.ones((7, 7), np.uint8)).astype(bool)
    region = eroded if eroded.sum() >= 300 else tissue
    values = np.sort(smooth[region])
    half = values.size // 2
    widths = values[half:] - values[: values.size - half]
    start = int(np.argmin(widths))
    spread = float(widths[start])
    if spread < 1e-4:
        raise RefusedError(
            "gate.no_contrast",
            "Expected brain tissue with some texture; found one flat grey.",
            "Choose a picture that was not thresholded or drawn.",
        )
    return float(values[start] + values[start + half]) / 2, spread
