"""The interval of an AUROC and the test of two AUROCs on the same items, without resampling."""

import math
from dataclasses import dataclass

import numpy as np

from hemoscope.errors import DatasetError
from hemoscope.evaluation.checks import checked
from hemoscope.evaluation.intervals import Interval, Z
from hemoscope.evaluation.metrics import mean_ranks

FEWEST = 2
"""A variance needs so many items of each class."""
ROUNDING = 1e-12
"""A standard error below is 0 but for rounding."""


@dataclass(frozen=True, slots=True)
class DelongAuroc:
    """An AUROC with what DeLong's method says of its precision.

    Attributes:
        auroc: With its 95 % interval, cut off at 0 and 1.
        variance: Of the AUROC; 0 where the scores part the classes, which is the method's limit and no certainty.
    """

    auroc: Interval
    variance: float


@dataclass(frozen=True, slots=True)
class DelongComparison:
    """Two AUROCs on the same items, compared.

    Attributes:
        first: With its variance.
        second: Likewise.
        difference: First less second, with its 95 % interval, cut off at -1 and 1.
        z: The difference in units of its standard error.
        p_value: Two-sided, that so large a difference comes about where there is none.
    """

    first: DelongAuroc
    second: DelongAuroc
    difference: Interval
    z: float
    p_value: float


def delong_auroc(labels: np.ndarray, scores: np.ndarray) -> DelongAuroc:
    """Measure an AUROC with its interval, for items that are independent: one score per patient.

    Slices of a patient are not; take `intervals.group_bootstrap` for those.

    Args:
        labels: 0 or 1, shape (n,), at least two of each.
        scores: Finite numbers, shape (n,).

    Raises:
        DatasetError: "metric.too_few", or as `checks.checked` says.

    >>> str(delong_auroc(np.array([0, 0, 0, 1, 1, 1]), np.array([1.0, 2, 4, 3, 5, 6])).auroc)
    '0.889 [0.581-1.000]'

    Source: DeLong, DeLong & Clarke-Pearson 1988, doi:10.2307/2531595; by ranks after Sun & Xu 2014,
    doi:10.1109/LSP.2014.2337313.
    """
    return _measured(*_components(*checked(labels, scores)))


def delong_test(labels: np.ndarray, first: np.ndarray, second: np.ndarray) -> DelongComparison:
    """Test whether two scores of the same items have the same AUROC, for items that are independent.

    Slices of a patient are not; take `compare.bootstrap_difference` for those.

    Args:
        labels: 0 or 1, shape (n,), at least two of each.
        first: Scores of one network, shape (n,).
        second: Scores of the other, shape (n,).

    Raises:
        DatasetError: "metric.too_few", "metric.undefined" where the AUROCs differ without any spread, or as
            `checks.checked` says.

    >>> labels, scores = np.array([0, 0, 0, 1, 1, 1]), np.array([1.0, 2, 4, 3, 5, 6])
    >>> delong_test(labels, scores, scores).p_value
    1.0

    Source: DeLong, DeLong & Clarke-Pearson 1988, doi:10.2307/2531595; by ranks after Sun & Xu 2014,
    doi:10.1109/LSP.2014.2337313.
    """
    labels, first = checked(labels, first)
    _, second = checked(labels, second)
    above, below = _components(labels, first)
    above_other, below_other = _components(labels, second)
    difference = float(above.mean() - above_other.mean())
    error = math.sqrt(_variance(above - above_other, below - below_other))
    z = _standardized(difference, error)
    return DelongComparison(
        _measured(above, below),
        _measured(above_other, below_other),
        Interval(difference, max(-1.0, difference - Z * error), min(1.0, difference + Z * error)),
        z,
        math.erfc(abs(z) / math.sqrt(2)),
    )


def _components(labels: np.ndarray, scores: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return the share of negatives below each positive, and of positives above each negative; ties count half."""
    positives, negatives = scores[labels == 1], scores[labels == 0]
    if min(len(positives), len(negatives)) < FEWEST:
        raise DatasetError(
            "metric.too_few",
            f"Expected at least {FEWEST} items of each class; "
            f"received {len(positives)} positive and {len(negatives)} negative.",
            "Add items.",
        )
    among_all = mean_ranks(np.concatenate([positives, negatives]))
    above = (among_all[: len(positives)] - mean_ranks(positives)) / len(negatives)
    below = 1 - (among_all[len(positives) :] - mean_ranks(negatives)) / len(positives)
    return above, below


def _variance(above: np.ndarray, below: np.ndarray) -> float:
    return float(np.var(above, ddof=1) / len(above) + np.var(below, ddof=1) / len(below))


def _measured(above: np.ndarray, below: np.ndarray) -> DelongAuroc:
    area, variance = float(above.mean()), _variance(above, below)
    reach = Z * math.sqrt(variance)
    return DelongAuroc(Interval(area, max(0.0, area - reach), min(1.0, area + reach)), variance)


def _standardized(difference: float, error: float) -> float:
    if error > ROUNDING:
        return difference / error
    if abs(difference) <= ROUNDING:
        return 0.0
    raise DatasetError(
        "metric.undefined",
        f"The AUROCs differ by {difference:.3f} with a standard error of 0, so no test can be made.",
        "Compare decisions with mcnemar, or add items.",
    )
