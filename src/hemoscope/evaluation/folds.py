"""What a network is worth on groups that it never saw: the held-out folds, pooled and by repeat."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from hemoscope.evaluation.figures import measure
from hemoscope.evaluation.intervals import Interval
from hemoscope.evaluation.reliability import ReliabilityBin, reliability_table
from hemoscope.evaluation.risk_coverage import RiskCoverageCurve, confidence, judge_abstention, risk_coverage
from hemoscope.evaluation.roc import RocCurve, roc_curve

EVEN = 0.5
"""Probability from which a slice is called positive where thresholds of several folds are to be compared with none."""


@dataclass(frozen=True, slots=True)
class HeldOut:
    """One slice, scored by a network that never saw its group.

    Attributes:
        calibration: How the fold's scores became probabilities: what its inner validation part chose.
        is_positive: Whether it is called positive at the fold's balanced point.
        answer: 1 or 0 outside the fold's uncertain band, -1 where it abstains.
    """

    repeat: int
    fold: int
    key: str
    label: int
    group: str
    score: float
    calibration: str
    probability: float
    is_positive: int
    answer: int


@dataclass(frozen=True, slots=True, eq=False)
class FoldsJudgement:
    """Everything that was measured on held-out folds.

    Attributes:
        rows: What was held out, all repeats.
        figures: As `summarize` gives them.
        roc: Every threshold, all repeats pooled.
        rocs: Likewise, one per repeat.
        reliability: Probabilities against what was observed, pooled.
        risk_coverage: Of decisions at a probability of `EVEN`, the surest answered first, pooled; the folds' own
            thresholds differ, and so cannot be put on one curve.
    """

    rows: tuple[HeldOut, ...]
    figures: Mapping[str, Mapping[str, Interval]]
    roc: RocCurve
    rocs: tuple[RocCurve, ...]
    reliability: tuple[ReliabilityBin, ...]
    risk_coverage: RiskCoverageCurve


def judge_folds(rows: Sequence[HeldOut]) -> FoldsJudgement:
    """Measure held-out predictions, figures and curves.

    Args:
        rows: A row per slice and repeat, of both classes.

    Raises:
        DatasetError: "metric.one_class".
    """
    labels, probabilities = _columns(rows)
    parts = _repeats(rows)
    return FoldsJudgement(
        rows=tuple(rows),
        figures=summarize(rows),
        roc=roc_curve(labels, probabilities),
        rocs=tuple(roc_curve(*_columns(part)) for part in parts.values()),
        reliability=reliability_table(labels, probabilities, groups=np.array([row.group for row in rows])),
        risk_coverage=risk_coverage((probabilities >= EVEN) != labels, confidence(probabilities, threshold=EVEN)),
    )


def summarize(rows: Sequence[HeldOut]) -> dict[str, dict[str, Interval]]:
    """Measure held-out predictions: "pooled" over all repeats, then each repeat by its number.

    Beside what `measure` gives: `abstained`, the share left undecided where each fold may abstain in its own band, and
    `accuracy_answered`, of the others; it is missing where nothing is answered.
    """
    parts = {"pooled": list(rows)} | _repeats(rows)
    return {name: _measure(part, draws=2000 if name == "pooled" else 200) for name, part in parts.items()}


def _measure(rows: Sequence[HeldOut], *, draws: int) -> dict[str, Interval]:
    labels, probabilities = _columns(rows)
    called = np.array([row.is_positive for row in rows])
    groups = np.array([row.group for row in rows])
    figures = measure(labels, probabilities, called, groups, draws=draws)
    judged = judge_abstention(labels, np.array([row.answer for row in rows]), without=called, groups=groups)
    figures["abstained"] = judged.rate
    if judged.error is not None:
        figures["accuracy_answered"] = Interval(1 - judged.error.value, 1 - judged.error.high, 1 - judged.error.low)
    return figures


def _repeats(rows: Sequence[HeldOut]) -> dict[str, list[HeldOut]]:
    numbers = sorted({row.repeat for row in rows})
    return {str(number): [row for row in rows if row.repeat == number] for number in numbers}


def _columns(rows: Sequence[HeldOut]) -> tuple[np.ndarray, np.ndarray]:
    return np.array([row.label for row in rows]), np.array([row.probability for row in rows])
