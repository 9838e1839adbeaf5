"""The learning curve: nested parts, whole groups, the same judges; tested with a logistic regression."""

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import roc_auc_score

from hemoscope.errors import DatasetError
from hemoscope.evaluation.learning_curve import learning_curve

# 16 groups without and 8 with hemorrhage, three slices each
GROUPS = np.repeat(np.arange(24), 3)
LABELS = (GROUPS >= 16).astype(int)


def watched(labels=LABELS, groups=GROUPS, **options):
    """The points, and what each call was given to learn from and to be judged on."""
    calls = []

    def train_and_score(learned, held_out):
        calls.append((learned, held_out))
        return float(len(calls))

    return learning_curve(train_and_score, labels, groups, **options), calls


def test_each_part_lies_within_each_larger_one_of_its_repeat():
    _, calls = watched(sizes=[2, 5, 11, 18], repeats=3)
    for repeat in range(3):
        parts = [set(learned) for learned, _ in calls[4 * repeat : 4 * repeat + 4]]
        assert all(smaller < larger for smaller, larger in pairwise(parts))


@settings(deadline=None)
@given(st.integers(0, 1000), st.integers(1, 4))
def test_groups_are_whole_and_never_on_both_sides(seed, width):
    groups = np.repeat(np.arange(12), width)
    labels = (groups % 3 == 0).astype(int)
    points, calls = watched(labels, groups, repeats=2, seed=seed, sizes=[2, 4, 9])
    for place, (learned, held_out) in enumerate(calls):
        assert not set(groups[learned]) & set(groups[held_out])
        assert len(learned) == len(set(groups[learned])) * width
        assert len(set(groups[learned])) == points[place % 3].groups
        assert set(labels[learned]) == set(labels[held_out]) == {0, 1}


def test_a_quarter_of_the_groups_of_each_class_judges_all_sizes_of_a_repeat():
    _, calls = watched(sizes=[2, 18], repeats=2)
    (_, first), (_, again), (_, other), _ = calls
    assert first.tolist() == again.tolist() != other.tolist()
    assert len(set(GROUPS[first][LABELS[first] == 0])) == 4
    assert len(set(GROUPS[first][LABELS[first] == 1])) == 2


def test_both_classes_come_in_about_their_shares():
    _, calls = watched(sizes=[3, 6, 9, 12, 18], repeats=4)
    for learned, _ in calls:
        groups = len(learned) / 3
        assert abs(LABELS[learned].sum() / 3 - groups / 3) <= 1


def test_all_groups_are_halved_down_to_four_unless_sizes_are_given():
    points, _ = watched(repeats=1)
    assert [point.groups for point in points] == [4, 9, 18]
    assert [point.items for point in points] == [12.0, 27.0, 54.0]


def test_sizes_come_back_rising_and_once():
    points, _ = watched(sizes=[9, 4, 9], repeats=1)
    assert [point.groups for point in points] == [4, 9]


def test_a_point_is_the_mean_of_its_repeats_with_the_range_of_95_percent_of_them():
    """Calls are counted 1, 2, ...: two sizes, so that the first is 1, 3, 5, 7, 9."""
    points, _ = watched(sizes=[2, 4], repeats=5)
    assert points[0].each == (1.0, 3.0, 5.0, 7.0, 9.0)
    assert points[0].score == pytest.approx((5.0, 1.2, 8.8))
    assert points[1].score == pytest.approx((6.0, 2.2, 9.8))


def test_the_items_are_the_mean_over_groups_of_unequal_sizes():
    groups = np.repeat(np.arange(8), [1, 9, 1, 9, 1, 9, 1, 9])
    points, calls = watched((groups >= 4).astype(int), groups, sizes=[2], repeats=6)
    assert points[0].items == np.mean([len(learned) for learned, _ in calls])


def test_the_same_seed_gives_the_same_parts_and_another_gives_others():
    def parts(seed):
        return [learned.tolist() for learned, _ in watched(sizes=[4, 9], repeats=2, seed=seed)[1]]

    assert parts(1) == parts(1)
    assert parts(1) != parts(2)


def test_a_logistic_regression_learns_more_from_more_patients():
    """A patient shifts all features of its slices, so that only more patients, not more slices, tell the classes."""
    generator = np.random.default_rng(0)
    groups = np.repeat(np.arange(120), 4)
    labels = groups % 2
    patients = generator.normal(0, 1, (120, 8)) + 0.5 * (np.arange(120) % 2)[:, np.newaxis]
    features = patients[groups] + generator.normal(0, 0.1, (480, 8))

    def train_and_score(learned, held_out):
        classifier = LogisticRegression(max_iter=1000).fit(features[learned], labels[learned])
        return roc_auc_score(labels[held_out], classifier.decision_function(features[held_out]))

    points = learning_curve(train_and_score, labels, groups, sizes=[4, 16, 90], repeats=10)
    values = [point.score.value for point in points]
    assert values == sorted(values)
    assert values[-1] - values[0] > 0.1
    widths = [point.score.high - point.score.low for point in points]
    assert widths[-1] < widths[0]


def test_a_group_with_one_positive_slice_is_one_of_the_positives():
    groups = np.repeat(np.arange(8), 5)
    labels = ((np.arange(40) % 5 == 0) & (groups < 4)).astype(int)
    _, calls = watched(labels, groups, sizes=[2], repeats=5)
    assert all(set(labels[learned]) == {0, 1} for learned, _ in calls)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"sizes": [1]}, r"Expected a number of groups in \[2, 18\]; received 1\..*\[metric\.range\]"),
        ({"sizes": [19]}, r"Expected a number of groups in \[2, 18\]; received 19\."),
        ({"sizes": []}, r"Expected a number of sizes in \[1, inf\]; received 0\."),
        ({"repeats": 0}, r"Expected a number of repeats in \[1, inf\]; received 0\."),
        ({"groups": GROUPS[:5]}, r"one group per item, 72; received shape \(5,\)"),
        ({"labels": np.zeros(72)}, r"metric\.one_class"),
        ({"groups": LABELS}, r"at least 2 groups of each class; the smaller class has 1\. .*\[split\.too_few_groups\]"),
    ],
)
def test_what_cannot_be_learned_from_is_an_error(options, message):
    with pytest.raises(DatasetError, match=message):
        watched(**options)


def test_a_score_that_is_none_is_an_error():
    with pytest.raises(DatasetError, match=r"metric\.not_finite"):
        learning_curve(lambda *_: float("nan"), LABELS, GROUPS)
