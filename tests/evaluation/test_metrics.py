"""Metrics against scikit-learn and against numbers worked by hand."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.metrics import brier_score_loss, roc_auc_score

from hemoscope.errors import DatasetError
from hemoscope.evaluation.metrics import accuracy, auroc, brier, sensitivity, specificity

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
