"""The learning curve: nested parts, whole groups, the same judges; tested with a logistic regression."""

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import roc_auc_score

from hemoscope.errors import DatasetError
from hemoscope.evaluation.learning_curve import arrange_parts, last_gain, learning_curve

# 16 groups without and 8 with hemorrhage, three slices each
GROUPS = np.repeat(np.arange(24), 3)
LABELS = (GROUPS >= 16).astype(int)


def watched(labels=LABELS, groups=GROUPS, **options):
    """The points of a curve whose parts are worth 1, 2, ..., and what each learns from and is judged on."""
    parts = arrange_parts(labels, groups, **{"repeats": 1} | options)
    points = learning_curve(parts, [{"place": 1.0 + place} for place, _ in enumerate(parts)])
    return points, [(part.learned, part.held_out) for part in parts]


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
    points, _ = watched()
    assert [point.groups for point in points] == [4, 9, 18]
    assert [point.items for point in points] == [12.0, 27.0, 54.0]


def test_no_part_is_smaller_than_one_with_as_many_groups_of_each_class_as_asked_for():
    """Of 12 groups without and 6 with hemorrhage every third is one with; the third of these is the eighth in line.

    Places of those with: 0, 3/12, 5/12; of those without: 0, 1.5/12, 2.5/12, 3.5/12, 4.5/12, 5.5/12.
    """
    points, calls = watched(fewest=3)
    assert [point.groups for point in points] == [9, 18]
    assert all(len(set(GROUPS[learned][LABELS[learned] == label])) >= 3 for learned, _ in calls for label in (0, 1))
    assert [point.groups for point in watched(fewest=3, sizes=[8])[0]] == [8]
    with pytest.raises(DatasetError, match=r"a number of groups to learn from in \[8, 18\]; received 7\."):
        watched(fewest=3, sizes=[7])


def test_parts_of_a_repeat_stand_together_the_smallest_first():
    parts = arrange_parts(LABELS, GROUPS, sizes=[9, 4], repeats=2)
    assert [(part.repeat, part.groups) for part in parts] == [(0, 4), (0, 9), (1, 4), (1, 9)]


def test_sizes_come_back_rising_and_once():
    points, _ = watched(sizes=[9, 4, 9], repeats=1)
    assert [point.groups for point in points] == [4, 9]


def test_a_point_is_the_mean_of_its_repeats_with_the_range_of_95_percent_of_them():
    """Parts are worth 1, 2, ...: two sizes, so that the first is worth 1, 3, 5, 7, 9."""
    points, _ = watched(sizes=[2, 4], repeats=5)
    assert points[0].each == {"place": (1.0, 3.0, 5.0, 7.0, 9.0)}
    assert points[0].figures["place"] == pytest.approx((5.0, 1.2, 8.8))
    assert points[1].figures["place"] == pytest.approx((6.0, 2.2, 9.8))


def test_each_figure_is_summed_up_by_itself():
    parts = arrange_parts(LABELS, GROUPS, sizes=[4], repeats=2)
    (point,) = learning_curve(parts, [{"accuracy": 0.5, "auroc": 0.75}, {"accuracy": 0.75, "auroc": 1.0}])
    assert {name: figure.value for name, figure in point.figures.items()} == {"accuracy": 0.625, "auroc": 0.875}
    assert point.each == {"accuracy": (0.5, 0.75), "auroc": (0.75, 1.0)}


def test_the_last_gain_is_counted_within_each_repeat():
    """Repeats differ by far more than the sizes do: 0.1 and 0.3 gained, not the spread of the repeats."""
    parts = arrange_parts(LABELS, GROUPS, sizes=[4, 9, 18], repeats=2)
    points = learning_curve(parts, [{"auroc": value} for value in (0.0, 0.1, 0.2, 0.0, 0.5, 0.8)])
    assert last_gain(points)["auroc"] == pytest.approx((0.2, 0.105, 0.295))


def test_a_single_size_gains_nothing():
    assert last_gain(watched(sizes=[4])[0]) == {}


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

    def judged(part):
        classifier = LogisticRegression(max_iter=1000).fit(features[part.learned], labels[part.learned])
        return {"auroc": roc_auc_score(labels[part.held_out], classifier.decision_function(features[part.held_out]))}

    parts = arrange_parts(labels, groups, sizes=[4, 16, 90], repeats=10)
    points = learning_curve(parts, [judged(part) for part in parts])
    values = [point.figures["auroc"].value for point in points]
    assert values == sorted(values)
    assert values[-1] - values[0] > 0.1
    widths = [point.figures["auroc"].high - point.figures["auroc"].low for point in points]
    assert widths[-1] < widths[0]


def test_a_group_with_one_positive_slice_is_one_of_the_positives():
    groups = np.repeat(np.arange(8), 5)
    labels = ((np.arange(40) % 5 == 0) & (groups < 4)).astype(int)
    _, calls = watched(labels, groups, sizes=[2], repeats=5)
    assert all(set(labels[learned]) == {0, 1} for learned, _ in calls)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"sizes": [1]}, r"Expected a number of groups to learn from in \[2, 18\]; received 1\..*\[metric\.range\]"),
        ({"sizes": [19]}, r"Expected a number of groups to learn from in \[2, 18\]; received 19\."),
        ({"sizes": []}, r"Expected a number of sizes in \[1, inf\]; received 0\."),
        ({"repeats": 0}, r"Expected a number of repeats in \[1, inf\]; received 0\."),
        ({"groups": GROUPS[:5]}, r"one group per item, 72; received shape \(5,\)"),
        ({"labels": np.zeros(72)}, r"metric\.one_class"),
        ({"groups": LABELS}, r"at least 2 groups of each class; the smaller class has 1\. .*\[split\.too_few_groups\]"),
        ({"fewest": 7}, r"at least 9 groups of each class; the smaller class has 8\."),
        ({"fewest": 8}, r"at least 10 groups of each class; the smaller class has 8\."),
    ],
)
def test_what_cannot_be_learned_from_is_an_error(options, message):
    with pytest.raises(DatasetError, match=message):
        watched(**options)


def test_a_figure_that_is_none_is_an_error():
    parts = arrange_parts(LABELS, GROUPS, sizes=[4], repeats=1)
    with pytest.raises(DatasetError, match=r"metric\.not_finite"):
        learning_curve(parts, [{"auroc": float("nan")}])
