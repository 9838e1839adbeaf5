"""Bootstrap over groups."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import binomtest

from hemoscope.errors import DatasetError
from hemoscope.evaluation.intervals import Interval, group_bootstrap, share_interval, wilson
from hemoscope.evaluation.metrics import accuracy, auroc


def mean_accuracy(labels: np.ndarray, scores: np.ndarray) -> float:
    return accuracy(labels, scores, threshold=0.5)


def test_slices_of_one_patient_widen_the_interval():
    generator = np.random.default_rng(0)
    per_patient = generator.random(40) < 0.8
    labels = np.ones(400, int)
    scores = np.repeat(per_patient, 10).astype(float)
    by_slice = group_bootstrap(mean_accuracy, labels, scores, np.arange(400))
    by_patient = group_bootstrap(mean_accuracy, labels, scores, np.repeat(np.arange(40), 10))
    assert by_patient.value == by_slice.value
    assert (by_patient.high - by_patient.low) > 2.5 * (by_slice.high - by_slice.low)


def test_the_interval_covers_the_truth_at_about_its_nominal_rate():
    """200 simulated studies of 60 independent items: 95 % coverage, within 4 standard errors."""
    generator = np.random.default_rng(1)
    covered = 0
    for _ in range(200):
        scores = (generator.random(60) < 0.7).astype(float)
        interval = group_bootstrap(mean_accuracy, np.ones(60, int), scores, np.arange(60), draws=300)
        covered += interval.low <= 0.7 <= interval.high
    assert 0.88 <= covered / 200 <= 1.0


def test_the_same_seed_gives_the_same_interval():
    labels, scores = np.array([0, 1] * 20), np.random.default_rng(0).random(40)
    first = group_bootstrap(auroc, labels, scores, np.arange(40), draws=100, seed=3)
    assert first == group_bootstrap(auroc, labels, scores, np.arange(40), draws=100, seed=3)


def test_an_interval_reads_as_papers_print_it():
    assert str(Interval(0.95, 0.9, 0.98)) == "0.950 [0.900-0.980]"


def test_a_perfect_score_has_no_width():
    labels = np.array([0, 0, 1, 1])
    interval = group_bootstrap(auroc, labels, labels.astype(float), np.arange(4), draws=50)
    assert interval == pytest.approx((1, 1, 1))


@pytest.mark.parametrize(("successes", "total"), [(0, 1), (0, 20), (3, 7), (49, 50), (50, 50), (980, 1000)])
def test_wilson_agrees_with_scipy(successes, total):
    theirs = binomtest(successes, total).proportion_ci(0.95, method="wilson")
    assert wilson(successes, total) == pytest.approx((successes / total, theirs.low, theirs.high), abs=1e-12)


def test_wilson_of_all_of_four_is_that_worked_by_hand():
    """With share 1 the lower end is n / (n + z^2)."""
    assert wilson(4, 4) == pytest.approx((1, 4 / (4 + 1.959963984540054**2), 1))


@pytest.mark.parametrize(
    ("successes", "total", "message"),
    [
        (0, 0, r"Expected a total in \[1, inf\]; received 0\. Change it accordingly\. \[metric\.range\]"),
        (3, 2, r"Expected successes in \[0, 2\]; received 3\."),
    ],
)
def test_a_share_that_cannot_be_is_an_error(successes, total, message):
    with pytest.raises(DatasetError, match=message):
        wilson(successes, total)


@pytest.mark.parametrize("total", range(1, 60))
def test_an_interval_holds_its_share_even_of_none_and_of_all(total):
    assert wilson(0, total).low == 0.0
    assert wilson(total, total).high == 1.0


def test_without_groups_items_are_independent():
    assert share_interval(np.array([True, True, True, False])) == wilson(3, 4)


def test_groups_of_one_item_change_little():
    """The design effect of n groups of one is n / (n - 1)."""
    succeeds = np.array([1] * 8 + [0] * 2)
    assert share_interval(succeeds, np.arange(10)) == pytest.approx(wilson(0.8 * 9, 9))


def test_copies_of_an_item_are_worth_no_more_than_the_item():
    succeeds, groups = np.repeat([1] * 8 + [0] * 2, 5), np.repeat(np.arange(10), 5)
    assert share_interval(succeeds, groups) == pytest.approx(wilson(0.8 * 9, 9))


def test_the_design_effect_is_that_worked_by_hand():
    """Groups of (2 of 2), (2 of 2), (0 of 2), (1 of 2): share 5/8, residuals 3/4, 3/4, -5/4, -1/4.

    Their squares sum to 11/4. The variance is 4/3 x 11/4 / 64 = 11/192, the design effect 11/192 x 8 / (15/64) = 88/45.
    """
    succeeds, groups = np.array([1, 1, 1, 1, 0, 0, 1, 0]), np.repeat(np.arange(4), 2)
    effective = 8 * 45 / 88
    assert share_interval(succeeds, groups) == pytest.approx(wilson(5 / 8 * effective, effective))


def test_all_right_counts_the_groups_and_not_the_items():
    assert share_interval(np.ones(40), np.repeat(np.arange(4), 10)) == wilson(4, 4)


def test_one_group_counts_as_one_item():
    assert share_interval(np.array([1, 0]), np.array(["a", "a"])) == wilson(0.5, 1)


def test_no_item_has_no_share():
    with pytest.raises(DatasetError, match=r"metric\.range"):
        share_interval(np.array([]), np.array([]))


@given(st.lists(st.tuples(st.booleans(), st.integers(0, 5)), min_size=1, max_size=40))
def test_groups_never_narrow_an_interval(rows):
    succeeds, groups = np.array([row[0] for row in rows]), np.array([row[1] for row in rows])
    grouped, alone = share_interval(succeeds, groups), wilson(float(succeeds.sum()), len(rows))
    assert grouped.high - grouped.low >= alone.high - alone.low - 1e-12
    assert 0 <= grouped.low <= grouped.value + 1e-12
    assert grouped.value - 1e-12 <= grouped.high <= 1


def test_a_share_of_slices_covers_the_truth_at_about_its_nominal_rate():
    """400 simulated studies of 40 patients of 8 slices, sensitivity 0.9 in the mean, patients unlike each other."""
    generator = np.random.default_rng(2)
    covered = 0
    for _ in range(400):
        rates = generator.beta(4.5, 0.5, 40)
        interval = share_interval(generator.random(320) < np.repeat(rates, 8), np.repeat(np.arange(40), 8))
        covered += interval.low <= 0.9 <= interval.high
    assert 0.91 <= covered / 400 <= 0.99


def test_groups_of_other_items_are_an_error():
    with pytest.raises(DatasetError, match=r"one group per item, 2; received shape \(3,\)"):
        share_interval(np.ones(2), np.arange(3))
