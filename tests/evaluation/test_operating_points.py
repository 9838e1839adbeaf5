"""The balanced threshold, worked by hand."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from hemoscope.evaluation.metrics import sensitivity, specificity
from hemoscope.evaluation.operating_points import choose_balanced
from hemoscope.records import Decision


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
