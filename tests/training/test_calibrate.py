"""From scores to decisions, on the scores alone."""

import numpy as np
import pytest

from hemoscope.evaluation.calibration import Calibration
from hemoscope.evaluation.calibration_choice import choose_calibration
from hemoscope.evaluation.metrics import accuracy, sensitivity, specificity
from hemoscope.evaluation.operating_points import choose_all
from hemoscope.training.calibrate import fit_decisions


@pytest.fixture(scope="module")
def simulated():
    """Scores, labels and groups of two."""
    generator = np.random.default_rng(0)
    scores = generator.normal(0, 3, 300)
    labels = (generator.random(300) < Calibration(1.0, -1.0).apply(scores)).astype(int)
    return scores, labels, np.arange(300) // 2


@pytest.fixture(scope="module")
def fitted(simulated):
    return fit_decisions(*simulated, fitted_on="a simulation")


def test_calibration_is_the_chosen_and_the_points_are_fitted_on_its_probabilities(simulated, fitted):
    scores, labels, groups = simulated
    choice = choose_calibration(scores, labels, groups, fitted_on="a simulation")
    assert fitted.choice == choice
    probabilities = choice.calibration.apply(scores)
    chosen = choose_all(labels, probabilities, fitted_on="a simulation", groups=groups)
    assert (fitted.rule_out, fitted.balanced, fitted.rule_in) == chosen


def test_the_points_come_with_what_they_reach_the_most_sensitive_first(simulated, fitted):
    scores, labels, _ = simulated
    probabilities = fitted.calibration.apply(scores)
    assert [point.name for point in fitted.points] == ["rule-out", "balanced", "rule-in"]
    for point in fitted.points:
        assert point.sensitivity.value == sensitivity(labels, probabilities, threshold=point.threshold)
        assert point.specificity.value == specificity(labels, probabilities, threshold=point.threshold)
    assert fitted.points[0].sensitivity.value >= 0.95
    assert fitted.points[2].specificity.value >= 0.95


def test_what_abstaining_gains_is_counted_one_by_one(simulated, fitted):
    scores, labels, _ = simulated
    probabilities = fitted.calibration.apply(scores)
    low, high = fitted.band.low, fitted.band.high
    assert low < high
    answered = [(p >= high, label) for p, label in zip(probabilities, labels, strict=True) if not low <= p < high]
    assert fitted.abstention.rate.value == pytest.approx(1 - len(answered) / 300)
    assert fitted.abstention.error.value == pytest.approx(np.mean([called != label for called, label in answered]))
    balanced = fitted.balanced.point.threshold
    assert fitted.abstention.error_without.value == pytest.approx(
        1 - accuracy(labels, probabilities, threshold=balanced)
    )
    assert fitted.abstention.gain > 0
