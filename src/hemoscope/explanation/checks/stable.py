"""Is a map the same when nothing that matters changes: a shift by a few pixels, a little noise?"""

from collections.abc import Callable

import numpy as np

from hemoscope.explanation.checks.cases import Cases
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
    explain: Callable[[np.ndarray], np.ndarray], cases: Cases, before: np.ndarray, *, seed: int, is_slow: bool = False
) -> float:
    """Correlate the maps of slices, within the brain, with those of the same slices moved and noisy, moved back.

    Args:
        explain: From slices, shape (n, size, size, 1), to maps, shape (n, size, size).
        cases: The slices.
        before: Their maps.
        seed: Of the noise.
        is_slow: Whether to change each slice in one way only, the ways taking turns.

    Returns:
        Mean rank correlation over slices and changes, in [-1, 1].
    """
    noise = np.random.default_rng(seed).normal(0, NOISE_HU / BRAIN.width, cases.inputs.shape).astype(np.float32)
    shown = np.where((cases.inputs > 0) & (cases.inputs < 1), np.clip(cases.inputs + noise, 0, 1), cases.inputs)
    found: list[float] = []
    for turn, (changed, (down, across)) in enumerate([(cases.inputs, by) for by in SHIFTS] + [(shown, (0, 0))]):
        own = turns(turn, 1 + len(SHIFTS)) if is_slow else slice(None)
        maps = np.roll(explain(np.roll(changed[own], (down, across), axis=(1, 2))), (-down, -across), axis=(1, 2))
        for one, other, inside in zip(before[own], maps, cases.brain[own], strict=True):
            found.append(rank_correlation(one[inside], other[inside]))
    return float(np.mean(found))


def turns(turn: int, count: int) -> slice:
    """Choose every `count`-th, from a place on that no other turn has.

    >>> [list("abcde")[turns(turn, 2)] for turn in range(2)]
    [['a', 'c', 'e'], ['b', 'd']]
    """
    return slice(turn, None, count)
