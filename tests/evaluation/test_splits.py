"""Groups never cross a split."""

import builtins

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hemoscope.errors import DatasetError, MissingExtraError
from hemoscope.evaluation.splits import as_many_folds, grouped_folds, grouped_holdout


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


def test_where_a_class_has_few_groups_more_is_held_out_and_both_parts_have_both_classes():
    """A fifth would be no group of the three: a third of the slices, and one of the three, it is."""
    labels, groups = [0] * 9 + [1] * 3, [str(index) for index in range(12)]
    training, validation = grouped_holdout(labels, groups, fraction=0.2, seed=0)
    assert [sum(labels[index] for index in part) for part in (training, validation)] == [2, 1]
    assert len(validation) == 4


def test_a_class_with_a_single_group_cannot_be_held_out_once():
    with pytest.raises(DatasetError, match=r"at least 2 groups .* smaller class has 1\. Add patients\."):
        grouped_holdout([0, 0, 1], ["a", "b", "c"], fraction=0.2, seed=0)


def test_too_few_groups_are_an_error():
    with pytest.raises(DatasetError, match=r"at least 5 groups .* smaller class has 1\. .*fewer parts"):
        list(grouped_folds([0, 0, 1, 1], ["a", "b", "c", "c"], folds=5, seed=0))


@pytest.mark.parametrize("fraction", [0, 0.6, -1])
def test_a_fraction_that_leaves_nothing_to_train_is_an_error(fraction):
    with pytest.raises(DatasetError, match=r"above 0 and up to 0\.5"):
        grouped_holdout([0, 1], ["a", "b"], fraction=fraction, seed=0)


@given(st.integers(0, 1000), st.integers(2, 5))
@settings(deadline=None)
def test_as_many_folds_hold_every_item_out_once_and_split_no_group(seed, most):
    labels, groups = np.arange(60) % 2, np.arange(60) // 4
    held = []
    for learned, held_out in as_many_folds(labels, groups, most=most, seed=seed):
        assert not set(groups[learned]) & set(groups[held_out])
        held.extend(held_out.tolist())
    assert sorted(held) == list(range(60))


def test_there_are_no_more_folds_than_groups_of_the_smaller_class():
    labels, groups = np.array([0] * 9 + [1] * 3), np.arange(12)
    assert len(list(as_many_folds(labels, groups, most=5, seed=0))) == 3
    assert len(list(as_many_folds(labels, groups, most=2, seed=0))) == 2


def test_one_group_of_a_class_cannot_be_held_out():
    with pytest.raises(DatasetError, match=r"at least 2 groups .* has 1\. Add patients\. \[split\.too_few_groups\]"):
        list(as_many_folds(np.array([0, 0, 1]), np.arange(3), most=5, seed=0))


def test_without_scikit_learn_the_extra_is_named(monkeypatch):
    original = builtins.__import__

    def refuse(name, *arguments):
        if name.startswith("sklearn"):
            raise ImportError(name)
        return original(name, *arguments)

    monkeypatch.setattr(builtins, "__import__", refuse)
    with pytest.raises(MissingExtraError, match=r'pip install "hemoscope\[train\]"'):
        list(as_many_folds(np.array([0, 1]), np.arange(2), most=2, seed=0))
