"""Does a probability of 30 % mean three in ten? The table behind the reliability diagram."""

from dataclasses import dataclass

import numpy as np

from hemoscope.evaluation.checks import checked, require_groups, require_probabilities, require_range
from hemoscope.evaluation.intervals import Interval, share_interval

MOST_BINS = 1000


@dataclass(frozen=True, slots=True)
class ReliabilityBin:
    """Items of about the same probability, and what share of them shows hemorrhage.

    Attributes:
        low: The bin's lower end, part of it.
        high: Its upper end, part of the last bin alone.
        count: How many items, at least 1.
        mean_probability: Of these items.
        observed: Share of positives, with its 95 % Wilson interval.
    """

    low: float
    high: float
    count: int
    mean_probability: float
    observed: Interval


def reliability_table(
    labels: np.ndarray, probabilities: np.ndarray, *, bins: int = 10, groups: np.ndarray | None = None
) -> tuple[ReliabilityBin, ...]:
    """Compare probabilities with what was observed, over the bins of equal width that `metrics.ece` uses.

    Args:
        labels: 0 or 1, shape (n,).
        probabilities: In [0, 1], shape (n,).
        bins: How many, 1 to 1,000.
        groups: A group per item, shape (n,), to widen the intervals by how alike slices of a patient are; without, each
            item is taken as independent.

    Returns:
        The bins that hold items, the lowest first.

    Raises:
        DatasetError: "metric.not_a_probability" or "metric.range", or as `checks.checked` says.

    >>> table = reliability_table(np.array([0, 1, 1]), np.array([0.1, 0.9, 0.8]), bins=2)
    >>> [(row.low, row.count, round(row.mean_probability, 2), str(row.observed)) for row in table]
    [(0.0, 1, 0.1, '0.000 [0.000-0.793]'), (0.5, 2, 0.85, '1.000 [0.342-1.000]')]

    Source: Broecker & Smith 2007, doi:10.1175/WAF993.1, for points at the mean probability of each bin.
    """
    labels, probabilities = checked(labels, probabilities, both_classes=False)
    require_probabilities(probabilities)
    require_range(bins, name="bins", low=1, high=MOST_BINS)
    if groups is not None:
        require_groups(groups, items=len(labels))
    place = np.minimum((probabilities * bins).astype(int), bins - 1)
    table = []
    for number in np.unique(place).tolist():
        chosen = np.flatnonzero(place == number)
        mean = float(probabilities[chosen].mean())
        observed = share_interval(labels[chosen], None if groups is None else np.asarray(groups)[chosen])
        table.append(ReliabilityBin(number / bins, (number + 1) / bins, len(chosen), mean, observed))
    return tuple(table)
