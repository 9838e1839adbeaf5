"""Two networks on the same items: which is better, and could chance have done it?"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from hemoscope.evaluation.checks import checked, require_decisions, require_groups
from hemoscope.evaluation.intervals import Interval, group_bootstrap


@dataclass(frozen=True, slots=True)
class McnemarTest:
    """Two sets of decisions on the same items, compared.

    Attributes:
        only_first: How many items the first alone got right.
        only_second: How many the second alone.
        p_value: Two-sided and exact, that they part so unevenly where neither is better.
    """

    only_first: int
    only_second: int
    p_value: float


@dataclass(frozen=True, slots=True)
class Difference:
    """A metric of two networks on the same items, compared.

    Attributes:
        first: The metric of the first.
        second: Of the second.
        difference: First less second, with its 95 % bootstrap interval over groups.
    """

    first: float
    second: float
    difference: Interval

    @property
    def is_beyond_chance(self) -> bool:
        """Whether the whole interval lies on one side of 0."""
        return self.difference.low > 0 or self.difference.high < 0


def mcnemar(labels: np.ndarray, first: np.ndarray, second: np.ndarray) -> McnemarTest:
    """Test whether two sets of decisions are right equally often, for items that are independent.

    Pass the positives alone to compare sensitivities, the negatives alone for specificities. Slices of a patient are
    not independent; take `bootstrap_difference` for those.

    Args:
        labels: 0 or 1, shape (n,).
        first: Decisions of one network, 0 or 1, bool allowed, shape (n,).
        second: Decisions of the other, shape (n,).

    Raises:
        DatasetError: "metric.lengths", "metric.bad_label" or "metric.not_a_decision".

    >>> mcnemar(np.ones(6), np.array([1, 1, 1, 1, 1, 0]), np.array([0, 0, 0, 0, 0, 0]))
    McnemarTest(only_first=5, only_second=0, p_value=0.0625)

    Source: McNemar 1947, doi:10.1007/BF02295996, with the binomial distribution in place of its approximation.
    """
    labels, first = checked(labels, first, both_classes=False)
    labels, second = checked(labels, second, both_classes=False)
    require_decisions(first)
    require_decisions(second)
    first_right, second_right = first == labels, second == labels
    only_first = int(np.count_nonzero(first_right & ~second_right))
    only_second = int(np.count_nonzero(second_right & ~first_right))
    return McnemarTest(only_first, only_second, _both_tails(min(only_first, only_second), only_first + only_second))


def bootstrap_difference(
    metric: Callable[[np.ndarray, np.ndarray], float],
    labels: np.ndarray,
    scores: tuple[np.ndarray, np.ndarray],
    groups: np.ndarray,
    *,
    draws: int = 2000,
    seed: int = 0,
) -> Difference:
    """Bootstrap the difference of a metric between two networks; each draw takes whole groups, the same for both.

    Args:
        metric: From labels and scores to one number, such as `metrics.auroc`.
        labels: 0 or 1, shape (n,).
        scores: Of the first and of the second network, each of shape (n,).
        groups: A group per item, shape (n,); whole groups are drawn, with replacement.
        draws: How many samples; those on which the metric is undefined for either are skipped.
        seed: Of the generator.

    Raises:
        DatasetError: As `checks.checked` says, or as the metric does on all items.

    Source: Efron & Tibshirani 1993, chapter 13; clusters as units: Field & Welsh 2007,
    doi:10.1111/j.1467-9868.2007.00593.x.
    """
    labels, first = checked(labels, scores[0], both_classes=False)
    labels, second = checked(labels, scores[1], both_classes=False)
    require_groups(groups, items=len(labels))

    def lead(own: np.ndarray, drawn: np.ndarray) -> float:
        return metric(own, drawn[:, 0]) - metric(own, drawn[:, 1])

    each = metric(labels, first), metric(labels, second)
    both = np.stack([first, second], axis=1)
    return Difference(*each, group_bootstrap(lead, labels, both, groups, draws=draws, seed=seed))


def _both_tails(fewer: int, total: int) -> float:
    """Twice the chance that of `total` fair coins at most `fewer` fall heads, at most 1."""
    ways, tail = 1, 0
    for heads in range(fewer + 1):
        tail += ways
        ways = ways * (total - heads) // (heads + 1)
    return min(1.0, 2 * tail / 2**total)
