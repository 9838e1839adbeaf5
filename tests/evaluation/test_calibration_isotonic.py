"""Isotonic calibration against scikit-learn."""

import json
from dataclasses import asdict

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.isotonic import IsotonicRegression

from hemoscope.errors import DatasetError
from hemoscope.evaluation.calibration_isotonic import IsotonicCalibration, fit_isotonic
from hemoscope.evaluation.metrics import brier

scored = st.lists(st.tuples(st.booleans(), st.integers(-9, 9)), min_size=2, max_size=60).filter(
    lambda rows: len({label for label, _ in rows}) == 2
)


@given(scored)
def test_the_fit_is_scikit_learns_between_the_knots_and_beyond_them(rows):
    labels, scores = np.array([row[0] for row in rows], int), np.array([row[1] for row in rows], float)
    theirs = IsotonicRegression(y_min=0, y_max=1, out_of_bounds="clip").fit(scores, labels)
    asked = np.linspace(-12, 12, 97)
    assert fit_isotonic(scores, labels, fitted_on="a simulation").apply(asked) == pytest.approx(theirs.predict(asked))


def test_violators_are_pooled_as_worked_by_hand():
    fitted = fit_isotonic(np.array([1.0, 2, 3, 4, 5, 5]), np.array([0, 1, 1, 0, 1, 1]), fitted_on="six slices")
    assert (fitted.knots, fitted.probabilities) == ((1, 2, 4, 5), pytest.approx((0, 2 / 3, 2 / 3, 1)))
    assert (fitted.method, fitted.fitted_on) == ("isotonic", "six slices")
    assert fitted.apply(np.array([[1.5, 4.5]])) == pytest.approx(np.array([[1 / 3, 5 / 6]]))


def test_scores_that_say_nothing_get_the_share_of_positives():
    fitted = fit_isotonic(np.zeros(4), np.array([0, 1, 1, 1]), fitted_on="four slices")
    assert (fitted.knots, fitted.probabilities) == ((0.0,), (0.75,))
    assert fitted.apply(np.array([-1.0, 1.0])).tolist() == [0.75, 0.75]


@given(scored)
def test_probabilities_keep_the_order_and_fit_no_worse_than_the_share_of_positives(rows):
    labels, scores = np.array([row[0] for row in rows], int), np.array([row[1] for row in rows], float)
    fitted = fit_isotonic(scores, labels, fitted_on="a simulation")
    probabilities = fitted.apply(np.sort(scores))
    assert (np.diff(probabilities) >= 0).all()
    assert 0 <= probabilities[0] <= probabilities[-1] <= 1
    assert brier(labels, fitted.apply(scores)) <= brier(labels, np.full(len(labels), labels.mean())) + 1e-12


def test_it_survives_json():
    fitted = fit_isotonic(np.array([1.0, 2, 3]), np.array([0, 1, 1]), fitted_on="three slices")
    assert IsotonicCalibration(**json.loads(json.dumps(asdict(fitted)))) == fitted


def test_one_class_alone_cannot_be_fitted():
    with pytest.raises(DatasetError, match=r"metric\.one_class"):
        fit_isotonic(np.arange(3.0), np.ones(3), fitted_on="three slices")
