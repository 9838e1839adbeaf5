"""Groups never cross the inner folds."""

import builtins

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hemoscope.errors import DatasetError, MissingExtraError
from hemoscope.evaluation.group_folds import stratified_group_folds


@given(st.integers(0, 1000), st.integers(2, 5))
@settings(deadline=None)
def test_every_item_is_held_out_once_and_no_group_stands_on_both_sides(seed, most):
    labels, groups = np.arange(60) % 2, np.arange(60) // 4
    held = []
    for learned, held_out in stratified_group_folds(labels, groups, most=most, seed=seed):
        assert not set(groups[learned]) & set(groups[held_out])
        held.extend(held_out.tolist())
    assert sorted(held) == list(range(60))


def test_there_are_no_more_folds_than_groups_of_the_smaller_class():
    labels, groups = np.array([0] * 9 + [1] * 3), np.arange(12)
    assert len(list(stratified_group_folds(labels, groups, most=5, seed=0))) == 3
    assert len(list(stratified_group_folds(labels, groups, most=2, seed=0))) == 2


def test_one_group_of_a_class_cannot_be_held_out():
    with pytest.raises(DatasetError, match=r"at least 2 groups .* smaller class has 1\. .*\[split\.too_few_groups\]"):
        list(stratified_group_folds(np.array([0, 0, 1]), np.arange(3), most=5, seed=0))


def test_without_scikit_learn_the_extra_is_named(monkeypatch):
    original = builtins.__import__

    def refuse(name, *arguments):
        if name.startswith("sklearn"):
            raise ImportError(name)
        return original(name, *arguments)

    monkeypatch.setattr(builtins, "__import__", refuse)
    with pytest.raises(MissingExtraError, match=r'pip install "hemoscope\[train\]"'):
        list(stratified_group_folds(np.array([0, 1]), np.arange(2), most=2, seed=0))
