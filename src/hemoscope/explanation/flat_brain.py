"""The same head without anything to be seen in its brain: what methods compare a slice with."""

import cv2
import numpy as np

WHITE = 0.98
"""From here on a prepared slice shows bone, or a clot as white as bone."""
SHOWN = 0.02
"""Below, it shows air, fluid, or what lies outside the skull."""


def flatten_brain(inputs: np.ndarray) -> np.ndarray:
    """Give all tissue of prepared slices one density; the skull, the largest white part, stays.

    A black patch in its place would look like air, and a slice without brain like a face or a neck, which networks
    know as normal: neither is a brain without a bleed.

    Args:
        inputs: float32, shape (n, size, size, 1), in [0, 1].

    Returns:
        float32 of the same shape: tissue is the median of what is neither white nor black.
    """
    return np.stack([_flatten(each[:, :, 0])[:, :, np.newaxis] for each in inputs])


def _flatten(slice_: np.ndarray) -> np.ndarray:
    tissue = slice_[(slice_ > SHOWN) & (slice_ < WHITE)]
    if not tissue.size:
        return slice_.copy()
    _, labels, boxes, _ = cv2.connectedComponentsWithStats((slice_ >= WHITE).astype(np.uint8), connectivity=8)
    skull = labels == 1 + np.argmax(boxes[1:, cv2.CC_STAT_AREA]) if len(boxes) > 1 else np.zeros(slice_.shape, bool)
    filled = _inside(skull | (slice_ > SHOWN))
    return np.where(filled & ~skull, np.median(tissue), slice_).astype(np.float32)


def _inside(shown: np.ndarray) -> np.ndarray:
    """Fill the head's holes, such as ventricles."""
    outlines, _ = cv2.findContours(shown.astype(np.uint8), cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_NONE)
    filled = np.zeros(shown.shape, np.uint8)
    return np.asarray(cv2.drawContours(filled, outlines, -1, 1, cv2.FILLED)).astype(bool)
