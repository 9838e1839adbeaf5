"""What is gained by leaving slices undecided: the error among those that are answered, against how many are."""

from dataclasses import dataclass

import numpy as np

from hemoscope.errors import DatasetError
from hemoscope.evaluation.checks import (
    checked,
    require_decisions,
    require_finite,
    require_groups,
    require_probabilities,
    require_range,
)
from hemoscope.evaluation.intervals import Interval, share_interval
from hemoscope.evaluation.operating_points import UncertainBand

ABSTAINED = -1
"""The answer of an item that is left undecided, beside 1 and 0."""


@dataclass(frozen=True, slots=True, eq=False)
class RiskCoverageCurve:
    """The error rate among the items that are answered, the surest first.

    Attributes:
        coverage: Share of items answered, rising to 1, shape (k,); a point for each confidence that there is.
        risk: Share of errors among those, shape (k,).
        area: Under the curve, in [0, 1]: the mean risk over the items, each at the coverage that first answers it.
            About the risk at full coverage where the confidence says nothing; the less, the more it says.
    """

    coverage: np.ndarray
    risk: np.ndarray
    area: float

    def risk_at(self, coverage: float) -> float:
        """Return the risk where at least this share of the items is answered, and no more than needed.

        Raises:
            DatasetError: "metric.range".

        >>> risk_coverage(np.array([0, 0, 1, 1]), np.array([0.9, 0.8, 0.6, 0.1])).risk_at(0.7)
        0.3333333333333333
        """
        require_range(coverage, name="a coverage", low=0, high=1)
        # Coverages are counts over a count; a little room keeps 0.7 from missing 7 of 10
        return float(self.risk[np.searchsorted(self.coverage, coverage - 1e-12)])


@dataclass(frozen=True, slots=True)
class Abstention:
    """What leaving items undecided costs and gains.

    Attributes:
        rate: Share of items left undecided, with its 95 % interval.
        error: Share of wrong answers among the others; None where nothing is answered.
        error_without: Share of wrong answers where each item is decided.
    """

    rate: Interval
    error: Interval | None
    error_without: Interval

    @property
    def gain(self) -> float | None:
        """By how much the error falls, negative where it rises; None where nothing is answered."""
        return None if self.error is None else self.error_without.value - self.error.value

    def as_json(self) -> dict[str, dict[str, float] | None]:
        """Return plain JSON values."""
        return {
            "rate": self.rate._asdict(),
            "error": None if self.error is None else self.error._asdict(),
            "error_without": self.error_without._asdict(),
        }


def risk_coverage(is_wrong: np.ndarray, confidence: np.ndarray) -> RiskCoverageCurve:
    """Return the risk-coverage curve and the area under it. Items of one confidence are answered together.

    Args:
        is_wrong: Whether each item's answer is wrong, 0 or 1, bool allowed, shape (n,), at least one item.
        confidence: Finite numbers, the higher the surer, shape (n,), as of `confidence`.

    Raises:
        DatasetError: "metric.range" where there is no item, or as `checks.checked` says.

    >>> curve = risk_coverage(np.array([0, 1, 0, 1]), np.array([0.9, 0.8, 0.8, 0.1]))
    >>> curve.coverage.tolist(), curve.risk.round(3).tolist(), round(curve.area, 3)
    ([0.25, 0.75, 1.0], [0.0, 0.333, 0.5], 0.292)

    Source: El-Yaniv & Wiener 2010, JMLR 11:1605; the area: Geifman, Uziel & El-Yaniv 2019, arXiv:1805.08206.
    """
    is_wrong, confidence = checked(is_wrong, confidence, both_classes=False)
    require_range(len(is_wrong), name="a number of items", low=1, high=np.inf)
    _, place, counts = np.unique(-confidence, return_inverse=True, return_counts=True)
    answered = np.cumsum(counts)
    risk = np.cumsum(np.bincount(place, is_wrong)) / answered
    return RiskCoverageCurve(answered / len(is_wrong), risk, float(risk @ counts / len(is_wrong)))


def confidence(probabilities: np.ndarray, *, threshold: float) -> np.ndarray:
    """How sure a decision is: the share of the way from the threshold to certainty, in [0, 1].

    Args:
        probabilities: Calibrated, any shape.
        threshold: Probability from which an item is called positive, in [0, 1].

    Returns:
        float, same shape. At a threshold of 0.5 it is twice the distance from it.

    Raises:
        DatasetError: "metric.not_finite", "metric.not_a_probability" or "metric.range".

    >>> confidence(np.array([0.0, 0.1, 0.2, 0.6, 1.0]), threshold=0.2).round(3).tolist()
    [1.0, 0.5, 0.0, 0.5, 1.0]
    """
    probabilities = np.asarray(probabilities, float)
    require_finite(probabilities)
    require_probabilities(probabilities)
    require_range(threshold, name="a threshold", low=0, high=1)
    # Where a side has no room no probability lies beyond the threshold, and any divisor gives 0
    room = np.where(probabilities >= threshold, 1 - threshold or 1, threshold or 1)
    return np.asarray(np.abs(probabilities - threshold) / room)


def answers(band: UncertainBand, probabilities: np.ndarray) -> np.ndarray:
    """Answer outside a band and abstain inside it.

    Args:
        band: The probabilities that are left undecided.
        probabilities: Calibrated, any shape.

    Returns:
        int, same shape: 1 positive, 0 negative, `ABSTAINED`.

    >>> answers(UncertainBand(0.2, 0.7, "four slices"), np.array([0.1, 0.2, 0.7])).tolist()
    [0, -1, 1]
    """
    probabilities = np.asarray(probabilities)
    return np.where(band.holds(probabilities), ABSTAINED, (probabilities >= band.high).astype(int))


def judge_abstention(
    labels: np.ndarray, answered: np.ndarray, *, without: np.ndarray, groups: np.ndarray | None = None
) -> Abstention:
    """Measure how many items are left undecided, and how much fewer of the others are wrong.

    Args:
        labels: 0 or 1, shape (n,).
        answered: As `answers` gives them, shape (n,).
        without: What each item is called where none is left undecided, 0 or 1, bool allowed, shape (n,).
        groups: A group per item, shape (n,), to widen the intervals by how alike slices of a patient are; without, each
            item is taken as independent.

    Raises:
        DatasetError: "metric.not_an_answer", "metric.not_a_decision" or as `checks.checked` says.

    >>> labels, without = np.array([0, 0, 1, 1]), np.array([0, 1, 0, 1])
    >>> judged = judge_abstention(labels, np.array([0, -1, -1, 1]), without=without)
    >>> judged.rate.value, judged.error.value, judged.error_without.value, judged.gain
    (0.5, 0.0, 0.5, 0.5)
    """
    labels, answered = checked(labels, answered, both_classes=False)
    labels, without = checked(labels, without, both_classes=False)
    require_decisions(without)
    if not np.isin(answered, (0, 1, ABSTAINED)).all():
        raise DatasetError(
            "metric.not_an_answer",
            f"Expected answers 0, 1 and {ABSTAINED}; received {np.setdiff1d(answered, (0, 1, ABSTAINED))[0]:g}.",
            "Compare the probabilities with a band first: answers(band, probabilities).",
        )
    if groups is not None:
        require_groups(groups, items=len(labels))
    abstained = answered == ABSTAINED

    def share(counted: np.ndarray, among: np.ndarray) -> Interval:
        return share_interval(counted[among], None if groups is None else np.asarray(groups)[among])

    everywhere = np.ones(len(labels), bool)
    return Abstention(
        share(abstained, everywhere),
        None if abstained.all() else share(answered != labels, ~abstained),
        share(without != labels, everywhere),
    )
