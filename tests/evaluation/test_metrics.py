"""Metrics against scikit-learn and against numbers worked by hand."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.metrics import (
    average_precision_score,
    brier_score_loss,
    class_likelihood_ratios,
    f1_score,
    precision_score,
    roc_auc_score,
)

from hemoscope.errors import DatasetError
from hemoscope.evaluation.metrics import (
    accuracy,
    auprc,
    auroc,
    brier,
    f1,
    negative_likelihood_ratio,
    npv,
    positive_likelihood_ratio,
    ppv,
    sensitivity,
    specificity,
)

LABELS = np.array([0, 0, 1, 1, 1])
SCORES = np.array([0.1, 0.6, 0.6, 0.7, 0.2])

scored = st.lists(st.tuples(st.booleans(), st.integers(0, 9)), min_size=2, max_size=60).filter(
    lambda rows: len({label for label, _ in rows}) == 2
)


@given(scored)
def test_auroc_agrees_with_scikit_learn_ties_included(rows):
    labels, scores = np.array([row[0] for row in rows], int), np.array([row[1] for row in rows], float)
    assert auroc(labels, scores) == pytest.approx(roc_auc_score(labels, scores), abs=1e-12)


def test_figures_at_a_threshold_are_those_worked_by_hand():
    assert sensitivity(LABELS, SCORES, threshold=0.6) == pytest.approx(2 / 3)
    assert specificity(LABELS, SCORES, threshold=0.6) == 0.5
    assert accuracy(LABELS, SCORES, threshold=0.6) == 0.6


def test_brier_agrees_with_scikit_learn():
    assert brier(LABELS, SCORES) == pytest.approx(brier_score_loss(LABELS, SCORES))


def test_one_class_alone_is_an_error():
    with pytest.raises(DatasetError, match=r"Expected both classes; received one.*\[metric\.one_class\]"):
        auroc(np.ones(3), np.ones(3))


def test_nan_scores_are_an_error():
    with pytest.raises(DatasetError, match=r"metric\.not_finite"):
        brier(LABELS, np.array([0.1, np.nan, 0, 0, 0]))


@given(scored)
def test_auprc_agrees_with_scikit_learn_ties_included(rows):
    labels, scores = np.array([row[0] for row in rows], int), np.array([row[1] for row in rows], float)
    assert auprc(labels, scores) == pytest.approx(average_precision_score(labels, scores), abs=1e-12)


def test_auprc_of_one_score_for_all_is_the_share_of_positives():
    assert auprc(LABELS, np.ones(5)) == pytest.approx(3 / 5)


def test_predictive_values_are_those_worked_by_hand():
    """At 0.6 two positives and one negative are called, one positive and one negative are not."""
    assert ppv(LABELS, SCORES, threshold=0.6) == pytest.approx(2 / 3)
    assert npv(LABELS, SCORES, threshold=0.6) == 0.5
    assert f1(LABELS, SCORES, threshold=0.6) == pytest.approx(4 / 6)
    assert positive_likelihood_ratio(LABELS, SCORES, threshold=0.6) == pytest.approx((2 / 3) / (1 / 2))
    assert negative_likelihood_ratio(LABELS, SCORES, threshold=0.6) == pytest.approx((1 / 3) / (1 / 2))


def test_a_score_at_the_threshold_is_called_positive():
    """At 0.7 a positive is called; both negatives and two positives are not."""
    assert npv(LABELS, SCORES, threshold=0.7) == 0.5
    assert negative_likelihood_ratio(LABELS, SCORES, threshold=0.7) == pytest.approx(2 / 3)


def test_figures_of_decisions_agree_with_scikit_learn():
    generator = np.random.default_rng(0)
    labels, scores = generator.integers(0, 2, 300), generator.random(300)
    called = scores >= 0.3
    assert ppv(labels, scores, threshold=0.3) == pytest.approx(precision_score(labels, called))
    assert npv(labels, scores, threshold=0.3) == pytest.approx(precision_score(labels, called, pos_label=0))
    assert f1(labels, scores, threshold=0.3) == pytest.approx(f1_score(labels, called))
    ratios = [ratio(labels, scores, threshold=0.3) for ratio in (positive_likelihood_ratio, negative_likelihood_ratio)]
    assert ratios == pytest.approx(class_likelihood_ratios(labels, called))


@pytest.mark.parametrize(
    ("metric", "threshold", "message"),
    [
        (ppv, 1.0, r"Nothing is called positive: the figure would divide by zero\. Give sensitivity and specificity"),
        (npv, 0.0, "Nothing is called negative"),
        (positive_likelihood_ratio, 0.65, "No negative is called positive"),
        (negative_likelihood_ratio, 0.0, "No negative is called negative"),
    ],
)
def test_what_would_divide_by_zero_is_an_error(metric, threshold, message):
    with pytest.raises(DatasetError, match=rf"{message}.*\[metric\.undefined\]"):
        metric(LABELS, SCORES, threshold=threshold)


def test_f1_of_nothing_positive_is_an_error():
    with pytest.raises(DatasetError, match=r"Nothing is nor is called positive.*\[metric\.undefined\]"):
        f1(np.zeros(3), np.zeros(3), threshold=0.5)


def test_unknown_labels_are_an_error():
    with pytest.raises(DatasetError, match=r"metric\.bad_label"):
        auprc(np.array([0, 1, -1]), np.zeros(3))
