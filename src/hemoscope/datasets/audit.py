"""Leaks: pictures that are nearly the same, so that a network could meet one in training and its twin in validation."""

import cv2
import numpy as np

THUMBNAIL = 32
BLOCK = 1024
"""Slices compared with all others at a time, so that memory grows with their number and not with its square."""
SAME_SERIES = 0.966
"""Correlation from which two prepared inputs are taken for one patient's. On the 200-image set it joins 52 pairs, all
within the groups that were drawn by eye; the first pair of two groups follows at 0.964 (benchmarks/duplicates.py)."""


def find_near_duplicates(inputs: np.ndarray, *, threshold: float = SAME_SERIES) -> list[tuple[int, int, float]]:
    """Find pairs of slices that show the same picture, or neighbors of one series.

    Compares prepared inputs, so a copy is found however it was windowed, cropped, scaled or re-saved.

    Args:
        inputs: Prepared slices, float32, shape (n, size, size, 1).
        threshold: Pearson correlation of their thumbnails, in [-1, 1].

    Returns:
        Pairs (first index, second index, correlation), most alike first.
    """
    thumbnails = _standardized_thumbnails(inputs)
    pairs = []
    for start in range(0, len(thumbnails), BLOCK):
        similarity = np.triu(thumbnails[start : start + BLOCK] @ thumbnails[start:].T, k=1)
        firsts, seconds = np.nonzero(similarity >= threshold)
        alike = similarity[firsts, seconds]
        pairs += [
            (start + int(i), start + int(j), float(one)) for i, j, one in zip(firsts, seconds, alike, strict=True)
        ]
    return sorted(pairs, key=lambda pair: -pair[2])


def _standardized_thumbnails(inputs: np.ndarray) -> np.ndarray:
    small = [cv2.resize(one[:, :, 0], (THUMBNAIL, THUMBNAIL), interpolation=cv2.INTER_AREA).ravel() for one in inputs]
    flat = np.stack(small)
    flat -= flat.mean(axis=1, keepdims=True)
    return np.asarray(flat / np.maximum(np.linalg.norm(flat, axis=1, keepdims=True), 1e-12))


def merge_groups(groups: list[str], pairs: list[tuple[int, int, float]]) -> list[str]:
    """Join the groups of every pair, and of pairs of pairs.

    Args:
        groups: A group per item.
        pairs: Items that belong together, as `find_near_duplicates` returns them.

    Returns:
        A group per item: the name of the first item's group in each joined set.

    >>> merge_groups(["a", "b", "c", "d"], [(0, 2, 0.99), (2, 3, 0.98)])
    ['a', 'b', 'a', 'a']
    """
    parent = {group: group for group in groups}

    def root(group: str) -> str:
        while parent[group] != group:
            group = parent[group]
        return group

    order = {group: index for index, group in enumerate(dict.fromkeys(groups))}
    for first, second, _ in pairs:
        one, other = sorted((root(groups[first]), root(groups[second])), key=order.__getitem__)
        parent[other] = one
    return [root(group) for group in groups]
