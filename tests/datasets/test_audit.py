"""Pictures that are nearly the same are found, and only those."""

import csv

import cv2
import numpy as np
import pytest

from hemoscope.datasets.audit import find_near_duplicates, merge_groups
from hemoscope.preparation.canonical import prepare
from hemoscope.records import Slice
from hemoscope.terms import Unit

from .layouts import draw_picture


def prepared(picture: np.ndarray) -> np.ndarray:
    return prepare(Slice(picture.astype(np.float32) / 255, Unit.GREY, "a.png", "png"))[0]


def test_a_copy_scaled_and_rewindowed_is_found():
    original, other = draw_picture(label=1, seed=1), draw_picture(label=0, seed=2)
    copy = cv2.resize((original * 0.7 + 20).astype(np.uint8), (400, 400), interpolation=cv2.INTER_AREA)
    pairs = find_near_duplicates(np.stack([prepared(original), prepared(other), prepared(copy)]))
    assert [(first, second) for first, second, _ in pairs] == [(0, 2)]


def test_pairs_are_found_across_the_blocks_that_are_compared_at_a_time(monkeypatch):
    inputs = np.random.default_rng(0).random((9, 64, 64, 1), dtype=np.float32)
    inputs[7] = inputs[1] * 0.5 + 0.2
    whole = find_near_duplicates(inputs)
    monkeypatch.setattr("hemoscope.datasets.audit.BLOCK", 2)
    in_blocks = find_near_duplicates(inputs)
    assert [pair[:2] for pair in in_blocks] == [pair[:2] for pair in whole] == [(1, 7)]


def test_pairs_of_pairs_are_joined():
    assert merge_groups(["a", "b", "c", "d", "a"], [(1, 2, 1.0), (2, 3, 1.0)]) == ["a", "b", "b", "b", "a"]


def test_nothing_found_leaves_groups_alone():
    assert merge_groups(["a", "b"], []) == ["a", "b"]


@pytest.mark.real_data
def test_on_the_200_every_known_copy_is_found_and_no_pair_joins_two_groups(two_hundred, real_data):
    from hemoscope.datasets.load import load_collection
    from hemoscope.preparation.canonical import PreparationSettings
    from hemoscope.training.data import prepare_collection

    groups_file = real_data / "kaggle-head-ct-hemorrhage-groups.csv"
    collection = load_collection(two_hundred, groups_file=groups_file)
    pairs = find_near_duplicates(prepare_collection(collection, settings=PreparationSettings()).inputs)
    found = {(first, second) for first, second, _ in pairs}
    with groups_file.open() as stream:
        known = {
            (min(int(row["id"]), int(row["same_image_as"])), max(int(row["id"]), int(row["same_image_as"])))
            for row in csv.DictReader(stream)
            if row["same_image_as"]
        }
    assert len(known) == 14
    assert known <= found
    assert all(collection.groups[first] == collection.groups[second] for first, second in found)
