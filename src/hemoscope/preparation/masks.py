"""Masks: their parts, hulls, gaps and holes."""

import cv2
import numpy as np


def around(mask: np.ndarray) -> tuple[slice, slice]:
    """Return the rows and columns of a mask and at least one more where there is one, from even ones on.

    Connected parts are numbered by blocks of two by two, so that beginning at an even place they keep their order.
    """
    left, top, width, height = cv2.boundingRect(mask.view(np.uint8))
    top, bottom, left, right = max(top - 1, 0) & ~1, top + height + 1, max(left - 1, 0) & ~1, left + width + 1
    return slice(top, bottom), slice(left, right)


def placed(mask: np.ndarray, window: tuple[slice, slice], shape: tuple[int, ...]) -> np.ndarray:
    """Put a mask back to where it was cut from."""
    whole = np.zeros(shape, bool)
    whole[window] = mask
    return whole


def convex_hull(mask: np.ndarray) -> np.ndarray:
    """Return the convex hull of a mask, bool, of its shape; the mask is not empty."""
    hull = np.zeros(mask.shape, np.uint8)
    outlines, _ = cv2.findContours(mask.view(np.uint8), cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_SIMPLE)
    cv2.fillConvexPoly(hull, cv2.convexHull(np.concatenate(outlines)), 1)
    return hull.view(bool)


def extent(mask: np.ndarray) -> int:
    """Return the longer side of a mask without gaps, in pixels."""
    return int(max(np.count_nonzero(mask.any(axis=0)), np.count_nonzero(mask.any(axis=1))))


def close_and_fill(mask: np.ndarray, *, radius: int) -> np.ndarray:
    """Bridge gaps, of a thick wall up to twice the radius wide, then fill every hole; bool."""
    margin = radius + 2
    padded = cv2.copyMakeBorder(mask.astype(np.uint8), margin, margin, margin, margin, cv2.BORDER_CONSTANT, value=0)
    closed = np.asarray(cv2.morphologyEx(padded, cv2.MORPH_CLOSE, disk(radius)))
    cv2.floodFill(closed, None, (0, 0), 2)
    return closed[margin:-margin, margin:-margin] != 2


def largest_part(mask: np.ndarray) -> np.ndarray:
    """Return the largest part whose pixels join by their sides, bool; nothing of an empty mask.

    Args:
        mask: uint8, 0 or 1.
    """
    labels, sizes = number_parts(mask, connectivity=4)
    return np.asarray(labels == 1 + np.argmax(sizes)) if sizes.size else np.zeros(mask.shape, bool)


def number_parts(mask: np.ndarray, *, connectivity: int) -> tuple[np.ndarray, np.ndarray]:
    """Number the connected parts of a mask, and count their pixels: in less time than OpenCV's own statistics take.

    Args:
        mask: uint8, 0 or 1; of fewer than 65,536 parts, as every picture of the working size has.
        connectivity: 4 where pixels join by their sides, 8 where by their corners too.

    Returns:
        Number of each pixel's part, from 1 on, 0 outside; and how many pixels each part has, int32.
    """
    count, labels = cv2.connectedComponents(mask, connectivity=connectivity, ltype=cv2.CV_16U)
    if count == 2:  # as mostly
        return labels, np.array([np.count_nonzero(mask)], np.int32)
    sizes = cv2.calcHist([labels], [0], None, [count], [0, count]).ravel()[1:]
    return labels, sizes.astype(np.int32)


def disk(radius: int) -> np.ndarray:
    """Return the structuring element that reaches as far to all sides."""
    return np.asarray(cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (2 * radius + 1, 2 * radius + 1)))
