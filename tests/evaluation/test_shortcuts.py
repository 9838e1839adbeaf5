"""Shortcuts and floors say how much of the labels comes free."""

import builtins

import numpy as np
import pytest

from hemoscope.errors import DatasetError, MissingExtraError
from hemoscope.evaluation.shortcuts import (
    measure_shortcuts,
    metadata_floor,
    nearest_label,
    sample_groups,
    thumbnail_floor,
)

LABELS = np.array([1, 0] * 20)
ALONE = np.arange(40).astype(str)


def test_a_property_is_judged_whichever_way_it_points_and_the_most_telling_comes_first():
    features = {"constant": np.ones(40), "lower": 1.0 - LABELS, "width": LABELS + np.tile([0, 0, 0, 3], 10)}
    first, second, third = measure_shortcuts(LABELS, ALONE, features)
    assert (first.name, tuple(first.auroc), first.is_higher_in_positives, first.is_leak) == (
        "lower",
        (1, 1, 1),
        False,
        True,
    )
    # Half of the negatives lie above all positives, half below: 0.5.
    assert (second.auroc.value, second.is_leak) == (0.5, False)
    assert (third.auroc.value, third.is_leak) == (0.5, False)


def test_a_rare_but_certain_mark_is_a_leak():
    alpha = np.where((LABELS == 0) & (np.arange(40) < 12), 1.0, 0.0)
    (shortcut,) = measure_shortcuts(LABELS, ALONE, {"alpha channel": alpha})
    assert shortcut.auroc.value == 0.65
    assert shortcut.is_leak
    assert not shortcut.is_higher_in_positives


def test_metadata_that_gives_the_label_away_reaches_one():
    floor = metadata_floor(LABELS, ALONE, {"width": 100.0 + LABELS, "height": np.ones(40)})
    assert (floor.name, floor.folds, tuple(floor.auroc), floor.accuracy, floor.items) == (
        "metadata",
        "grouped",
        (1, 1, 1),
        1.0,
        40,
    )


def test_groups_parted_at_random_flatter_what_whole_groups_do_not():
    generator = np.random.default_rng(0)
    labels, groups = np.repeat(generator.permutation([0, 1] * 15), 4), np.repeat(np.arange(30), 4).astype(str)
    tiny = np.repeat(generator.normal(size=(30, 16)), 4, axis=0)
    flattered = thumbnail_floor(labels, groups, tiny, random_folds=True)
    honest = thumbnail_floor(labels, groups, tiny)
    assert (flattered.folds, honest.folds) == ("random", "grouped")
    assert flattered.auroc.value == flattered.accuracy == 1.0
    assert 0.2 < honest.auroc.value < 0.8


def test_the_nearest_label_is_scikit_learns():
    from sklearn.neighbors import KNeighborsClassifier

    generator = np.random.default_rng(1)
    known, labels, asked = generator.normal(size=(60, 9)), generator.integers(0, 2, 60), generator.normal(size=(40, 9))
    theirs = KNeighborsClassifier(1).fit(known, labels).predict(asked)
    assert ((nearest_label(known, labels, asked) > 0) == (theirs == 1)).all()


def test_a_large_collection_is_judged_on_whole_groups():
    groups = np.repeat(np.arange(100), 7).astype(str)
    kept = sample_groups(groups, most=70)
    assert len(kept) == 70
    assert all((groups[kept] == name).sum() == 7 for name in set(groups[kept]))


def test_one_group_of_a_class_cannot_be_split():
    with pytest.raises(DatasetError, match=r"Expected at least 2 groups of each class; the smaller class has 1\."):
        metadata_floor(LABELS, np.where(LABELS == 1, "same", ALONE), {"width": np.ones(40)})


def test_without_scikit_learn_the_next_step_is_said(monkeypatch):
    real = builtins.__import__

    def missing(name, *arguments, **options):
        if name.startswith("sklearn"):
            raise ImportError(name)
        return real(name, *arguments, **options)

    monkeypatch.setattr(builtins, "__import__", missing)
    with pytest.raises(MissingExtraError, match=r'pip install "hemoscope\[train\]"'):
        thumbnail_floor(LABELS, ALONE, np.ones((40, 4)))
