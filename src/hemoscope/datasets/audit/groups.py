"""From pairs to groups that no split may part."""

import csv
import os
from collections.abc import Iterable, Sequence
from pathlib import Path

import numpy as np

from hemoscope.datasets.audit.search import pairs_above
from hemoscope.datasets.audit.signatures import thumbnails
from hemoscope.datasets.items import Collection
from hemoscope.writing.atomic import write_atomically

SAME_SERIES = 0.966
"""Correlation from which two prepared inputs are taken for one patient's. On the 200-image set it joins 52 pairs, all
within the groups that were drawn by eye; the first pair of two groups follows at 0.964 (benchmarks/duplicates.py)."""


def find_near_duplicates(
    inputs: Iterable[np.ndarray], *, threshold: float = SAME_SERIES
) -> list[tuple[int, int, float]]:
    """Find pairs of slices that show the same picture, or neighbors of one series.

    Compares prepared inputs, so a copy is found however it was windowed, cropped, scaled or re-saved.

    Args:
        inputs: n prepared slices, float32, each of shape (size, size, 1).
        threshold: Pearson correlation of their thumbnails, in [-1, 1].

    Returns:
        Pairs (first index, second index, correlation), most alike first.
    """
    return pairs_above(thumbnails(inputs), threshold)


def merge_groups(groups: list[str], pairs: Sequence[tuple[int, int, float]]) -> list[str]:
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
            parent[group] = parent[parent[group]]  # halves the way for the next one
            group = parent[group]
        return group

    order = {group: index for index, group in enumerate(dict.fromkeys(groups))}
    for first, second, _ in pairs:
        one, other = sorted((root(groups[first]), root(groups[second])), key=order.__getitem__)
        parent[other] = one
    return [root(group) for group in groups]


def write_groups(path: str | os.PathLike[str], collection: Collection, groups: Iterable[str]) -> None:
    """Write which items belong together, as `hemoscope.datasets.load.read_groups` reads it.

    Args:
        path: The CSV to write or replace, whole or not at all; columns "id" (the item's key) and "group".
        collection: The items.
        groups: A group per item, in their order.
    """

    def write(temporary: Path) -> None:
        with temporary.open("w", newline="", encoding="utf-8", errors="backslashreplace") as stream:
            table = csv.writer(stream, lineterminator="\n")
            table.writerow(["id", "group"])
            table.writerows((item.key, group) for item, group in zip(collection, groups, strict=True))

    write_atomically(Path(path), write)
