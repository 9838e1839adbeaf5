"""The population stability index."""

import numpy as np
import pytest
import scipy.stats
from hypothesis import given
from hypothesis import strategies as st

from hemoscope.evaluation.drift import _CHI_SQUARE_95, measure_drift


def test_the_index_is_as_worked_by_hand():
    # bins 0 to 0.5 and 0.5 to 1, both ends in the last: none and 8 expected, 1 and 7 observed, a half added to each
    two = measure_drift([0.5] * 8, [0.1] + [0.9] * 7)
    assert two.edges == (0.0, 0.5, 1.0)
    assert two.expected == pytest.approx((0.5 / 9, 8.5 / 9))
    assert two.observed == pytest.approx((1.5 / 9, 7.5 / 9))
    assert two.psi == pytest.approx((1 / 9) * np.log(3) + (-1 / 9) * np.log(7.5 / 8.5))


def test_chance_is_told_by_the_chi_square_distribution():
    assert pytest.approx([scipy.stats.chi2.ppf(0.95, freedom) for freedom in range(1, 10)], abs=5e-4) == _CHI_SQUARE_95
    generator = np.random.default_rng(0)
    pairs = [(generator.beta(0.5, 1.5, 400), generator.beta(0.5, 1.5, 400)) for _ in range(400)]
    above = np.mean([(drift := measure_drift(*pair)).psi > drift.by_chance for pair in pairs])
    assert 0.02 < above < 0.09


def test_the_reading_follows_the_usual_limits_and_forgives_chance():
    generator = np.random.default_rng(1)
    reference = generator.beta(0.5, 1.5, 4000)
    assert measure_drift(reference, generator.beta(0.5, 1.5, 4000)).reading == "stable"
    assert measure_drift(reference, generator.beta(0.8, 1.5, 4000)).reading == "moving"
    assert measure_drift(reference, generator.beta(1.5, 0.5, 4000)).reading == "shifted"
    few = measure_drift(reference[:20], generator.beta(0.8, 1.5, 10))
    assert few.psi > 0.1
    assert few.reading == "stable"


@given(st.lists(st.floats(0, 1), min_size=1, max_size=50), st.lists(st.floats(0, 1), min_size=1, max_size=50))
def test_the_index_is_never_negative_and_shares_sum_to_one(reference, scores):
    found = measure_drift(reference, scores)
    assert found.psi >= 0
    assert sum(found.expected) == pytest.approx(1)
    assert sum(found.observed) == pytest.approx(1)
    assert list(found.edges) == sorted(set(found.edges))
