"""Does a map point at the blood, and how well does it cover it?"""

from collections.abc import Sequence

import numpy as np


def hits(blood_map: np.ndarray, mask: np.ndarray) -> bool:
    """Tell whether the map's maximum falls in the mask: one round of the pointing game.

    Args:
        blood_map: Shape (rows, columns), any scale.
        mask: bool, same shape.

    Source: Zhang 2018, doi:10.1007/s11263-017-1059-x.

    >>> hits(np.array([[0.1, 0.9]]), np.array([[False, True]]))
    True
    """
    return bool(mask.ravel()[int(np.argmax(blood_map))])


def dice(found: np.ndarray, mask: np.ndarray) -> float:
    """Twice the common area over the sum of both areas; 1 where both are empty.

    Args:
        found: bool, shape (rows, columns).
        mask: bool, same shape.

    Source: Dice 1945, doi:10.2307/1932409.

    >>> dice(np.array([True, True, False]), np.array([True, False, False]))
    0.6666666666666666
    """
    areas = int(np.count_nonzero(found)) + int(np.count_nonzero(mask))
    return 2 * int(np.count_nonzero(found & mask)) / areas if areas else 1.0


def iou(found: np.ndarray, mask: np.ndarray) -> float:
    """Common area over the area of both together; 1 where both are empty.

    Args:
        found: bool, shape (rows, columns).
        mask: bool, same shape.

    Source: Jaccard 1912, doi:10.1111/j.1469-8137.1912.tb05611.x.

    >>> iou(np.array([True, True, False]), np.array([True, False, False]))
    0.5
    """
    union = int(np.count_nonzero(found | mask))
    return int(np.count_nonzero(found & mask)) / union if union else 1.0


def energy_share(blood_map: np.ndarray, mask: np.ndarray) -> float:
    """Share of a map's sum that lies in a mask; 0 for a map of nothing.

    Args:
        blood_map: Shape (rows, columns), at least 0.
        mask: bool, same shape.

    Source: Wang 2020, doi:10.1109/CVPRW50498.2020.00020, section 4.3.

    >>> energy_share(np.array([[1.0, 3.0]]), np.array([[False, True]]))
    0.75
    """
    total = float(blood_map.sum())
    return float(blood_map[mask].sum()) / total if total > 0 else 0.0


def best_threshold(blood_maps: Sequence[np.ndarray], masks: Sequence[np.ndarray]) -> float:
    """Choose the threshold with the highest mean Dice, among twentieths of the highest value.

    Overlap must then be measured on other slices than these: chosen and measured on the same it flatters.

    Args:
        blood_maps: Each of shape (rows, columns), at least 0, on one scale.
        masks: bool, of the same shapes.

    Returns:
        From there on a map marks blood.
    """
    highest = max(float(each.max()) for each in blood_maps)
    candidates = highest * np.arange(1, 20) / 20
    means = [
        np.mean([dice(found >= threshold, mask) for found, mask in zip(blood_maps, masks, strict=True)])
        for threshold in candidates
    ]
    return float(candidates[int(np.argmax(means))])
