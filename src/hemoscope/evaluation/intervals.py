"""Intervals that know that slices of one patient are not independent."""

from collections.abc import Callable

import numpy as np

from hemoscope.errors import DatasetError
from hemoscope.evaluation.checks import require_groups, require_range
from hemoscope.records import Interval as Interval

Z = 1.959963984540054
"""The normal distribution holds 95 % between -Z and Z."""


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

    Raises:
        DatasetError: As the metric does on all items.

    Source: Efron & Tibshirani 1993, chapter 13; clusters as units: Field & Welsh 2007,
    doi:10.1111/j.1467-9868.2007.00593.x.
    """
    labels, scores = np.asarray(labels), np.asarray(scores)
    whole = metric(labels, scores)
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
    return Interval(whole, float(low), float(high))


def wilson(successes: float, total: float) -> Interval:
    """Interval of a share of independent items; it has width even where all or none succeed.

    Args:
        successes: How many succeed, in [0, total].
        total: How many there are, at least 1; an effective number need not be whole.

    Raises:
        DatasetError: "metric.range".

    >>> str(wilson(49, 50))
    '0.980 [0.895-0.996]'

    Source: Wilson 1927, doi:10.1080/01621459.1927.10502953.
    """
    require_range(total, name="a total", low=1, high=np.inf)
    require_range(successes, name="successes", low=0, high=total)
    share, squared = successes / total, Z**2 / total
    center = (share + squared / 2) / (1 + squared)
    reach = Z * np.sqrt(share * (1 - share) / total + squared / (4 * total)) / (1 + squared)
    # Where none or all succeed an end is the share itself, but for rounding
    return Interval(share, max(0.0, min(share, float(center - reach))), min(1.0, max(share, float(center + reach))))


def share_interval(succeeds: np.ndarray, groups: np.ndarray | None = None) -> Interval:
    """Wilson interval of a share, by the number of independent items that the items are worth.

    Where all or none succeed nothing tells how alike the items of a group are; each group then counts as one item.
    No group makes an interval narrower than that of independent items.

    Args:
        succeeds: 0 or 1, bool allowed, shape (n,).
        groups: A group per item, shape (n,); without, each item is taken as independent.

    Raises:
        DatasetError: "metric.range" where there is no item, "metric.lengths".

    >>> str(share_interval(np.array([1, 1, 1, 1]), np.array(["a", "a", "b", "b"])))
    '1.000 [0.342-1.000]'

    Source: Rao & Scott 1992, doi:10.2307/2532311: design effect and effective sample size.
    """
    succeeds = np.asarray(succeeds, float)
    require_range(len(succeeds), name="a total", low=1, high=np.inf)
    share = float(succeeds.mean())
    effective = float(len(succeeds))
    if groups is not None:
        require_groups(groups, items=len(succeeds))
        effective = _effective(succeeds, np.unique(groups, return_inverse=True)[1])
    return wilson(share * effective, effective)


def _effective(succeeds: np.ndarray, member_of: np.ndarray) -> float:
    """Return how many independent items would tell the share as precisely."""
    total, share, sizes = len(succeeds), float(succeeds.mean()), np.bincount(member_of)
    if len(sizes) == 1 or share in (0.0, 1.0):
        return float(len(sizes))
    residuals = np.bincount(member_of, succeeds) - sizes * share
    variance = len(sizes) / (len(sizes) - 1) * float(residuals @ residuals) / total**2
    design_effect = max(1.0, variance * total / (share * (1 - share)))
    return max(1.0, total / design_effect)
