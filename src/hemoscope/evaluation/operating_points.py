"""Choose the threshold at which a probability becomes a decision, and say what it was chosen for."""

from dataclasses import dataclass, replace

import numpy as np

from hemoscope.errors import DatasetError
from hemoscope.evaluation.checks import checked, require_groups, require_probabilities, require_range
from hemoscope.evaluation.intervals import Interval, share_interval
from hemoscope.evaluation.metrics import sensitivity, specificity
from hemoscope.records import OperatingPoint

TARGET = 0.95
"""Sensitivity of ruling out and specificity of ruling in, where nothing else is given."""
LOWEST_TARGET = 0.5
"""A rule that misses more than half rules nothing."""
RULE_OUT, BALANCED, RULE_IN, ABSTAIN = "rule-out", "balanced", "rule-in", "abstain"


@dataclass(frozen=True, slots=True)
class JudgedPoint:
    """An operating point with what it reaches.

    Attributes:
        point: The threshold, what it was chosen for, and on which data.
        sensitivity: Share of positives called so, with its 95 % Wilson interval.
        specificity: Share of negatives called so, likewise.
        measured_on: The data of both, in words; where it is what the point was fitted on, both are too good.
    """

    point: OperatingPoint
    sensitivity: Interval
    specificity: Interval
    measured_on: str

    def as_point(self) -> OperatingPoint:
        """Return the point with what it reaches, as a bundle keeps it.

        Raises:
            DatasetError: "operating_point.other_data" where it was measured on other data than it was fitted on.
        """
        _require_same_data(self.point.fitted_on, self.measured_on)
        return replace(self.point, sensitivity=self.sensitivity, specificity=self.specificity)


@dataclass(frozen=True, slots=True)
class UncertainBand:
    """The probabilities that neither rule hemorrhage out nor in.

    Attributes:
        low: Below it hemorrhage is ruled out.
        high: From it on hemorrhage is ruled in; never below `low`.
        fitted_on: The data of both points, in words.
    """

    low: float
    high: float
    fitted_on: str

    @property
    def is_empty(self) -> bool:
        """Whether one threshold meets both targets."""
        return self.low == self.high

    def holds(self, probabilities: np.ndarray) -> np.ndarray:
        """Tell which calibrated probabilities lie in the band: bool, same shape.

        >>> UncertainBand(0.2, 0.7, "four slices").holds(np.array([0.1, 0.2, 0.7])).tolist()
        [False, True, False]
        """
        probabilities = np.asarray(probabilities)
        return np.asarray((probabilities >= self.low) & (probabilities < self.high))

    def as_point(self) -> OperatingPoint:
        """Return the point that abstains in the band."""
        criterion = "ruling out below the band and ruling in above it"
        return OperatingPoint(ABSTAIN, self.high, criterion, self.fitted_on, uncertain_from=self.low)


def choose_balanced(labels: np.ndarray, probabilities: np.ndarray, *, fitted_on: str) -> OperatingPoint:
    """Choose the threshold with the largest sensitivity + specificity (Youden 1950).

    Between two neighboring probabilities every threshold does equally well; the one in the middle is taken, of several
    such gaps the one nearest to 0.5.

    Args:
        labels: 0 or 1, shape (n,), both classes.
        probabilities: Calibrated, shape (n,).
        fitted_on: The data, in words; travels in the bundle.

    >>> choose_balanced(np.array([0, 0, 1, 1]), np.array([0.1, 0.3, 0.7, 0.9]), fitted_on="four slices").threshold
    0.5
    """
    seen = np.unique(probabilities)
    candidates = (seen[:-1] + seen[1:]) / 2 if seen.size > 1 else seen
    youden = [
        sensitivity(labels, probabilities, threshold=threshold)
        + specificity(labels, probabilities, threshold=threshold)
        for threshold in candidates
    ]
    best = candidates[np.isclose(youden, max(youden))]
    threshold = float(best[np.argmin(np.abs(best - 0.5))])
    return OperatingPoint(BALANCED, threshold, "the largest sensitivity + specificity", fitted_on)


def choose_rule_out(
    labels: np.ndarray,
    probabilities: np.ndarray,
    *,
    fitted_on: str,
    target: float = TARGET,
    groups: np.ndarray | None = None,
) -> JudgedPoint:
    """Choose the highest threshold that keeps the sensitivity, so that a negative rules hemorrhage out.

    As in `choose_balanced` the middle is taken between two neighboring probabilities. The threshold is 0, and nothing
    is ruled out, where nothing else keeps the sensitivity.

    Args:
        labels: 0 or 1, shape (n,), both classes.
        probabilities: Calibrated, shape (n,).
        fitted_on: The data, in words; travels in the bundle.
        target: Sensitivity to keep, in [0.5, 1].
        groups: A group per item, shape (n,), to widen the intervals by how alike slices of a patient are.

    Raises:
        DatasetError: "metric.range" or "metric.not_a_probability", or as `checks.checked` says.

    >>> chosen = choose_rule_out(np.array([0, 0, 1, 1]), np.array([0.1, 0.3, 0.7, 0.9]), fitted_on="four slices")
    >>> chosen.point.threshold, str(chosen.sensitivity)
    (0.5, '1.000 [0.342-1.000]')
    """
    candidates, sensitivities, _ = _judged_candidates(labels, probabilities, target=target)
    threshold = float(candidates[sensitivities >= target].max())
    criterion = f"the highest threshold with a sensitivity of at least {target:g}"
    point = OperatingPoint(RULE_OUT, threshold, criterion, fitted_on)
    return judge_point(point, labels, probabilities, measured_on=fitted_on, groups=groups)


def choose_rule_in(
    labels: np.ndarray,
    probabilities: np.ndarray,
    *,
    fitted_on: str,
    target: float = TARGET,
    groups: np.ndarray | None = None,
) -> JudgedPoint:
    """Choose the lowest threshold that keeps the specificity, so that a positive rules hemorrhage in.

    As in `choose_balanced` the middle is taken between two neighboring probabilities.

    Args:
        labels: 0 or 1, shape (n,), both classes.
        probabilities: Calibrated, shape (n,).
        fitted_on: The data, in words; travels in the bundle.
        target: Specificity to keep, in [0.5, 1].
        groups: A group per item, shape (n,), to widen the intervals by how alike slices of a patient are.

    Raises:
        DatasetError: "operating_point.unreachable" where negatives have the probability 1, "metric.range",
            "metric.not_a_probability", or as `checks.checked` says.

    >>> chosen = choose_rule_in(np.array([0, 0, 1, 1]), np.array([0.1, 0.5, 0.3, 0.9]), fitted_on="four slices")
    >>> chosen.point.threshold, str(chosen.sensitivity)
    (0.7, '0.500 [0.095-0.905]')
    """
    candidates, _, specificities = _judged_candidates(labels, probabilities, target=target)
    kept = candidates[specificities >= target]
    if not kept.size:
        raise DatasetError(
            "operating_point.unreachable",
            f"No threshold reaches a specificity of {target:g}; the best has {specificities.max():.3f}.",
            "Lower the target, or calibrate so that fewer negatives have the probability 1.",
        )
    criterion = f"the lowest threshold with a specificity of at least {target:g}"
    point = OperatingPoint(RULE_IN, float(kept.min()), criterion, fitted_on)
    return judge_point(point, labels, probabilities, measured_on=fitted_on, groups=groups)


def judge_point(
    point: OperatingPoint,
    labels: np.ndarray,
    probabilities: np.ndarray,
    *,
    measured_on: str,
    groups: np.ndarray | None = None,
) -> JudgedPoint:
    """Measure what an operating point reaches, on the data it was fitted on or, better, on others.

    Args:
        point: With its threshold.
        labels: 0 or 1, shape (n,), both classes.
        probabilities: Calibrated, shape (n,).
        measured_on: The data, in words.
        groups: A group per item, shape (n,), to widen the intervals by how alike slices of a patient are; without, each
            item is taken as independent.

    Raises:
        DatasetError: "metric.not_a_probability", or as `checks.checked` says.
    """
    labels, probabilities = checked(labels, probabilities)
    require_probabilities(probabilities)
    if groups is not None:
        require_groups(groups, items=len(labels))
    called = probabilities >= point.threshold

    def share(label: int) -> Interval:
        own = labels == label
        return share_interval(called[own] == label, None if groups is None else np.asarray(groups)[own])

    return JudgedPoint(point, share(1), share(0), measured_on)


def uncertain_band(rule_out: OperatingPoint, rule_in: OperatingPoint) -> UncertainBand:
    """Return what lies between ruling out and ruling in.

    Where the points cross, every threshold between them meets both targets: the band is then empty, in their middle.

    Args:
        rule_out: Below its threshold hemorrhage is ruled out.
        rule_in: From its threshold on hemorrhage is ruled in.

    Raises:
        DatasetError: "operating_point.other_data".

    >>> out, in_ = (OperatingPoint("", threshold, "", "four slices") for threshold in (0.2, 0.7))
    >>> uncertain_band(out, in_)
    UncertainBand(low=0.2, high=0.7, fitted_on='four slices')
    """
    _require_same_data(rule_out.fitted_on, rule_in.fitted_on)
    low, high = rule_out.threshold, rule_in.threshold
    if low > high:
        low = high = (low + high) / 2
    return UncertainBand(low, high, rule_out.fitted_on)


def choose_all(
    labels: np.ndarray, probabilities: np.ndarray, *, fitted_on: str, groups: np.ndarray | None = None
) -> tuple[JudgedPoint, JudgedPoint, JudgedPoint]:
    """Choose the points to rule out, balanced, and to rule in, each judged on the data it is chosen on.

    Args:
        labels: 0 or 1, shape (n,), both classes.
        probabilities: Calibrated, shape (n,).
        fitted_on: The data, in words; travels in the bundle.
        groups: As in `choose_rule_out`.

    Raises:
        DatasetError: As `choose_rule_in` says.

    >>> chosen = choose_all(np.array([0, 0, 1, 1]), np.array([0.1, 0.6, 0.5, 0.9]), fitted_on="four slices")
    >>> [(judged.point.name, round(judged.point.threshold, 2)) for judged in chosen]
    [('rule-out', 0.3), ('balanced', 0.3), ('rule-in', 0.75)]
    """
    balanced = choose_balanced(labels, probabilities, fitted_on=fitted_on)
    return (
        choose_rule_out(labels, probabilities, fitted_on=fitted_on, groups=groups),
        judge_point(balanced, labels, probabilities, measured_on=fitted_on, groups=groups),
        choose_rule_in(labels, probabilities, fitted_on=fitted_on, groups=groups),
    )


def _require_same_data(first: str, second: str) -> None:
    if first != second:
        raise DatasetError(
            "operating_point.other_data",
            f"Expected points of the same data; received {first!r} and {second!r}.",
            "Choose both on one collection.",
        )


def _judged_candidates(
    labels: np.ndarray, probabilities: np.ndarray, *, target: float
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return the thresholds that tell items apart, rising from 0, with their sensitivities and specificities."""
    labels, probabilities = checked(labels, probabilities)
    require_probabilities(probabilities)
    require_range(target, name="a target", low=LOWEST_TARGET, high=1)
    ends = np.unique(np.r_[0.0, probabilities, 1.0])
    candidates = np.r_[0.0, (ends[:-1] + ends[1:]) / 2]
    positives, negatives = np.sort(probabilities[labels == 1]), np.sort(probabilities[labels == 0])
    # A share from a count is the double nearest to it, as the target is; 1 - share need not be
    kept = len(positives) - np.asarray(np.searchsorted(positives, candidates))
    cleared = np.asarray(np.searchsorted(negatives, candidates))
    return candidates, kept / len(positives), cleared / len(negatives)
