"""Every report gives the same figures."""

import numpy as np
import pytest

from hemoscope.evaluation.figures import measure
from hemoscope.evaluation.metrics import ece


def test_figures_of_decisions_use_the_decisions_and_not_a_new_threshold():
    labels, groups = np.array([0, 0, 1, 1]), np.arange(4)
    probabilities, decisions = np.array([0.1, 0.2, 0.3, 0.4]), np.array([False, False, True, True])
    figures = measure(labels, probabilities, decisions, groups, draws=20)
    assert list(figures) == ["auroc", "brier", "ece", "accuracy", "sensitivity", "specificity"]
    assert [figures[name].value for name in ("auroc", "accuracy", "sensitivity", "specificity")] == [1, 1, 1, 1]
    assert figures["brier"].value == pytest.approx((0.01 + 0.04 + 0.49 + 0.36) / 4)


def test_ece_is_the_mean_gap_between_probability_and_frequency():
    labels = np.array([0, 1, 1, 1, 0, 0])
    probabilities = np.array([0.75, 0.75, 0.75, 0.75, 0.25, 0.25])
    assert ece(labels, probabilities) == pytest.approx((4 * 0.0 + 2 * 0.25) / 6)


def test_ece_of_certain_and_right_probabilities_is_zero():
    assert ece(np.array([0, 1, 1]), np.array([0.0, 1.0, 1.0])) == 0
