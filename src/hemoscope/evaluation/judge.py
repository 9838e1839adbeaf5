"""Judge a network on cases it never saw: every figure with its interval, every threshold, every subgroup."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from hemoscope.errors import DatasetError
from hemoscope.evaluation.cases import Answers, JudgedCase, answers_of
from hemoscope.evaluation.checks import require_both_classes, require_range
from hemoscope.evaluation.decision_curve import DecisionCurve, decision_curve
from hemoscope.evaluation.figures import OF_PROBABILITIES
from hemoscope.evaluation.intervals import Interval, group_bootstrap, share_interval
from hemoscope.evaluation.metrics import auprc
from hemoscope.evaluation.predictive_values import at_corners, npv_of, ppv_of
from hemoscope.evaluation.reliability import ReliabilityBin, reliability_table
from hemoscope.evaluation.risk_coverage import RiskCoverageCurve, confidence, risk_coverage
from hemoscope.evaluation.roc import PrecisionRecallCurve, RocCurve, precision_recall_curve, roc_curve
from hemoscope.evaluation.subgroups import SubgroupTable, subgroup_tables
from hemoscope.records import OperatingPoint

HISTOGRAM_BINS = 20
FEWEST_DRAWS, MOST_DRAWS = 100, 100_000
WITHOUT_THRESHOLD: dict[str, Callable[[np.ndarray, np.ndarray], float]] = {
    "auroc": OF_PROBABILITIES["auroc"],
    "auprc": auprc,
    "brier": OF_PROBABILITIES["brier"],
    "ece": OF_PROBABILITIES["ece"],
}


@dataclass(frozen=True, slots=True)
class JudgeSettings:
    """How to judge.

    Attributes:
        point: Name of the operating point that subgroups, misses and false alarms are told at.
        prevalence: Share with hemorrhage for which predictive values are given; that of the cases unless stated.
        draws: Bootstrap samples.
        seed: Of the bootstrap.
    """

    point: str = "balanced"
    prevalence: float | None = None
    draws: int = 2000
    seed: int = 0

    def __post_init__(self) -> None:
        require_range(self.draws, name="draws", low=FEWEST_DRAWS, high=MOST_DRAWS)
        if self.prevalence is not None:
            require_range(self.prevalence, name="a prevalence", low=0, high=1)


@dataclass(frozen=True, slots=True)
class PointFigures:
    """What an operating point reaches on the cases.

    Attributes:
        point: The threshold, and what it was chosen for.
        true_positives: Counts of scored cases.
        false_positives: Likewise.
        true_negatives: Likewise.
        false_negatives: Likewise.
        sensitivity: Of scored positives.
        specificity: Of scored negatives.
        accuracy: Of scored cases.
        ppv: At the prevalence; None where nothing is called positive.
        npv: At the prevalence; None where nothing is called negative.
        sensitivity_of_all: Share of all positives that were called positive: one that was refused or failed is missed.
    """

    point: OperatingPoint
    true_positives: int
    false_positives: int
    true_negatives: int
    false_negatives: int
    sensitivity: Interval
    specificity: Interval
    accuracy: Interval
    ppv: Interval | None
    npv: Interval | None
    sensitivity_of_all: Interval


@dataclass(frozen=True, slots=True, eq=False)
class Judgement:
    """Everything that was measured.

    Attributes:
        cases: All of them, the unanswered too.
        answers: The scored ones as columns.
        settings: How they were judged.
        prevalence: For which predictive values are given.
        figures: Those that need no threshold, by name: auroc, auprc, brier, ece.
        points: One for each operating point; that of the settings first.
        reliability: Probabilities against what was observed.
        roc: Every threshold.
        precision_recall: Likewise.
        decision_curve: At the cases' own share of hemorrhage.
        risk_coverage: Of the decisions at the settings' operating point, the surest answered first.
        histogram: Scored cases by probability, shape (2, HISTOGRAM_BINS): those without, then those with hemorrhage.
        subgroups: A table for each column with few values.
        columns_left_out: Columns with one value or with too many.
    """

    cases: tuple[JudgedCase, ...]
    answers: Answers
    settings: JudgeSettings
    prevalence: float
    figures: dict[str, Interval]
    points: tuple[PointFigures, ...]
    reliability: tuple[ReliabilityBin, ...]
    roc: RocCurve
    precision_recall: PrecisionRecallCurve
    decision_curve: DecisionCurve
    risk_coverage: RiskCoverageCurve
    histogram: np.ndarray
    subgroups: tuple[SubgroupTable, ...]
    columns_left_out: tuple[str, ...]


def judge(cases: Sequence[JudgedCase], points: Sequence[OperatingPoint], *, settings: JudgeSettings) -> Judgement:
    """Measure everything on labelled cases, with 95 % intervals by bootstrap over groups.

    A share that all or none reach has no spread to draw from; its interval is Wilson's, by the number of groups.

    Args:
        cases: With labels and answers.
        points: The thresholds to judge at; one has the name that the settings give.
        settings: How.

    Raises:
        DatasetError: As `answers_of` says.
    """
    answers = answers_of(cases)
    own_share = float(answers.labels.mean())
    prevalence = own_share if settings.prevalence is None else settings.prevalence
    ordered = sorted(points, key=lambda point: point.name != settings.point)
    threshold = ordered[0].threshold
    tables, left_out = subgroup_tables(cases, ordered[0], seed=settings.seed)
    place = np.minimum((answers.probabilities * HISTOGRAM_BINS).astype(int), HISTOGRAM_BINS - 1)
    return Judgement(
        cases=tuple(cases),
        answers=answers,
        settings=settings,
        prevalence=prevalence,
        figures={
            name: _bootstrap(metric, answers, answers.probabilities, settings)
            for name, metric in WITHOUT_THRESHOLD.items()
        },
        points=tuple(_at_point(cases, answers, point, settings, prevalence=prevalence) for point in ordered),
        reliability=reliability_table(answers.labels, answers.probabilities, groups=answers.groups),
        roc=roc_curve(answers.labels, answers.probabilities),
        precision_recall=precision_recall_curve(answers.labels, answers.probabilities),
        decision_curve=decision_curve(answers.labels, answers.probabilities),
        risk_coverage=risk_coverage(
            (answers.probabilities >= threshold) != answers.labels,
            confidence(answers.probabilities, threshold=threshold),
        ),
        histogram=np.stack([np.bincount(place[answers.labels == label], minlength=HISTOGRAM_BINS) for label in (0, 1)]),
        subgroups=tables,
        columns_left_out=left_out,
    )


def _at_point(
    cases: Sequence[JudgedCase],
    answers: Answers,
    point: OperatingPoint,
    settings: JudgeSettings,
    *,
    prevalence: float,
) -> PointFigures:
    """Measure at one threshold."""
    called = answers.probabilities >= point.threshold
    positive = answers.labels == 1
    of_all = [case for case in cases if case.label == 1]
    found = [case.probability is not None and case.probability >= point.threshold for case in of_all]
    sensitivity = _share(called[positive], answers.groups[positive], settings)
    specificity = _share(~called[~positive], answers.groups[~positive], settings)
    predictive = [
        _predictive(value_of, answers, called, (sensitivity, specificity), settings, prevalence=prevalence)
        for value_of in (ppv_of, npv_of)
    ]
    return PointFigures(
        point=point,
        true_positives=int(called[positive].sum()),
        false_positives=int(called[~positive].sum()),
        true_negatives=int((~called[~positive]).sum()),
        false_negatives=int((~called[positive]).sum()),
        sensitivity=sensitivity,
        specificity=specificity,
        accuracy=_share(called == positive, answers.groups, settings),
        ppv=predictive[0],
        npv=predictive[1],
        sensitivity_of_all=_share(np.array(found), np.array([case.group for case in of_all]), settings),
    )


def _predictive(
    value_of: Callable[..., float],
    answers: Answers,
    called: np.ndarray,
    shares: tuple[Interval, Interval],
    settings: JudgeSettings,
    *,
    prevalence: float,
) -> Interval | None:
    """Return a predictive value at the prevalence with its interval; None where it would divide by zero."""

    def metric(labels: np.ndarray, decisions: np.ndarray) -> float:
        require_both_classes(labels)
        kept, cleared = decisions[labels == 1].mean(), 1 - decisions[labels == 0].mean()
        return value_of(float(kept), float(cleared), prevalence=prevalence)

    try:
        metric(answers.labels, called)
        drawn = _bootstrap(metric, answers, called, settings)
        low, high = (value_of(shares[0][end], shares[1][end], prevalence=prevalence) for end in (1, 2))
    except DatasetError:
        return None
    return at_corners(drawn, low, high)


def _share(succeeds: np.ndarray, groups: np.ndarray, settings: JudgeSettings) -> Interval:
    """Return a share with its bootstrap interval; Wilson's where there is no spread, or one group alone."""
    if succeeds.all() or not succeeds.any() or len(set(groups.tolist())) < 2:
        return share_interval(succeeds, groups)
    return group_bootstrap(_mean, succeeds, succeeds.astype(float), groups, draws=settings.draws, seed=settings.seed)


def _mean(_: np.ndarray, values: np.ndarray) -> float:
    return float(values.mean())


def _bootstrap(
    metric: Callable[[np.ndarray, np.ndarray], float], answers: Answers, values: np.ndarray, settings: JudgeSettings
) -> Interval:
    return group_bootstrap(metric, answers.labels, values, answers.groups, draws=settings.draws, seed=settings.seed)
