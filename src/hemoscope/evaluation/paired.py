"""Two networks judged on the same cases, pair by pair."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial

import numpy as np

from hemoscope.errors import HemoscopeError
from hemoscope.evaluation.cases import JudgedCase, answers_of
from hemoscope.evaluation.compare import Difference, McnemarTest, bootstrap_difference, mcnemar
from hemoscope.evaluation.delong import DelongComparison, delong_test
from hemoscope.evaluation.figures import OF_DECISIONS
from hemoscope.evaluation.judge import WITHOUT_THRESHOLD, JudgeSettings
from hemoscope.evaluation.report import CollectionFacts, Example, SeenCheck
from hemoscope.evaluation.roc import RocCurve, roc_curve
from hemoscope.records import ErrorReport, OperatingPoint

LOWER_IS_BETTER = frozenset({"brier", "ece"})


@dataclass(frozen=True, slots=True, eq=False)
class PairedJudgement:
    """What was measured on the cases that both networks scored.

    Attributes:
        slices: How many.
        positives: How many of them show hemorrhage.
        groups: How many groups they are of.
        differences: By figure, first less second, with bootstrap intervals over groups: auroc, auprc, brier, ece, then
            at the operating point sensitivity, specificity and accuracy. They hold for slices of a patient too.
        delong: Test of the AUROCs, for independent slices; None where it cannot be made.
        not_tested: Why not.
        mcnemar: Tests of the decisions, for independent slices: of "all", of the "positives", of the "negatives".
        rocs: Every threshold of the first, then of the second.
    """

    slices: int
    positives: int
    groups: int
    differences: Mapping[str, Difference]
    delong: DelongComparison | None
    not_tested: ErrorReport | None
    mcnemar: Mapping[str, McnemarTest]
    rocs: tuple[RocCurve, RocCurve]

    @property
    def are_independent(self) -> bool:
        """Whether each slice is a group of its own, as the tests of DeLong and McNemar take for granted."""
        return self.groups == self.slices

    def favors(self, name: str) -> str | None:
        """Say which network a figure favors beyond chance: "first", "second", or None."""
        found = self.differences[name]
        if not found.is_beyond_chance:
            return None
        return "first" if (found.difference.value < 0) == (name in LOWER_IS_BETTER) else "second"


@dataclass(frozen=True, slots=True)
class Side:
    """One of two bundles that are compared.

    Attributes:
        model: What scored, as `Bundle.summary` tells it.
        point: The threshold of its decisions.
        seen: Whether it had learned from any of the collection.
        cases: Every case with its answer.
    """

    model: Mapping[str, object]
    point: OperatingPoint
    seen: SeenCheck
    cases: tuple[JudgedCase, ...]

    def calls_positive(self, case: JudgedCase) -> bool:
        """Say whether a case is called positive; one without a score is not."""
        return case.probability is not None and case.probability >= self.point.threshold

    def is_right(self, case: JudgedCase) -> bool:
        """Say whether a case that was scored is called as it is labelled."""
        return self.calls_positive(case) == bool(case.label)


@dataclass(frozen=True, slots=True, eq=False)
class Comparison:
    """Two bundles on one collection.

    Attributes:
        first: The one from which the other is taken away.
        second: The other.
        collection: What they were compared on.
        paired: What was measured where both gave a score.
        settings: How.
        examples: Some of those that were decided differently, in their order, as each network saw them.
    """

    first: Side
    second: Side
    collection: CollectionFacts
    paired: PairedJudgement
    settings: JudgeSettings
    examples: tuple[tuple[Example, Example], ...] = ()

    def unpaired(self) -> list[tuple[JudgedCase, JudgedCase]]:
        """Return the cases that one or both did not score."""
        pairs = zip(self.first.cases, self.second.cases, strict=True)
        return [(one, other) for one, other in pairs if one.probability is None or other.probability is None]

    def decided_differently(self) -> list[tuple[JudgedCase, JudgedCase]]:
        """Return the cases that one calls positive and the other negative, the furthest apart first.

        One of the two is right, the other wrong.
        """
        unpaired = {one.key for one, _ in self.unpaired()}
        apart = [
            (abs((one.probability or 0.0) - (other.probability or 0.0)), one, other)
            for one, other in zip(self.first.cases, self.second.cases, strict=True)
            if one.key not in unpaired and self.first.calls_positive(one) != self.second.calls_positive(other)
        ]
        return [(one, other) for _, one, other in sorted(apart, key=lambda found: -found[0])]


def judge_pair(
    first: Sequence[JudgedCase],
    second: Sequence[JudgedCase],
    points: tuple[OperatingPoint, OperatingPoint],
    *,
    settings: JudgeSettings,
) -> PairedJudgement:
    """Compare two networks on the cases that both scored.

    Args:
        first: Cases with the answers of one.
        second: The same cases, in the same order, with the answers of the other.
        points: The threshold of each.
        settings: How many bootstrap samples, and their seed.

    Raises:
        DatasetError: As `cases.answers_of` says of the cases that both scored.
    """
    both = [
        (one, other)
        for one, other in zip(first, second, strict=True)
        if one.probability is not None and other.probability is not None
    ]
    ours, theirs = answers_of([one for one, _ in both]), answers_of([other for _, other in both])
    labels, groups = ours.labels, ours.groups
    probabilities = ours.probabilities, theirs.probabilities
    decisions = tuple(values >= point.threshold for values, point in zip(probabilities, points, strict=True))
    called = decisions[0].astype(float), decisions[1].astype(float)
    bootstrap = partial(bootstrap_difference, groups=groups, draws=settings.draws, seed=settings.seed)
    delong, not_tested = _delong(labels, *probabilities)
    parts = {"all": labels >= 0, "positives": labels == 1, "negatives": labels == 0}
    return PairedJudgement(
        slices=len(labels),
        positives=int(labels.sum()),
        groups=len(set(groups.tolist())),
        differences={name: bootstrap(metric, labels, probabilities) for name, metric in WITHOUT_THRESHOLD.items()}
        | {name: bootstrap(OF_DECISIONS[name], labels, called) for name in ("sensitivity", "specificity", "accuracy")},
        delong=delong,
        not_tested=not_tested,
        rocs=(roc_curve(labels, probabilities[0]), roc_curve(labels, probabilities[1])),
        mcnemar={name: mcnemar(labels[part], called[0][part], called[1][part]) for name, part in parts.items()},
    )


def _delong(
    labels: np.ndarray, first: np.ndarray, second: np.ndarray
) -> tuple[DelongComparison | None, ErrorReport | None]:
    try:
        return delong_test(labels, first, second), None
    except HemoscopeError as error:
        return None, ErrorReport.of(error)
