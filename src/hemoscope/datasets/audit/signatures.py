"""What a prepared slice is compared by: small unit vectors whose dot product is a correlation."""

from collections.abc import Iterable

import cv2
import numpy as np

THUMBNAIL = 32
BRAIN_LOW, BRAIN_HIGH = 0.02, 0.97
"""A prepared input holds brain between these; below lies fluid, and what is outside the skull; above, bone."""
FINE, COARSE = 1.5, 6.0
"""Blurs in pixels of a 128-pixel input; detail between the two is what tells one brain from another."""
LEAST_NORM = 1e-6


def thumbnails(inputs: Iterable[np.ndarray]) -> np.ndarray:
    """Return the thumbnails of prepared slices, of mean 0 and length 1, so that dot products are correlations.

    Args:
        inputs: n prepared slices, each of shape (size, size) or (size, size, 1), float32 in [0, 1] or uint8.

    Returns:
        float32, shape (n, THUMBNAIL ** 2); zeros where a slice is uniform.
    """
    return _stack(_standardized(_shrunk(_as_float(one))) for one in inputs)


def brain_signatures(inputs: Iterable[np.ndarray]) -> np.ndarray:
    """Return the fine detail of each brain: what two copies share and two patients do not.

    All heads look alike in plain thumbnails, which show a bright ring around gray. Here the skull's box is stretched to
    a square, bone is left out, and only detail between two blurs stays, so that other patients correlate near zero and
    a copy correlates highly even if it was stretched or its window changed.

    Args:
        inputs: As in `thumbnails`.

    Returns:
        As `thumbnails` does.
    """
    return _stack(_standardized(_shrunk(band(_boxed(_as_float(one))))) for one in inputs)


def mirrored(signatures: np.ndarray) -> np.ndarray:
    """Return the signatures of the same slices seen in a mirror, left and right exchanged.

    >>> mirrored(np.arange(1024.0).reshape(1, 1024))[0, :3].tolist()
    [31.0, 30.0, 29.0]
    """
    square = signatures.reshape(-1, THUMBNAIL, THUMBNAIL)
    return np.ascontiguousarray(square[:, :, ::-1]).reshape(signatures.shape)


def band(image: np.ndarray) -> np.ndarray:
    """Keep the detail of the brain between the two blurs; bone and what lies outside count for nothing.

    Args:
        image: A prepared slice, float32 in [0, 1], shape (size, size).

    Returns:
        float32 of the same shape, 0 outside the brain.

    Source: normalized convolution, Knutsson & Westin 1993, doi:10.1109/CVPR.1993.341081.
    """
    brain = brain_of(image).astype(np.float32)
    fine, coarse = (_blur_within(image, brain, image.shape[0] / 128 * width) for width in (FINE, COARSE))
    return (fine - coarse) * brain


def brain_of(image: np.ndarray) -> np.ndarray:
    """Return where a prepared slice shows brain, fluid included, a pixel away from bone, as bool of its shape."""
    _, parts = cv2.connectedComponents((image <= BRAIN_LOW).astype(np.uint8))
    border = np.concatenate([parts[0], parts[-1], parts[:, 0], parts[:, -1]])
    is_outside = (parts > 0) & np.isin(parts, np.unique(border))
    inside = (~is_outside & (image < BRAIN_HIGH)).astype(np.uint8)
    return np.asarray(cv2.erode(inside, np.ones((3, 3), np.uint8))).astype(bool)


def _blur_within(image: np.ndarray, mask: np.ndarray, width: float) -> np.ndarray:
    blurred, weight = (cv2.GaussianBlur(one, (0, 0), width) for one in (image * mask, mask))
    return np.asarray(blurred / (weight + 1e-3))


def _boxed(image: np.ndarray) -> np.ndarray:
    """Stretch the box of what is shown to the whole square, so that a stretched copy has the same signature."""
    rows, columns = np.flatnonzero(image.any(axis=1)), np.flatnonzero(image.any(axis=0))
    if rows.size < 2 or columns.size < 2:
        return image
    shown = image[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]
    return np.asarray(cv2.resize(shown, image.shape[::-1], interpolation=cv2.INTER_LINEAR))


def _shrunk(image: np.ndarray) -> np.ndarray:
    return np.asarray(cv2.resize(image, (THUMBNAIL, THUMBNAIL), interpolation=cv2.INTER_AREA)).ravel()


def _standardized(flat: np.ndarray) -> np.ndarray:
    centered = flat - flat.mean()
    return np.asarray(centered / max(float(np.linalg.norm(centered)), LEAST_NORM), np.float32)


def _as_float(one: np.ndarray) -> np.ndarray:
    image = one[:, :, 0] if one.ndim == 3 else one
    return np.asarray(image / np.float32(255) if image.dtype == np.uint8 else image, np.float32)


def _stack(rows: Iterable[np.ndarray]) -> np.ndarray:
    return np.fromiter(rows, dtype=np.dtype((np.float32, THUMBNAIL**2)))
