"""From a run's network to probabilities and decisions, fitted on the run's validation part."""

from dataclasses import dataclass
from typing import Any

import numpy as np

from hemoscope.evaluation.calibration_choice import AnyCalibration, CalibrationChoice, choose_calibration
from hemoscope.evaluation.operating_points import JudgedPoint, UncertainBand, choose_all, uncertain_band
from hemoscope.evaluation.risk_coverage import Abstention, answers, judge_abstention
from hemoscope.records import OperatingPoint
from hemoscope.training.batches import InOrder
from hemoscope.training.rows import Rows
from hemoscope.training.run import VALIDATION, Run


@dataclass(frozen=True, slots=True)
class Fitted:
    """What turns a network's scores into probabilities and decisions.

    Attributes:
        choice: The calibration, and why it was chosen.
        rule_out: The point to rule out, with what it reaches on the data it was fitted on.
        balanced: The balanced point, likewise.
        rule_in: The point to rule in, likewise.
        abstention: What abstaining between ruling out and in gains there, against deciding at the balanced point.
    """

    choice: CalibrationChoice
    rule_out: JudgedPoint
    balanced: JudgedPoint
    rule_in: JudgedPoint
    abstention: Abstention

    @property
    def calibration(self) -> AnyCalibration:
        """From scores to probabilities."""
        return self.choice.calibration

    @property
    def band(self) -> UncertainBand:
        """Between ruling out and ruling in."""
        return uncertain_band(self.rule_out.point, self.rule_in.point)

    @property
    def points(self) -> tuple[OperatingPoint, ...]:
        """The points as a bundle keeps them, the lowest aim first."""
        return tuple(judged.as_point() for judged in (self.rule_out, self.balanced, self.rule_in))


def score(network: Any, inputs: np.ndarray | Rows) -> np.ndarray:
    """Score prepared slices with Keras, for `any`.

    Args:
        network: keras.Model; its first output is the scores, `any` first.
        inputs: Shape (n, size, size, 1), in memory or in a file.

    Returns:
        Scores (logits), shape (n,).
    """
    outputs = network.predict(InOrder(inputs), verbose=0)
    return np.asarray(outputs[0] if isinstance(outputs, list | tuple) else outputs)[:, 0]


def calibrate(run: Run, network: Any) -> Fitted:
    """Choose calibration and operating points on the validation part, which also chose the epoch."""
    inputs, labels, groups = run.part(VALIDATION)
    truth = labels[:, 0].astype(int)
    fitted_on = (
        f"the validation part of {run.record['data']['name']}: {len(truth)} slices in {len(set(groups))} groups, "
        f"{int(truth.sum())} with hemorrhage"
    )
    return fit_decisions(score(network, inputs), truth, groups, fitted_on=fitted_on)


def fit_decisions(scores: np.ndarray, labels: np.ndarray, groups: np.ndarray, *, fitted_on: str) -> Fitted:
    """Choose calibration and operating points on scores of slices that the network did not learn from.

    Args:
        scores: Logits, shape (n,).
        labels: 0 or 1, shape (n,), both classes.
        groups: A group per slice, shape (n,).
        fitted_on: The data, in words.

    Raises:
        DatasetError: As `choose_calibration` and `choose_all` say.
    """
    choice = choose_calibration(scores, labels, groups, fitted_on=fitted_on)
    probabilities = choice.calibration.apply(scores)
    rule_out, balanced, rule_in = choose_all(labels, probabilities, fitted_on=fitted_on, groups=groups)
    abstention = judge_abstention(
        labels,
        answers(uncertain_band(rule_out.point, rule_in.point), probabilities),
        without=probabilities >= balanced.point.threshold,
        groups=groups,
    )
    return Fitted(choice, rule_out, balanced, rule_in, abstention)
