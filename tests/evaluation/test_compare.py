"""Paired comparisons against scipy, by hand, and by simulation."""

from functools import partial

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import binomtest

from hemoscope.errors import DatasetError
from hemoscope.evaluation.compare import Difference, bootstrap_difference, mcnemar
from hemoscope.evaluation.intervals import Interval, group_bootstrap
from hemoscope.evaluation.metrics import accuracy, auroc, ppv


def decisions(only_first: int, only_second: int, both: int = 0) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    counts = [only_first, only_second, both]
    return np.ones(sum(counts)), np.repeat([1, 0, 1], counts), np.repeat([0, 1, 1], counts)


@given(st.integers(0, 60), st.integers(0, 60), st.integers(0, 5))
def test_mcnemar_agrees_with_scipys_binomial_test(only_first, only_second, both):
    found = mcnemar(*decisions(only_first, only_second, both))
    assert (found.only_first, found.only_second) == (only_first, only_second)
    total = only_first + only_second
    expected = binomtest(only_first, total).pvalue if total else 1.0
    assert found.p_value == pytest.approx(expected, rel=1e-9)


def test_mcnemar_of_one_against_nine_is_that_worked_by_hand():
    """2 x (1 + 10) / 1024."""
    assert mcnemar(*decisions(1, 9)).p_value == 22 / 1024


def test_being_right_counts_and_not_being_positive():
    labels, first, second = np.array([0, 0, 1, 1]), np.array([0, 0, 1, 0]), np.array([True, False, False, True])
    found = mcnemar(labels, first, second)
    assert (found.only_first, found.only_second, found.p_value) == (2, 1, 1.0)


def test_many_disagreements_are_counted_exactly():
    assert mcnemar(*decisions(2400, 2600)).p_value == pytest.approx(binomtest(2400, 5000).pvalue, rel=1e-9)


@pytest.mark.parametrize("place", [1, 2])
def test_scores_are_no_decisions(place):
    given_ = list(decisions(2, 2))
    given_[place] = given_[place] * 0.7
    message = r"Expected decisions 0 and 1; received 0\.7\. Compare .* threshold first\. \[metric\.not_a_decision\]"
    with pytest.raises(DatasetError, match=message):
        mcnemar(*given_)


def simulated(seed: int, *, lead: float) -> tuple[np.ndarray, tuple[np.ndarray, np.ndarray], np.ndarray]:
    """40 patients of 5 slices whose scores go together; the first network sees `lead` more of the blood."""
    generator = np.random.default_rng(seed)
    labels, patient = np.repeat([0, 1] * 20, 5), np.repeat(generator.normal(0, 1, 40), 5)
    noise = generator.normal(0, 0.3, (2, 200))
    return labels, (labels * (1 + lead) + patient + noise[0], labels + patient + noise[1]), np.repeat(np.arange(40), 5)


def test_the_difference_is_that_of_the_metrics():
    labels, scores, groups = simulated(0, lead=1.0)
    found = bootstrap_difference(auroc, labels, scores, groups, draws=200)
    assert (found.first, found.second) == (auroc(labels, scores[0]), auroc(labels, scores[1]))
    assert found.difference.value == found.first - found.second
    assert found.difference.low < found.difference.value < found.difference.high
    assert found.is_beyond_chance


def test_pairing_narrows_what_two_intervals_would_leave_open():
    labels, scores, groups = simulated(1, lead=0.3)
    found = bootstrap_difference(auroc, labels, scores, groups, draws=400)
    apart = [group_bootstrap(auroc, labels, one, groups, draws=400) for one in scores]
    assert apart[0].low < apart[1].high
    assert found.is_beyond_chance


def test_whole_groups_are_drawn():
    """Two groups, in one of which each network alone is right: a draw takes either twice, or both."""
    labels, groups = np.ones(4, int), np.array(["a", "a", "b", "b"])
    scores = np.array([1, 1, 0, 0]), np.array([0, 0, 1, 1])
    found = bootstrap_difference(partial(accuracy, threshold=0.5), labels, scores, groups, draws=200)
    assert tuple(found.difference) == (0, -1, 1)
    assert not found.is_beyond_chance


@pytest.mark.parametrize(
    ("low", "high", "expected"), [(0.01, 0.2, True), (-0.2, -0.01, True), (-0.01, 0.2, False), (0.0, 0.2, False)]
)
def test_a_difference_is_beyond_chance_where_its_interval_leaves_0_out(low, high, expected):
    assert Difference(0.9, 0.8, Interval(0.1, low, high)).is_beyond_chance is expected


def test_the_same_scores_never_differ():
    labels, scores, groups = simulated(2, lead=0)
    found = bootstrap_difference(auroc, labels, (scores[0], scores[0]), groups, draws=50)
    assert tuple(found.difference) == (0, 0, 0)


def test_the_order_of_the_networks_turns_the_sign_alone():
    labels, scores, groups = simulated(3, lead=0.5)
    one = bootstrap_difference(auroc, labels, scores, groups, draws=100).difference
    other = bootstrap_difference(auroc, labels, scores[::-1], groups, draws=100).difference
    assert tuple(one) == pytest.approx((-other.value, -other.high, -other.low))


def test_draws_where_the_metric_is_undefined_are_skipped():
    """The only items that the first network calls are of one group in four."""
    labels, groups = np.array([1, 0, 1, 0]), np.arange(4)
    scores = np.array([1.0, 0, 0, 0]), np.ones(4)
    found = bootstrap_difference(partial(ppv, threshold=0.5), labels, scores, groups, draws=100)
    assert (found.first, found.second, found.difference.value) == (1.0, 0.5, 0.5)


def test_a_metric_undefined_on_all_items_is_an_error():
    labels = np.array([0, 1])
    with pytest.raises(DatasetError, match=r"metric\.undefined"):
        bootstrap_difference(partial(ppv, threshold=0.5), labels, (np.zeros(2), np.ones(2)), labels, draws=5)


def test_scores_of_other_items_are_an_error():
    with pytest.raises(DatasetError, match=r"metric\.lengths"):
        bootstrap_difference(auroc, np.array([0, 1]), (np.zeros(2), np.zeros(3)), np.arange(2), draws=5)


def test_groups_of_other_items_are_an_error():
    with pytest.raises(DatasetError, match=r"one group per item, 2; received shape \(3,\)\..*\[metric\.lengths\]"):
        bootstrap_difference(auroc, np.array([0, 1]), (np.zeros(2), np.zeros(2)), np.arange(3), draws=5)
