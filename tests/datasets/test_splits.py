"""Groups never cross a split."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hemoscope.datasets.splits import grouped_folds, grouped_holdout
from hemoscope.errors import DatasetError


@given(st.integers(0, 1000), st.integers(2, 5))
@settings(deadline=None)
def test_no_group_stands_on_both_sides_and_every_item_is_held_out_once(seed, folds):
    labels = [index % 2 for index in range(60)]
    groups = [f"{index % 2}-{index // 6}" for index in range(60)]
    held: list[int] = []
    for training, validation in grouped_folds(labels, groups, folds=folds, seed=seed):
        assert not {groups[index] for index in training} & {groups[index] for index in validation}
        held.extend(validation.tolist())
    assert sorted(held) == list(range(60))


def test_a_holdout_has_about_the_share_asked_for_of_each_class():
    labels, groups = [0] * 50 + [1] * 50, [str(index) for index in range(100)]
    _, validation = grouped_holdout(labels, groups, fraction=0.2, seed=0)
    assert len(validation) == 20
    assert sum(labels[index] for index in validation) == 10


def test_too_few_groups_are_an_error():
    with pytest.raises(DatasetError, match=r"at least 5 groups of each class; the smaller class has 1"):
        list(grouped_folds([0, 0, 1, 1], ["a", "b", "c", "c"], folds=5, seed=0))


@pytest.mark.parametrize("fraction", [0, 0.6, -1])
def test_a_fraction_that_leaves_nothing_to_train_is_an_error(fraction):
    with pytest.raises(DatasetError, match=r"above 0 and up to 0\.5"):
        grouped_holdout([0, 1], ["a", "b"], fraction=fraction, seed=0)
