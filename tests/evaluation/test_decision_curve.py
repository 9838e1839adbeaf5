"""Net benefit, worked by hand and from scikit-learn's confusion matrix."""

from functools import partial

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.metrics import confusion_matrix

from hemoscope.errors import DatasetError
from hemoscope.evaluation.decision_curve import decision_curve, net_benefit
from hemoscope.evaluation.intervals import group_bootstrap

LABELS = np.array([1, 1, 1, 0, 0, 0, 0, 0, 0, 0])
PROBABILITIES = np.array([0.9, 0.6, 0.15, 0.5, 0.3, 0.2, 0.1, 0.1, 0.05, 0.0])


@pytest.mark.parametrize(
    ("threshold", "expected"),
    [(0.0, 3 / 10), (0.2, 2 / 10 - 3 / 10 / 4), (0.5, 2 / 10 - 1 / 10), (0.75, 1 / 10), (0.95, 0.0)],
)
def test_net_benefit_is_that_worked_by_hand(threshold, expected):
    assert net_benefit(LABELS, PROBABILITIES, threshold=threshold) == pytest.approx(expected)


def test_the_curve_is_that_worked_by_hand():
    curve = decision_curve(LABELS, PROBABILITIES, thresholds=np.array([0.0, 0.2, 0.3, 0.5]))
    assert curve.thresholds.tolist() == [0.0, 0.2, 0.3, 0.5]
    assert curve.by_probability == pytest.approx([0.3, 0.2 - 0.3 / 4, 0.2 - 0.2 * 3 / 7, 0.1])
    assert curve.treat_all == pytest.approx([0.3, 0.3 - 0.7 / 4, 0.0, 0.3 - 0.7])
    assert curve.treat_none.tolist() == [0, 0, 0, 0]
    assert curve.is_useful.tolist() == [False, False, True, True]


@given(st.integers(0, 1000))
def test_the_curve_agrees_with_scikit_learns_confusion_matrix(seed):
    generator = np.random.default_rng(seed)
    labels, probabilities = np.r_[0, 1, generator.integers(0, 2, 30)], generator.random(32)
    curve = decision_curve(labels, probabilities)
    assert len(curve.thresholds) == 99
    for threshold, found in zip(curve.thresholds[::7], curve.by_probability[::7], strict=True):
        (_, false_alarms), (_, hits) = confusion_matrix(labels, probabilities >= threshold)
        assert found == pytest.approx(hits / 32 - false_alarms / 32 * threshold / (1 - threshold))


@given(st.integers(0, 1000))
def test_acting_on_all_is_worth_nothing_where_the_threshold_is_the_share_of_positives(seed):
    labels = np.r_[0, 1, np.random.default_rng(seed).integers(0, 2, 30)]
    curve = decision_curve(labels, np.full(32, 0.5), thresholds=np.array([labels.mean()]))
    assert curve.treat_all == pytest.approx([0], abs=1e-12)


def test_perfect_probabilities_are_worth_the_share_of_positives_everywhere():
    curve = decision_curve(LABELS, LABELS.astype(float))
    assert curve.by_probability == pytest.approx(np.full(99, 0.3))
    assert curve.is_useful.all()


def test_a_constant_probability_is_never_useful():
    assert not decision_curve(LABELS, np.full(10, 0.3)).is_useful.any()


def test_net_benefit_can_be_bootstrapped_over_groups():
    metric = partial(net_benefit, threshold=0.2)
    interval = group_bootstrap(metric, LABELS, PROBABILITIES, np.arange(10), draws=200)
    assert interval.value == pytest.approx(0.125)
    assert interval.low < 0.125 < interval.high


def test_the_thresholds_given_are_left_as_they_are():
    thresholds = np.array([0.2])
    decision_curve(LABELS, PROBABILITIES, thresholds=thresholds).thresholds[0] = 9
    assert thresholds.tolist() == [0.2]


@pytest.mark.parametrize(
    ("labels", "probabilities", "threshold", "message"),
    [
        ([0, 1], [0.1, 0.9], 1.0, r"Expected a threshold in \[0, 0\.999\]; received 1\..*\[metric\.range\]"),
        ([0, 1], [-3.0, 0.9], 0.5, r"probabilities in \[0, 1\]; received -3.*\[metric\.not_a_probability\]"),
        ([1, 1], [0.1, 0.9], 0.5, r"metric\.one_class"),
    ],
)
def test_what_has_no_net_benefit_is_an_error(labels, probabilities, threshold, message):
    with pytest.raises(DatasetError, match=message):
        net_benefit(np.array(labels), np.array(probabilities), threshold=threshold)
