"""Smooth random fields: what makes a drawn outline irregular and a drawn clot uneven."""

import cv2
import numpy as np


def grain(shape: tuple[int, ...], *, scale: float, rng: np.random.Generator) -> np.ndarray:
    """Draw a smooth random field.

    Args:
        shape: (rows, columns).
        scale: Standard deviation of the Gaussian that smooths it, in pixels; at least 1.
        rng: Where chance comes from.

    Returns:
        float32, of zero mean and unit variance.
    """
    step = max(1.0, scale / 2)
    coarse = tuple(int(np.ceil(side / step)) + 4 for side in shape)
    field = rng.standard_normal(coarse, dtype=np.float32)
    smooth = cv2.GaussianBlur(field, (0, 0), max(scale / step, 0.5), borderType=cv2.BORDER_REFLECT)
    fine = np.asarray(cv2.resize(smooth, (shape[1], shape[0]), interpolation=cv2.INTER_CUBIC), np.float32)
    return (fine - fine.mean()) / max(float(fine.std()), 1e-6)


def edge(field: np.ndarray, *, width: float) -> np.ndarray:
    """Turn a signed distance into the share of each pixel that is filled: 0.5 on the outline, as partial volume is."""
    return np.asarray(np.clip(field / width + 0.5, 0, 1), np.float32)
