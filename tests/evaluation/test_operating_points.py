"""Balanced, rule-out and rule-in thresholds, worked by hand and against every other threshold."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hemoscope.errors import DatasetError
from hemoscope.evaluation.intervals import share_interval, wilson
from hemoscope.evaluation.metrics import sensitivity, specificity
from hemoscope.evaluation.operating_points import (
    UncertainBand,
    choose_all,
    choose_balanced,
    choose_rule_in,
    choose_rule_out,
    judge_point,
    uncertain_band,
)
from hemoscope.evaluation.roc import roc_curve
from hemoscope.records import Decision, OperatingPoint

# four of five negatives lie below 0.5, four of five positives above 0.3
LABELS = np.array([0, 0, 0, 0, 0, 1, 1, 1, 1, 1])
PROBABILITIES = np.array([0.05, 0.1, 0.2, 0.4, 0.6, 0.3, 0.5, 0.7, 0.8, 0.9])


def test_the_threshold_lies_between_the_classes_and_says_where_it_was_fitted():
    point = choose_balanced(np.array([0, 0, 0, 1, 1]), np.array([0.1, 0.2, 0.3, 0.4, 0.9]), fitted_on="five slices")
    assert (point.name, point.threshold, point.fitted_on) == ("balanced", 0.35, "five slices")
    assert point.chosen_for == "the largest sensitivity + specificity"


def test_a_probability_at_the_threshold_is_positive():
    point = choose_balanced(np.array([0, 1]), np.array([0.25, 0.75]), fitted_on="two slices")
    assert point.decide(0.5) is Decision.POSITIVE
    assert point.decide(0.4999) is Decision.NEGATIVE


@given(st.integers(0, 1000))
def test_no_other_threshold_does_better(seed):
    generator = np.random.default_rng(seed)
    labels, scores = np.r_[0, 1, generator.integers(0, 2, 20)], generator.random(22)
    chosen = choose_balanced(labels, scores, fitted_on="noise").threshold

    def youden(threshold: float) -> float:
        return sensitivity(labels, scores, threshold=threshold) + specificity(labels, scores, threshold=threshold)

    assert youden(chosen) >= max(youden(threshold) for threshold in scores[scores > scores.min()]) - 1e-12


@pytest.mark.parametrize(
    ("target", "threshold", "reached", "given_up"),
    [(0.98, 0.25, 5, 3), (1.0, 0.25, 5, 3), (0.8, 0.45, 4, 4), (0.81, 0.25, 5, 3), (0.6, 0.65, 3, 5)],
)
def test_ruling_out_keeps_the_sensitivity_and_clears_what_it_can(target, threshold, reached, given_up):
    chosen = choose_rule_out(LABELS, PROBABILITIES, fitted_on="ten slices", target=target)
    assert chosen.point.threshold == pytest.approx(threshold)
    assert chosen.sensitivity == wilson(reached, 5)
    assert chosen.specificity == wilson(given_up, 5)


@pytest.mark.parametrize(
    ("target", "threshold", "reached", "kept"),
    [(0.98, 0.65, 3, 5), (1.0, 0.65, 3, 5), (0.8, 0.45, 4, 4), (0.6, 0.25, 5, 3)],
)
def test_ruling_in_keeps_the_specificity_and_calls_what_it_can(target, threshold, reached, kept):
    chosen = choose_rule_in(LABELS, PROBABILITIES, fitted_on="ten slices", target=target)
    assert chosen.point.threshold == pytest.approx(threshold)
    assert chosen.sensitivity == wilson(reached, 5)
    assert chosen.specificity == wilson(kept, 5)


def test_each_point_says_what_it_was_chosen_for_and_on_which_data():
    out = choose_rule_out(LABELS, PROBABILITIES, fitted_on="ten slices")
    in_ = choose_rule_in(LABELS, PROBABILITIES, fitted_on="ten slices", target=0.9)
    assert (out.point.name, out.point.chosen_for, out.point.fitted_on, out.measured_on) == (
        "rule-out",
        "the highest threshold with a sensitivity of at least 0.95",
        "ten slices",
        "ten slices",
    )
    assert (in_.point.name, in_.point.chosen_for) == (
        "rule-in",
        "the lowest threshold with a specificity of at least 0.9",
    )


def test_19_of_20_are_the_95_percent_kept_where_nothing_else_is_asked_for():
    labels = np.repeat([0, 1], 20)
    probabilities = np.r_[np.linspace(0.01, 0.3, 20), 0.02, np.linspace(0.7, 0.99, 19)]
    chosen = choose_rule_out(labels, probabilities, fitted_on="forty slices")
    assert chosen.point.threshold == 0.5
    assert chosen.sensitivity == wilson(19, 20)
    mirrored = choose_rule_in(1 - labels, 1 - probabilities, fitted_on="forty slices")
    assert mirrored.point.threshold == pytest.approx(0.5)
    assert mirrored.specificity == wilson(19, 20)


@given(st.integers(0, 1000), st.sampled_from([0.5, 0.8, 0.9, 0.98, 1.0]))
def test_no_other_threshold_rules_out_or_in_more(seed, target):
    generator = np.random.default_rng(seed)
    labels, scores = np.r_[0, 1, generator.integers(0, 2, 30)], generator.integers(0, 20, 32) / 20
    curve = roc_curve(labels, scores)
    out = choose_rule_out(labels, scores, fitted_on="noise", target=target)
    in_ = choose_rule_in(labels, scores, fitted_on="noise", target=target)
    assert out.sensitivity.value >= target - 1e-12
    assert out.specificity.value == pytest.approx(curve.specificity_at(target))
    assert in_.specificity.value >= target - 1e-12
    assert in_.sensitivity.value == pytest.approx(curve.sensitivity_at(target))


def test_nothing_is_ruled_out_where_a_positive_has_the_probability_0():
    chosen = choose_rule_out(np.array([0, 1, 1]), np.array([0.5, 0.0, 0.9]), fitted_on="three slices")
    assert (chosen.point.threshold, chosen.sensitivity.value, chosen.specificity.value) == (0.0, 1.0, 0.0)


def test_all_are_called_positive_where_the_lowest_is_one():
    chosen = choose_rule_out(np.array([0, 1]), np.array([0.6, 0.4]), fitted_on="two slices")
    assert (chosen.point.threshold, chosen.specificity.value) == (0.2, 0.0)


def test_ruling_in_nothing_shows_as_a_sensitivity_of_0():
    chosen = choose_rule_in(np.array([0, 1]), np.array([0.6, 0.4]), fitted_on="two slices")
    assert (chosen.point.threshold, chosen.sensitivity.value, chosen.specificity.value) == (0.8, 0.0, 1.0)


def test_a_negative_of_probability_1_makes_ruling_in_unreachable():
    message = (
        r"No threshold reaches a specificity of 0\.95; the best has 0\.500\. Lower the target, .* probability 1\. "
        r"\[operating_point\.unreachable\]"
    )
    with pytest.raises(DatasetError, match=message):
        choose_rule_in(np.array([0, 0, 1]), np.array([0.1, 1.0, 1.0]), fitted_on="three slices")


def test_slices_of_one_patient_widen_the_intervals():
    labels, probabilities, groups = (np.repeat(values, 4) for values in (LABELS, PROBABILITIES, np.arange(10)))
    chosen = choose_rule_out(labels, probabilities, fitted_on="forty slices", target=0.8, groups=groups)
    expected = share_interval(np.repeat([0, 1, 1, 1, 1], 4), np.repeat(np.arange(5), 4))
    assert chosen.sensitivity == expected
    assert chosen.sensitivity.low < wilson(16, 20).low


def test_a_point_is_judged_on_other_data_than_it_was_fitted_on():
    point = OperatingPoint("balanced", 0.5, "the largest sensitivity + specificity", "two slices")
    judged = judge_point(point, LABELS, PROBABILITIES, measured_on="ten slices")
    assert (judged.point, judged.measured_on) == (point, "ten slices")
    assert (judged.sensitivity, judged.specificity) == (wilson(4, 5), wilson(4, 5))


def test_the_band_lies_between_the_points():
    out = choose_rule_out(LABELS, PROBABILITIES, fitted_on="ten slices").point
    in_ = choose_rule_in(LABELS, PROBABILITIES, fitted_on="ten slices").point
    band = uncertain_band(out, in_)
    assert (band.low, band.high, band.fitted_on) == (out.threshold, in_.threshold, "ten slices")
    assert not band.is_empty
    assert band.holds(PROBABILITIES).tolist() == [False, False, False, True, True, True, True, False, False, False]
    assert all(out.decide(one) is in_.decide(one) for one in PROBABILITIES[~band.holds(PROBABILITIES)])


def test_points_that_cross_leave_an_empty_band_that_meets_both_targets():
    out = choose_rule_out(LABELS, PROBABILITIES, fitted_on="ten slices", target=0.6).point
    in_ = choose_rule_in(LABELS, PROBABILITIES, fitted_on="ten slices", target=0.6).point
    band = uncertain_band(out, in_)
    assert (out.threshold, in_.threshold) == pytest.approx((0.65, 0.25))
    assert band.low == band.high == pytest.approx(0.45)
    assert band.is_empty
    assert not band.holds(np.linspace(0, 1, 101)).any()
    assert sensitivity(LABELS, PROBABILITIES, threshold=band.low) >= 0.6
    assert specificity(LABELS, PROBABILITIES, threshold=band.low) >= 0.6


def test_a_band_holds_its_lower_end_and_not_its_upper_one():
    band = UncertainBand(0.2, 0.7, "ten slices")
    assert band.holds(np.array([[0.2, 0.7]])).tolist() == [[True, False]]


def test_points_of_different_data_have_no_band():
    out, in_ = OperatingPoint("rule-out", 0.2, "", "a"), OperatingPoint("rule-in", 0.7, "", "b")
    message = r"points of the same data; received 'a' and 'b'\. Choose both .*\[operating_point\.other_data\]"
    with pytest.raises(DatasetError, match=message):
        uncertain_band(out, in_)


def test_a_band_becomes_the_point_that_abstains_in_it():
    point = UncertainBand(0.2, 0.7, "ten slices").as_point()
    assert (point.name, point.threshold, point.uncertain_from, point.fitted_on) == ("abstain", 0.7, 0.2, "ten slices")
    decisions = [point.decide(probability) for probability in PROBABILITIES]
    held = UncertainBand(0.2, 0.7, "ten slices").holds(PROBABILITIES)
    assert [decision is Decision.UNCERTAIN for decision in decisions] == held.tolist()


def test_the_three_points_are_those_chosen_one_by_one():
    groups = np.repeat(np.arange(5), 2)
    out, balanced, in_ = choose_all(LABELS, PROBABILITIES, fitted_on="ten slices", groups=groups)
    assert out == choose_rule_out(LABELS, PROBABILITIES, fitted_on="ten slices", groups=groups)
    assert in_ == choose_rule_in(LABELS, PROBABILITIES, fitted_on="ten slices", groups=groups)
    youden = choose_balanced(LABELS, PROBABILITIES, fitted_on="ten slices")
    assert balanced == judge_point(youden, LABELS, PROBABILITIES, measured_on="ten slices", groups=groups)


def test_a_point_keeps_what_it_reaches_on_the_data_it_was_fitted_on():
    chosen = choose_rule_out(LABELS, PROBABILITIES, fitted_on="ten slices")
    kept = chosen.as_point()
    assert (kept.sensitivity, kept.specificity) == (wilson(5, 5), wilson(3, 5))
    assert kept.decide(chosen.point.threshold) is Decision.POSITIVE


def test_what_a_point_reaches_on_other_data_is_not_kept_as_if_it_were_of_its_own():
    judged = judge_point(OperatingPoint("balanced", 0.5, "", "a"), LABELS, PROBABILITIES, measured_on="b")
    with pytest.raises(DatasetError, match=r"operating_point\.other_data"):
        judged.as_point()


@pytest.mark.parametrize("choose", [choose_rule_out, choose_rule_in])
@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"target": 0.4}, r"Expected a target in \[0\.5, 1\]; received 0\.4\..*\[metric\.range\]"),
        ({"target": 98}, r"Expected a target in .*; received 98\."),
        ({"groups": np.arange(3)}, r"one group per item, 10; received shape \(3,\)"),
        ({"probabilities": PROBABILITIES * 2}, r"metric\.not_a_probability"),
        ({"labels": np.ones(10)}, r"metric\.one_class"),
    ],
)
def test_what_cannot_be_chosen_is_an_error(choose, settings, message):
    given_ = {"labels": LABELS, "probabilities": PROBABILITIES, "fitted_on": "ten slices", **settings}
    labels, probabilities = given_.pop("labels"), given_.pop("probabilities")
    with pytest.raises(DatasetError, match=message):
        choose(labels, probabilities, **given_)
