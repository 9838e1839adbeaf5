"""Curves against scikit-learn and against points worked by hand."""

import numpy as np
import pytest
import sklearn.metrics
from hypothesis import given
from hypothesis import strategies as st

from hemoscope.errors import DatasetError
from hemoscope.evaluation.metrics import auprc, auroc, ppv, sensitivity, specificity
from hemoscope.evaluation.roc import precision_recall_curve, roc_curve

LABELS = np.array([0, 0, 1, 1, 1])
SCORES = np.array([0.1, 0.6, 0.6, 0.7, 0.2])

scored = st.lists(st.tuples(st.booleans(), st.integers(0, 9)), min_size=2, max_size=60).filter(
    lambda rows: len({label for label, _ in rows}) == 2
)


def columns(rows) -> tuple[np.ndarray, np.ndarray]:
    return np.array([row[0] for row in rows], int), np.array([row[1] for row in rows], float)


def test_the_points_are_those_worked_by_hand():
    curve = roc_curve(LABELS, SCORES)
    assert curve.thresholds.tolist() == [np.inf, 0.7, 0.6, 0.2, 0.1]
    assert curve.sensitivity == pytest.approx([0, 1 / 3, 2 / 3, 1, 1])
    assert curve.specificity.tolist() == [1, 1, 0.5, 0.5, 0]
    points = precision_recall_curve(LABELS, SCORES)
    assert points.thresholds.tolist() == [0.7, 0.6, 0.2, 0.1]
    assert points.ppv == pytest.approx([1, 2 / 3, 3 / 4, 3 / 5])
    assert points.sensitivity == pytest.approx([1 / 3, 2 / 3, 1, 1])


@given(scored)
def test_the_roc_curve_is_scikit_learns(rows):
    labels, scores = columns(rows)
    false_alarms, hits, thresholds = sklearn.metrics.roc_curve(labels, scores, drop_intermediate=False)
    curve = roc_curve(labels, scores)
    assert curve.thresholds.tolist() == thresholds.tolist()
    assert curve.sensitivity == pytest.approx(hits)
    assert curve.specificity == pytest.approx(1 - false_alarms)


@given(scored)
def test_the_precision_recall_curve_is_scikit_learns_without_its_added_end(rows):
    labels, scores = columns(rows)
    precision, recall, thresholds = sklearn.metrics.precision_recall_curve(labels, scores)
    curve = precision_recall_curve(labels, scores)
    assert curve.thresholds[::-1].tolist() == thresholds.tolist()
    assert curve.ppv[::-1] == pytest.approx(precision[:-1])
    assert curve.sensitivity[::-1] == pytest.approx(recall[:-1])


@given(scored)
def test_the_points_are_the_figures_at_their_thresholds(rows):
    labels, scores = columns(rows)
    curve, points = roc_curve(labels, scores), precision_recall_curve(labels, scores)
    for place, threshold in enumerate(curve.thresholds):
        assert curve.sensitivity[place] == pytest.approx(sensitivity(labels, scores, threshold=threshold))
        assert curve.specificity[place] == pytest.approx(specificity(labels, scores, threshold=threshold))
    for place, threshold in enumerate(points.thresholds):
        assert points.ppv[place] == pytest.approx(ppv(labels, scores, threshold=threshold))


@given(scored)
def test_the_areas_are_auroc_and_auprc(rows):
    labels, scores = columns(rows)
    curve, points = roc_curve(labels, scores), precision_recall_curve(labels, scores)
    assert np.trapezoid(curve.sensitivity, 1 - curve.specificity) == pytest.approx(auroc(labels, scores))
    assert np.sum(np.diff(points.sensitivity, prepend=0) * points.ppv) == pytest.approx(auprc(labels, scores))


@pytest.mark.parametrize(("wanted", "found"), [(0.0, 1.0), (0.5, 1.0), (0.51, 1 / 3), (1.0, 1 / 3)])
def test_sensitivity_at_a_given_specificity(wanted, found):
    assert roc_curve(LABELS, SCORES).sensitivity_at(wanted) == pytest.approx(found)


@pytest.mark.parametrize(("wanted", "found"), [(0.0, 1.0), (1 / 3, 1.0), (0.34, 0.5), (1.0, 0.5)])
def test_specificity_at_a_given_sensitivity(wanted, found):
    assert roc_curve(LABELS, SCORES).specificity_at(wanted) == found


def test_a_share_that_is_met_exactly_counts():
    """Nine of ten negatives lie below 9; that is 0.9 for the decimal as for the share."""
    curve = roc_curve(np.array([0] * 10 + [1]), np.array([*range(10), 8.5]))
    assert curve.sensitivity_at(0.9) == 1.0


@pytest.mark.parametrize("wanted", [-0.1, 90.0])
def test_percent_is_no_share(wanted):
    curve = roc_curve(LABELS, SCORES)
    with pytest.raises(DatasetError, match=r"Expected specificity in \[0, 1\]; received .*\[metric\.range\]"):
        curve.sensitivity_at(wanted)
    with pytest.raises(DatasetError, match=r"Expected sensitivity in \[0, 1\]; received .*\[metric\.range\]"):
        curve.specificity_at(wanted)


def test_one_class_alone_has_no_curve():
    with pytest.raises(DatasetError, match=r"metric\.one_class"):
        roc_curve(np.ones(3), np.ones(3))
