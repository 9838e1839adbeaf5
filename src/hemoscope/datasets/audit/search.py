"""Find all pairs of unit vectors that correlate highly, without comparing all pairs where there are many."""

from collections.abc import Iterator

import numpy as np

BLOCK = 1024
"""Vectors compared with others at a time, so that memory grows with their number and not with its square."""
ALL_PAIRS_UP_TO = 4096
"""Up to so many vectors every pair is compared: it takes under a second."""
PROBES = 16
"""Cells looked into per vector. Recall against all pairs is printed by benchmarks/audit_scale.py."""
SAMPLE_PER_CELL = 16
ROUNDS = 5
"""Of Lloyd's algorithm: cells need only be of like size, not optimal."""

Triple = tuple[int, int, float]


def pairs_above(
    vectors: np.ndarray,
    threshold: float,
    *,
    others: np.ndarray | None = None,
    all_pairs_up_to: int = ALL_PAIRS_UP_TO,
    seed: int = 0,
) -> list[Triple]:
    """Find pairs whose dot product reaches a threshold.

    Up to `all_pairs_up_to` vectors all pairs are compared. Above, vectors are sorted into about 2 sqrt(n) cells around
    centers of their own, and each is compared with the members of the `PROBES` cells nearest to it: work grows as
    n ** 1.5 and no longer as n ** 2, and a few pairs just above a low threshold can be missed.

    Args:
        vectors: float32, shape (n, d), each of length 1 (or 0, which pairs with nothing).
        threshold: Dot product, in (0, 1].
        others: The same items in another view, shape (n, d), such as mirrored: item i of `others` is compared with item
            j of `vectors` for i < j. `vectors` unless given.
        all_pairs_up_to: From more vectors than this on, cells are used.
        seed: Of the choice of the first centers.

    Returns:
        Triples (first index, second index, dot product), first < second, most alike first.
    """
    views = vectors if others is None else others
    blocks = _all_blocks(len(vectors)) if len(vectors) <= all_pairs_up_to else _cell_blocks(vectors, views, seed=seed)
    found: dict[tuple[int, int], float] = {}
    for rows, columns in blocks:
        similarity = views[rows] @ vectors[columns].T
        for row, column in zip(*np.nonzero(similarity >= threshold), strict=True):
            first, second = int(rows[row]), int(columns[column])
            if first != second:
                found[min(first, second), max(first, second)] = float(similarity[row, column])
    return sorted(((first, second, alike) for (first, second), alike in found.items()), key=lambda pair: -pair[2])


def _all_blocks(count: int) -> Iterator[tuple[np.ndarray, np.ndarray]]:
    """Yield rows and columns that cover every pair once: a block of rows with all items from its first on."""
    for start in range(0, count, BLOCK):
        yield np.arange(start, min(start + BLOCK, count)), np.arange(start, count)


def _cell_blocks(vectors: np.ndarray, views: np.ndarray, *, seed: int) -> Iterator[tuple[np.ndarray, np.ndarray]]:
    """Yield for each cell those that look into it, in blocks, and those that live in it."""
    centers = _centers(vectors, count=round(2 * len(vectors) ** 0.5), seed=seed)
    home = _nearest(vectors, centers, 1)[:, 0]
    probes = _nearest(views, centers, PROBES)
    looking = np.argsort(probes.ravel(), kind="stable")
    edges = np.searchsorted(probes.ravel()[looking], np.arange(len(centers) + 1))
    living = np.argsort(home, kind="stable")
    doors = np.searchsorted(home[living], np.arange(len(centers) + 1))
    for cell in range(len(centers)):
        visitors = looking[edges[cell] : edges[cell + 1]] // probes.shape[1]
        members = living[doors[cell] : doors[cell + 1]]
        for start in range(0, len(visitors), BLOCK):
            yield visitors[start : start + BLOCK], members


def _centers(vectors: np.ndarray, *, count: int, seed: int) -> np.ndarray:
    """Find centers of cells by spherical k-means on a sample (Dhillon & Modha 2001, doi:10.1023/A:1007612920971)."""
    generator = np.random.default_rng(seed)
    size = min(len(vectors), SAMPLE_PER_CELL * count)
    sample = vectors[np.sort(generator.choice(len(vectors), size=size, replace=False))]
    centers = sample[generator.choice(size, size=count, replace=False)]
    for _ in range(ROUNDS):
        cell = _nearest(sample, centers, 1)[:, 0]
        members = (cell == np.arange(count)[:, None]).astype(np.float32)
        sums = members @ sample
        lengths = np.linalg.norm(sums, axis=1, keepdims=True)
        centers = np.where(lengths > 0, sums / np.maximum(lengths, 1e-12), centers)
    return np.asarray(centers, np.float32)


def _nearest(vectors: np.ndarray, centers: np.ndarray, count: int) -> np.ndarray:
    """Return the numbers of the centers nearest to each vector, shape (n, count)."""
    count = min(count, len(centers))
    chosen = np.empty((len(vectors), count), np.int32)
    for start in range(0, len(vectors), BLOCK):
        similarity = vectors[start : start + BLOCK] @ centers.T
        chosen[start : start + BLOCK] = np.argpartition(-similarity, count - 1, axis=1)[:, :count]
    return chosen
