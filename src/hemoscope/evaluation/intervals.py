"""Intervals that know that slices of one patient are not independent."""

from collections.abc import Callable
from typing import NamedTuple

import numpy as np

from hemoscope.errors import DatasetError


class Interval(NamedTuple):
    """A figure with its 95 % interval."""

    value: float
    low: float
    high: float

    def __str__(self) -> str:
        return f"{self.value:.3f} [{self.low:.3f}-{self.high:.3f}]"


def group_bootstrap(
    metric: Callable[[np.ndarray, np.ndarray], float],
    labels: np.ndarray,
    scores: np.ndarray,
    groups: np.ndarray,
    *,
    draws: int = 2000,
    seed: int = 0,
) -> Interval:
    """Bootstrap a metric over groups: 95 % percentile interval.

    Args:
        metric: From labels and scores to one number.
        labels: 0 or 1, shape (n,).
        scores: Shape (n,).
        groups: A group per item, shape (n,); whole groups are drawn, with replacement.
        draws: How many samples; those with one class alone are skipped.
        seed: Of the generator.

    Returns:
        The metric on all items with its interval.

    Source: Efron & Tibshirani 1993, chapter 13; clusters as units: Field & Welsh 2007,
    doi:10.1111/j.1467-9868.2007.00593.x.
    """
    labels, scores = np.asarray(labels), np.asarray(scores)
    _, member_of = np.unique(groups, return_inverse=True)
    members = [np.flatnonzero(member_of == group) for group in range(member_of.max() + 1)]
    generator = np.random.default_rng(seed)
    values = []
    for _ in range(draws):
        drawn = np.concatenate([members[group] for group in generator.integers(len(members), size=len(members))])
        try:
            values.append(metric(labels[drawn], scores[drawn]))
        except DatasetError:
            continue
    low, high = np.percentile(values, [2.5, 97.5])
    return Interval(metric(labels, scores), float(low), float(high))
