"""The reliability table against scikit-learn, by hand, and against the calibration error."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.calibration import calibration_curve

from hemoscope.errors import DatasetError
from hemoscope.evaluation.intervals import share_interval, wilson
from hemoscope.evaluation.metrics import ece
from hemoscope.evaluation.reliability import reliability_table


def simulated(seed: int) -> tuple[np.ndarray, np.ndarray]:
    generator = np.random.default_rng(seed)
    probabilities = generator.random(200)
    return (generator.random(200) < probabilities**2).astype(int), probabilities


@given(st.integers(0, 1000), st.integers(1, 20))
def test_the_table_is_scikit_learns_curve(seed, bins):
    labels, probabilities = simulated(seed)
    observed, mean = calibration_curve(labels, probabilities, n_bins=bins)
    table = reliability_table(labels, probabilities, bins=bins)
    assert [row.observed.value for row in table] == pytest.approx(observed)
    assert [row.mean_probability for row in table] == pytest.approx(mean)


@given(st.integers(0, 1000))
def test_the_gaps_sum_to_the_calibration_error(seed):
    labels, probabilities = simulated(seed)
    table = reliability_table(labels, probabilities)
    gaps = sum(row.count * abs(row.observed.value - row.mean_probability) for row in table)
    assert sum(row.count for row in table) == 200
    assert gaps / 200 == pytest.approx(ece(labels, probabilities))


def test_bins_hold_their_lower_end_and_the_last_one_both():
    table = reliability_table(np.array([0, 1, 1]), np.array([0.5, 0.75, 1.0]), bins=4)
    assert [(row.low, row.high, row.count) for row in table] == [(0.5, 0.75, 1), (0.75, 1.0, 2)]
    assert table[1].mean_probability == 0.875


def test_the_share_observed_has_its_wilson_interval():
    table = reliability_table(np.array([0, 1, 1, 1]), np.full(4, 0.7))
    assert table[0].observed == wilson(3, 4)


def test_an_item_alone_has_an_interval_that_says_so():
    table = reliability_table(np.array([1]), np.array([0.7]))
    assert table[0].observed == wilson(1, 1)


def test_slices_of_one_patient_widen_the_interval():
    labels, groups = np.repeat([0, 1, 1, 1], 5), np.repeat(np.arange(4), 5)
    table = reliability_table(labels, np.full(20, 0.7), groups=groups)
    assert table[0].observed == share_interval(labels, groups)
    assert table[0].observed.low < reliability_table(labels, np.full(20, 0.7))[0].observed.low


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"probabilities": np.array([0.5, 1.5])}, r"probabilities in \[0, 1\]; received 1\.5"),
        ({"bins": 0}, r"Expected bins in \[1, 1000\]; received 0\."),
        ({"groups": np.arange(3)}, r"one group per item, 2; received shape \(3,\)"),
    ],
)
def test_what_cannot_be_tabulated_is_an_error(settings, message):
    given_ = {"probabilities": np.array([0.2, 0.8]), **settings}
    with pytest.raises(DatasetError, match=message):
        reliability_table(np.array([0, 1]), **given_)
