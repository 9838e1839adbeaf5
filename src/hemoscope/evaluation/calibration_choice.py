"""Choose how to calibrate by what each way is worth on groups that it was not fitted on."""

from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, replace
from typing import Any

import numpy as np

from hemoscope.errors import DatasetError
from hemoscope.evaluation.calibration import Calibration, fit_platt, fit_temperature
from hemoscope.evaluation.calibration_isotonic import IsotonicCalibration, fit_isotonic
from hemoscope.evaluation.checks import checked, require_both_classes, require_groups
from hemoscope.evaluation.splits import as_many_folds

AnyCalibration = Calibration | IsotonicCalibration

FOLDS, REPEATS = 5, 5
"""Arrangements of the inner folds: one alone would let their luck choose."""
NEAREST_TO_CERTAIN = 1e-15
"""A probability of exactly 0 or 1, as floats round to, would have an infinite log loss."""
TOO_FEW = "platt"
"""Where nothing can be compared: it allows for another share of positives, and softened targets keep it modest."""


@dataclass(frozen=True, slots=True)
class Trial:
    """One way to calibrate, judged on groups that it was not fitted on.

    Attributes:
        method: Its name.
        log_loss: Mean over the items, natural logarithm; None where it could not be fitted.
        behind: By how much that exceeds the lowest.
        standard_error: Of `behind`, over groups.
        failure: Why it could not be fitted; empty where it could.
    """

    method: str
    log_loss: float | None = None
    behind: float | None = None
    standard_error: float | None = None
    failure: str = ""


@dataclass(frozen=True, slots=True)
class CalibrationChoice:
    """The calibration that was chosen, and why.

    Attributes:
        calibration: Fitted on all items.
        reason: One clause.
        trials: Every way that was compared, the simplest first; empty where there were too few groups to compare.
    """

    calibration: AnyCalibration
    reason: str
    trials: tuple[Trial, ...]

    def as_json(self) -> dict[str, Any]:
        """Return what was compared and why it was chosen, as plain JSON values, without the calibration itself."""
        trials = [asdict(trial) for trial in self.trials]
        return {"method": self.calibration.method, "reason": self.reason, "trials": trials}


def choose_calibration(
    scores: np.ndarray, labels: np.ndarray, groups: np.ndarray, *, fitted_on: str, seed: int = 0
) -> CalibrationChoice:
    """Choose among temperature, Platt and isotonic by grouped cross-validation, then fit the chosen on all items.

    The simplest is taken whose log loss on held-out groups exceeds the lowest by no more than one standard error, which
    is counted over groups: slices of a patient are not so many proofs.

    Args:
        scores: Logits, shape (n,), of items that the network did not learn from.
        labels: 0 or 1, shape (n,), both classes.
        groups: A group per item, shape (n,).
        fitted_on: The data, in words; travels in the bundle.
        seed: Of the arrangements of the inner folds.

    Raises:
        DatasetError: As `checks.checked` says.
        MissingExtraError: The extra [train] is not installed.

    Source: the rule of one standard error: Breiman, Friedman, Olshen & Stone 1984, section 3.4.3; how many items
    isotonic calibration takes: Niculescu-Mizil & Caruana 2005, doi:10.1145/1102351.1102430.
    """
    labels, scores = checked(labels, scores)
    require_groups(groups, items=len(labels))
    groups = np.asarray(groups)
    try:
        losses, failures = _held_out_losses(scores, labels, groups, seed=seed)
    except DatasetError as error:
        reason = f"too few groups to compare with others ({error.code})"
        return CalibrationChoice(FITS[TOO_FEW](scores, labels, fitted_on), reason, ())
    trials = _compare(losses, failures, groups)
    best = min((trial for trial in trials if not trial.failure), key=lambda trial: trial.log_loss or 0.0)
    chosen = next(trial for trial in trials if not trial.failure and _is_tied(trial))
    reason = "the lowest log loss on held-out groups"
    if chosen is not best:
        reason = f"simpler than {best.method}, whose log loss on held-out groups is not lower by a standard error"
    return CalibrationChoice(FITS[chosen.method](scores, labels, fitted_on), reason, trials)


def calibration_from_json(values: Mapping[str, Any]) -> AnyCalibration:
    """Rebuild a calibration from what `dataclasses.asdict` made of it.

    Raises:
        TypeError: A key is none of its fields.

    >>> calibration_from_json({"slope": 1.5, "intercept": -1.0, "method": "platt", "fitted_on": "40 slices"}).slope
    1.5
    >>> calibration_from_json({"knots": [0.0, 2.0], "probabilities": [0.2, 0.6], "fitted_on": "40 slices"}).knots
    (0.0, 2.0)
    """
    return IsotonicCalibration(**values) if "knots" in values else Calibration(**values)


def _fit_temperature(scores: np.ndarray, labels: np.ndarray, fitted_on: str) -> AnyCalibration:
    return fit_temperature(scores, labels, fitted_on=fitted_on)


def _fit_platt(scores: np.ndarray, labels: np.ndarray, fitted_on: str) -> AnyCalibration:
    return fit_platt(scores, labels, fitted_on=fitted_on)


def _fit_modest_isotonic(scores: np.ndarray, labels: np.ndarray, fitted_on: str) -> AnyCalibration:
    """Fit steps, kept as far from certainty as Platt's softened targets keep the others."""
    fitted = fit_isotonic(scores, labels, fitted_on=fitted_on)
    positives, negatives = int(np.sum(labels == 1)), int(np.sum(labels == 0))
    modest = np.clip(fitted.probabilities, 1 / (negatives + 2), (positives + 1) / (positives + 2))
    return replace(fitted, probabilities=tuple(modest.tolist()))


FITS: dict[str, Callable[[np.ndarray, np.ndarray, str], AnyCalibration]] = {
    "temperature": _fit_temperature,
    "platt": _fit_platt,
    "isotonic": _fit_modest_isotonic,
}
"""The ways to calibrate, the simplest first: one number, two, as many as the items ask for."""


def _held_out_losses(
    scores: np.ndarray, labels: np.ndarray, groups: np.ndarray, *, seed: int
) -> tuple[dict[str, np.ndarray], dict[str, str]]:
    """Return the log loss of each item, averaged over repeats, by method; and why the other methods failed.

    Raises:
        DatasetError: "split.too_few_groups" or, where a part to fit on has one class alone, "metric.one_class".
    """
    losses = {method: np.zeros(len(labels)) for method in FITS}
    failures: dict[str, str] = {}
    for repeat in range(REPEATS):
        for learned, held_out in as_many_folds(labels, groups, most=FOLDS, seed=seed + repeat):
            require_both_classes(labels[learned])
            for method in [name for name in FITS if name not in failures]:
                try:
                    fitted = FITS[method](scores[learned], labels[learned], "")
                except DatasetError as error:
                    failures[method] = error.message
                    continue
                probabilities = fitted.apply(scores[held_out])
                losses[method][held_out] += _log_loss(labels[held_out], probabilities) / REPEATS
    return {method: own for method, own in losses.items() if method not in failures}, failures


def _log_loss(labels: np.ndarray, probabilities: np.ndarray) -> np.ndarray:
    right = np.where(labels == 1, probabilities, 1 - probabilities)
    return np.asarray(-np.log(np.maximum(right, NEAREST_TO_CERTAIN)))


def _compare(losses: Mapping[str, np.ndarray], failures: Mapping[str, str], groups: np.ndarray) -> tuple[Trial, ...]:
    lowest = min(losses.values(), key=lambda own: float(own.mean()))
    trials = []
    for method in FITS:
        if method in failures:
            trials.append(Trial(method, failure=failures[method]))
            continue
        behind = losses[method] - lowest
        error = _standard_error(behind, groups)
        trials.append(Trial(method, float(losses[method].mean()), float(behind.mean()), error))
    return tuple(trials)


def _is_tied(trial: Trial) -> bool:
    """Whether a method is not worse than the best beyond a standard error; of the best itself both are 0."""
    return trial.behind is not None and trial.standard_error is not None and trial.behind <= trial.standard_error


def _standard_error(values: np.ndarray, groups: np.ndarray) -> float:
    """Return the standard error of the mean of values that come in groups.

    Source: Field & Welsh 2007, doi:10.1111/j.1467-9868.2007.00593.x: the variance of the sums over groups.
    """
    member_of = np.unique(groups, return_inverse=True)[1]
    sums = np.bincount(member_of, values - values.mean())
    return float(np.sqrt(len(sums) / (len(sums) - 1) * (sums @ sums)) / len(values))
