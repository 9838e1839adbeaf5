"""Platt and temperature scaling against scikit-learn and against their own promise."""

import json
from dataclasses import asdict

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.linear_model import LogisticRegression

from hemoscope.errors import DatasetError
from hemoscope.evaluation.calibration import Calibration, fit_platt, fit_temperature


def simulated(count: int, *, slope: float, intercept: float) -> tuple[np.ndarray, np.ndarray]:
    generator = np.random.default_rng(0)
    scores = generator.normal(0, 3, count)
    labels = generator.random(count) < Calibration(slope, intercept).apply(scores)
    return scores, labels.astype(int)


def test_the_true_map_is_found_again():
    scores, labels = simulated(20_000, slope=0.5, intercept=-1.0)
    fitted = fit_platt(scores, labels, fitted_on="a simulation")
    assert fitted.slope == pytest.approx(0.5, abs=0.02)
    assert fitted.intercept == pytest.approx(-1.0, abs=0.05)
    assert (fitted.method, fitted.fitted_on) == ("platt", "a simulation")


def test_the_fit_agrees_with_scikit_learn_on_softened_targets():
    """Platt's targets as weighted duplicates: each item once as positive, once as negative."""
    scores, labels = simulated(60, slope=1.0, intercept=0.5)
    positives, negatives = labels.sum(), (1 - labels).sum()
    targets = np.where(labels == 1, (positives + 1) / (positives + 2), 1 / (negatives + 2))
    reference = LogisticRegression(C=1e12, tol=1e-12, max_iter=10_000).fit(
        np.r_[scores, scores][:, np.newaxis],
        np.r_[np.ones(60), np.zeros(60)],
        sample_weight=np.r_[targets, 1 - targets],
    )
    fitted = fit_platt(scores, labels, fitted_on="a simulation")
    assert fitted.slope == pytest.approx(reference.coef_[0, 0], rel=1e-3)
    assert fitted.intercept == pytest.approx(reference.intercept_[0], rel=1e-2)


def test_perfectly_separated_scores_give_no_certainty():
    scores = np.array([-9.0, -8, -7, 7, 8, 9])
    probabilities = fit_platt(scores, np.array([0, 0, 0, 1, 1, 1]), fitted_on="six slices").apply(scores)
    assert probabilities.max() < 0.9
    assert probabilities.min() > 0.1


@given(st.lists(st.floats(-1e6, 1e6), min_size=1, max_size=20))
def test_probabilities_are_always_within_0_and_1_and_keep_the_order(scores):
    probabilities = Calibration(2.0, -1.0).apply(np.sort(np.array(scores)))
    assert ((probabilities >= 0) & (probabilities <= 1)).all()
    assert (np.diff(probabilities) >= 0).all()


def test_the_true_temperature_is_found_again():
    scores, labels = simulated(20_000, slope=0.4, intercept=0.0)
    fitted = fit_temperature(scores, labels, fitted_on="a simulation")
    assert fitted.slope == pytest.approx(0.4, abs=0.02)
    assert (fitted.intercept, fitted.method, fitted.fitted_on) == (0.0, "temperature", "a simulation")


def test_the_temperature_agrees_with_scikit_learn_on_softened_targets():
    scores, labels = simulated(60, slope=1.0, intercept=0.5)
    positives, negatives = labels.sum(), (1 - labels).sum()
    targets = np.where(labels == 1, (positives + 1) / (positives + 2), 1 / (negatives + 2))
    reference = LogisticRegression(C=1e12, tol=1e-12, max_iter=10_000, fit_intercept=False).fit(
        np.r_[scores, scores][:, np.newaxis],
        np.r_[np.ones(60), np.zeros(60)],
        sample_weight=np.r_[targets, 1 - targets],
    )
    assert fit_temperature(scores, labels, fitted_on="a simulation").slope == pytest.approx(
        reference.coef_[0, 0], rel=1e-4
    )


def test_the_temperature_of_scores_that_part_the_classes_is_that_worked_by_hand():
    """Four of a class have the target 5/6, which a score of 2 reaches with the slope log(5) / 2."""
    scores, labels = np.array([2.0] * 4 + [-2.0] * 4), np.array([1] * 4 + [0] * 4)
    fitted = fit_temperature(scores, labels, fitted_on="eight slices")
    assert fitted.slope == pytest.approx(np.log(5) / 2)
    assert fitted.apply(np.array([2.0, 0.0])) == pytest.approx([5 / 6, 0.5])


def test_no_temperature_turns_scores_around():
    message = (
        r"higher scores where there is hemorrhage; the best slope is -0\.8.*Check the labels.*\[metric\.inverted\]"
    )
    with pytest.raises(DatasetError, match=message):
        fit_temperature(np.array([-2.0] * 4 + [2.0] * 4), np.array([1] * 4 + [0] * 4), fitted_on="eight slices")


def test_scores_that_say_nothing_have_no_temperature():
    with pytest.raises(DatasetError, match=r"metric\.inverted"):
        fit_temperature(np.zeros(4), np.array([0, 0, 1, 1]), fitted_on="four slices")


@pytest.mark.parametrize("fit", [fit_platt, fit_temperature])
def test_a_calibration_survives_the_metadata_of_a_bundle(fit):
    fitted = fit(*simulated(60, slope=1.0, intercept=0.0), fitted_on="a simulation")
    assert Calibration(**json.loads(json.dumps(asdict(fitted)))) == fitted
