"""Is a map the same when nothing that matters changes: a shift by a few pixels, a little noise?"""

from collections.abc import Callable

import numpy as np

from hemoscope.terms import BRAIN

SHIFTS = ((0, 2), (-3, 1))
"""Rows and columns by which a slice is moved, in pixels of the input."""
NOISE_HU = 2.0
"""Standard deviation of the noise that is added: about what lies between two scans of one head."""


def rank_correlation(one: np.ndarray, other: np.ndarray) -> float:
    """Correlate the ranks of two sets of values; ties share their mean rank; 0 where either is all alike.

    Args:
        one: Shape (n,).
        other: Same shape.

    Source: Spearman 1904, doi:10.2307/1412159.

    >>> rank_correlation(np.array([1.0, 2.0, 5.0]), np.array([0.1, 0.4, 0.3]))
    0.5
    """
    first, second = _ranks(one), _ranks(other)
    if np.ptp(first) == 0 or np.ptp(second) == 0:
        return 0.0
    return float(np.round(np.corrcoef(first, second)[0, 1], 12))


def _ranks(values: np.ndarray) -> np.ndarray:
    _, place, counts = np.unique(values, return_inverse=True, return_counts=True)
    ends = np.cumsum(counts)
    return np.asarray((ends - (counts - 1) / 2)[place])


def repeatability(
    explain: Callable[[np.ndarray], np.ndarray], inputs: np.ndarray, brain: np.ndarray, *, seed: int
) -> float:
    """Correlate the maps of slices with those of the same slices moved and noisy, moved back.

    Args:
        explain: From slices, shape (n, size, size, 1), to maps, shape (n, size, size).
        inputs: float32, shape (n, size, size, 1).
        brain: bool, shape (n, size, size): where maps are compared.
        seed: Of the noise.

    Returns:
        Mean rank correlation over slices and changes, in [-1, 1].
    """
    before, found = explain(inputs), []
    noise = np.random.default_rng(seed).normal(0, NOISE_HU / BRAIN.width, inputs.shape).astype(np.float32)
    after = [np.roll(explain(np.roll(inputs, by, axis=(1, 2))), (-by[0], -by[1]), axis=(1, 2)) for by in SHIFTS]
    after.append(explain(np.where((inputs > 0) & (inputs < 1), np.clip(inputs + noise, 0, 1), inputs)))
    for maps in after:
        found += [rank_correlation(*pair) for pair in zip(_within(before, brain), _within(maps, brain), strict=True)]
    return float(np.mean(found))


def _within(maps: np.ndarray, brain: np.ndarray) -> list[np.ndarray]:
    return [one[inside] for one, inside in zip(maps, brain, strict=True)]
