"""A judgement: every figure counted by hand on twelve cases, intervals from groups."""

from dataclasses import replace

import numpy as np
import pytest
from sklearn import metrics as sklearn_metrics

from hemoscope.errors import DatasetError
from hemoscope.evaluation.intervals import share_interval
from hemoscope.evaluation.judge import JudgeSettings, judge

from .judged import POINT, STRICT, case, twelve

QUICK = JudgeSettings(draws=200)


def test_the_figures_agree_with_scikit_learn_and_with_the_hand():
    judged = judge(twelve(), [POINT], settings=QUICK)
    labels, probabilities = judged.answers.labels, judged.answers.probabilities
    assert {name: figure.value for name, figure in judged.figures.items()} == pytest.approx(
        {
            "auroc": sklearn_metrics.roc_auc_score(labels, probabilities),
            "auprc": sklearn_metrics.average_precision_score(labels, probabilities),
            "brier": sklearn_metrics.brier_score_loss(labels, probabilities),
            # by hand: the gap of each bin of width 0.1; 0.7 and 0.75 share one, so theirs is netted
            "ece": (0.05 + 0.1 + 0.8 + 0.3 + 0.55 + 0.4 + abs(0.75 - 0.3) + 0.2 + 0.1) / 10,
        }
    )


def test_the_counts_and_shares_of_a_point_are_those_counted_by_hand():
    found = judge(twelve(), [POINT], settings=QUICK).points[0]
    counts = (found.true_positives, found.false_positives, found.true_negatives, found.false_negatives)
    assert counts == (4, 2, 3, 1)
    assert (found.sensitivity.value, found.specificity.value, found.accuracy.value) == (0.8, 0.6, 0.7)
    assert found.ppv.value == pytest.approx(4 / 6)  # at the cases' own share of one half
    assert found.npv.value == pytest.approx(3 / 4)
    assert found.sensitivity_of_all.value == pytest.approx(4 / 6)  # the refused positive counts as missed


def test_risk_and_coverage_are_those_of_the_decisions_at_the_point_of_the_settings():
    # the surest first: 0.05, 0.1, 0.9 right; of 0.8 and 0.2 one; 0.75 wrong; 0.7, 0.3, 0.6 right; 0.55 wrong
    curve = judge(twelve(), [STRICT, POINT], settings=QUICK).risk_coverage
    assert [curve.risk_at(share) for share in (0.3, 0.5, 0.6, 1.0)] == pytest.approx([0.0, 1 / 5, 2 / 6, 3 / 10])
    # at 0.95 nothing is called positive, so that all five with hemorrhage are missed
    strict = judge(twelve(), [STRICT, POINT], settings=JudgeSettings(point="rule-in", draws=100)).risk_coverage
    assert strict.risk_at(1.0) == 0.5


def test_predictive_values_follow_the_prevalence_that_is_stated():
    judged = judge(twelve(), [POINT], settings=replace(QUICK, prevalence=0.1))
    assert judged.prevalence == 0.1
    assert judged.points[0].ppv.value == pytest.approx(0.08 / (0.08 + 0.36))
    assert judged.points[0].npv.value == pytest.approx(0.54 / (0.54 + 0.02))
    assert judge(twelve(), [POINT], settings=QUICK).prevalence == 0.5


def test_intervals_hold_their_value_and_whole_groups_are_drawn():
    judged = judge(twelve(), [POINT], settings=QUICK)
    point = judged.points[0]
    for figure in (*judged.figures.values(), point.sensitivity, point.specificity, point.accuracy, point.ppv):
        assert figure.low <= figure.value <= figure.high
        assert figure.low < figure.high
    alone = judge([replace(one, group=one.key) for one in twelve()], [POINT], settings=QUICK)
    assert alone.figures["auroc"] != judged.figures["auroc"]


def test_a_share_that_all_reach_has_wilsons_interval_and_so_have_predictive_values():
    cases = [case(f"p{place}", 1, 0.9) for place in range(4)] + [case(f"n{place}", 0, 0.1) for place in range(4)]
    found = judge(cases, [POINT], settings=QUICK).points[0]
    assert found.sensitivity == share_interval(np.ones(4))
    low = found.sensitivity.low
    assert found.ppv.low == pytest.approx(low / (low + 1 - low))
    assert found.ppv[::2] == (1.0, 1.0)


def test_a_value_that_would_divide_by_zero_is_none():
    cases = [case("a", 1, 0.6), case("b", 0, 0.1), case("c", 0, 0.2)]
    assert judge(cases, [STRICT], settings=replace(QUICK, point="rule-in")).points[0].ppv is None


def test_every_point_is_judged_and_that_of_the_settings_first():
    judged = judge(twelve(), [STRICT, POINT], settings=QUICK)
    assert [found.point.name for found in judged.points] == ["balanced", "rule-in"]
    assert judged.points[1].sensitivity.value == 0.0
    assert judged.points[1].specificity.value == 1.0


def test_the_histogram_holds_each_scored_case_once_in_its_bin():
    histogram = judge([*twelve(), case("sure", 1, 1.0)], [POINT], settings=QUICK).histogram
    assert histogram.sum(axis=1).tolist() == [5, 6]
    assert histogram[1, 19] == 1
    assert np.flatnonzero(histogram[0]).tolist() == [1, 2, 6, 11, 15]


def test_the_same_seed_gives_the_same_intervals():
    first, second = (judge(twelve(), [POINT], settings=QUICK) for _ in range(2))
    assert first.figures == second.figures
    assert judge(twelve(), [POINT], settings=replace(QUICK, seed=1)).figures != first.figures


@pytest.mark.parametrize("settings", [{"draws": 10}, {"prevalence": 1.2}, {"prevalence": float("nan")}])
def test_settings_that_cannot_be_are_errors(settings):
    with pytest.raises(DatasetError, match=r"\[metric\.range\]"):
        JudgeSettings(**settings)
