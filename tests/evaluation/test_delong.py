"""DeLong by ranks against DeLong by its definition, a closed form, and a simulation."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import norm
from sklearn.metrics import roc_auc_score

from hemoscope.errors import DatasetError
from hemoscope.evaluation.delong import delong_auroc, delong_test

LABELS = np.array([0, 0, 0, 1, 1, 1])
SCORES = np.array([1.0, 2, 4, 3, 5, 6])

several = st.integers(0, 10_000)


def by_definition(labels: np.ndarray, columns: list[np.ndarray]) -> tuple[np.ndarray, np.ndarray]:
    """Areas and covariance as the paper of 1988 defines them, pair by pair."""
    above, below = [], []
    for scores in columns:
        gaps = scores[labels == 1][:, np.newaxis] - scores[labels == 0][np.newaxis]
        wins = (gaps > 0) + 0.5 * (gaps == 0)
        above.append(wins.mean(axis=1))
        below.append(wins.mean(axis=0))
    covariance = np.cov(above) / len(above[0]) + np.cov(below) / len(below[0])
    return np.mean(above, axis=1), np.atleast_2d(covariance)


def drawn(seed: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Few distinct scores, so that ties abound."""
    generator = np.random.default_rng(seed)
    labels = np.r_[0, 0, 1, 1, generator.integers(0, 2, generator.integers(0, 40))]
    common = labels + generator.integers(0, 4, len(labels))
    return labels, common + generator.integers(0, 3, len(labels)), common + generator.integers(0, 3, len(labels))


def test_the_variance_is_that_worked_by_hand():
    """Shares of negatives below each positive: 2/3, 1, 1; of positives above each negative: 1, 1, 2/3.

    Either has variance 1/27, so the AUROC of 8/9 has variance 2/81.
    """
    found = delong_auroc(LABELS, SCORES)
    assert found.variance == pytest.approx(2 / 81)
    assert found.auroc == pytest.approx((8 / 9, 8 / 9 - 1.959963984540054 * np.sqrt(2 / 81), 1.0))


@given(several)
def test_ranks_give_what_the_definition_gives(seed):
    labels, first, second = drawn(seed)
    areas, covariance = by_definition(labels, [first, second])
    alone = delong_auroc(labels, first)
    assert alone.auroc.value == pytest.approx(roc_auc_score(labels, first))
    assert alone.variance == pytest.approx(covariance[0, 0], abs=1e-12)
    variance = covariance[0, 0] + covariance[1, 1] - 2 * covariance[0, 1]
    if variance > 1e-9:
        found = delong_test(labels, first, second)
        error = np.sqrt(variance)
        assert found.first == alone
        assert found.second.auroc.value == pytest.approx(areas[1])
        assert found.z == pytest.approx((areas[0] - areas[1]) / error, abs=1e-9)
        assert found.p_value == pytest.approx(2 * norm.sf(abs(found.z)))
        low, high = norm.interval(0.95, areas[0] - areas[1], error)
        assert found.difference == pytest.approx((areas[0] - areas[1], max(-1, low), min(1, high)), abs=1e-9)


def test_decisions_have_a_closed_form():
    """For scores 0 and 1 the variance is se (1 - se) / 4 (m - 1) + sp (1 - sp) / 4 (n - 1); here 8 of 10, 15 of 20."""
    labels = np.repeat([1, 0], [10, 20])
    scores = np.repeat([1.0, 0.0, 1.0, 0.0], [8, 2, 5, 15])
    found = delong_auroc(labels, scores)
    assert found.auroc.value == pytest.approx((0.8 + 0.75) / 2)
    assert found.variance == pytest.approx(0.8 * 0.2 / (4 * 9) + 0.75 * 0.25 / (4 * 19))


@settings(max_examples=30)
@given(several)
def test_the_order_of_the_networks_turns_the_sign_alone(seed):
    labels, first, second = drawn(seed)
    if np.array_equal(first, second) or delong_auroc(labels, first).variance < 1e-9:
        return
    one, other = delong_test(labels, first, second), delong_test(labels, second, first)
    assert (one.difference.value, one.z) == pytest.approx((-other.difference.value, -other.z))
    assert one.p_value == pytest.approx(other.p_value)


def test_the_interval_covers_the_truth_at_about_its_nominal_rate():
    """500 simulated studies; two normal distributions one standard deviation apart have AUROC 0.760."""
    generator = np.random.default_rng(3)
    labels, covered = np.repeat([0, 1], 40), 0
    for _ in range(500):
        interval = delong_auroc(labels, generator.normal(labels, 1.0)).auroc
        covered += interval.low <= norm.cdf(1 / np.sqrt(2)) <= interval.high
    assert 0.91 <= covered / 500 <= 0.98


def test_networks_that_are_alike_are_told_apart_one_time_in_twenty():
    generator = np.random.default_rng(4)
    labels, told = np.repeat([0, 1], 40), 0
    for _ in range(500):
        common = generator.normal(labels, 1.0)
        told += (
            delong_test(labels, common + generator.normal(0, 1, 80), common + generator.normal(0, 1, 80)).p_value < 0.05
        )
    assert 0.02 <= told / 500 <= 0.09


def test_the_same_scores_do_not_differ():
    found = delong_test(LABELS, SCORES, SCORES)
    assert (tuple(found.difference), found.z, found.p_value) == ((0, 0, 0), 0, 1)


def test_opposite_certainties_have_no_test():
    parted = np.arange(6.0)
    assert delong_auroc(LABELS, parted).variance == 0
    message = r"differ by 1\.000 with a standard error of 0, .* Compare decisions with mcnemar.*\[metric\.undefined\]"
    with pytest.raises(DatasetError, match=message):
        delong_test(LABELS, parted, -parted)


def test_a_perfect_score_against_a_constant_one_has_no_test():
    labels = np.repeat([0, 1], [7, 3])
    with pytest.raises(DatasetError, match=r"differ by 0\.500 with a standard error of 0"):
        delong_test(labels, labels.astype(float), np.full(10, 0.1))


def test_a_difference_without_spread_but_for_rounding_has_no_test():
    """Each share of the second network is a third more; in doubles some thirds differ in the last bit."""
    first, second = np.array([0.0, 0, 2, 0, 0, 1]), np.array([0.0, 0, 2, 1, 1, 3])
    with pytest.raises(DatasetError, match=r"with a standard error of 0"):
        delong_test(LABELS, first, second)


def test_a_monotone_map_of_the_scores_changes_nothing():
    labels, first, _ = drawn(7)
    found = delong_test(labels, first, np.exp(0.3 * first))
    assert (found.difference.value, found.z, found.p_value) == (0, 0, 1)


def test_one_positive_has_no_variance():
    message = r"at least 2 items of each class; received 1 positive and 2 negative\. Add items\. \[metric\.too_few\]"
    with pytest.raises(DatasetError, match=message):
        delong_auroc(np.array([0, 0, 1]), np.array([0.1, 0.2, 0.3]))


def test_scores_of_other_items_are_an_error():
    with pytest.raises(DatasetError, match=r"metric\.lengths"):
        delong_test(LABELS, SCORES, SCORES[:5])
