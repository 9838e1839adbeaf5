"""Pointing and overlap, worked by hand."""

import numpy as np
import pytest

from hemoscope.evaluation.localization import best_threshold, dice, energy_share, hits, iou


def test_the_map_hits_where_its_maximum_lies_in_the_mask():
    mask = np.array([[True, False], [False, False]])
    assert hits(np.array([[3.0, 1.0], [0.0, 2.0]]), mask)
    assert not hits(np.array([[1.0, 3.0], [0.0, 2.0]]), mask)


@pytest.mark.parametrize(
    ("found", "mask", "expected"),
    [([1, 1, 0, 0], [1, 0, 1, 0], 0.5), ([0, 0, 0, 0], [0, 0, 0, 0], 1.0), ([1, 0, 0, 0], [0, 0, 0, 1], 0.0)],
)
def test_dice(found, mask, expected):
    assert dice(np.array(found, bool), np.array(mask, bool)) == expected


def test_overlap_over_union_by_hand():
    assert iou(np.array([True, True, False, False]), np.array([False, True, True, False])) == pytest.approx(1 / 3)
    assert iou(np.zeros(3, bool), np.zeros(3, bool)) == 1


def test_energy_is_the_share_of_the_sum_within_the_mask():
    assert energy_share(np.array([[1.0, 2.0], [3.0, 4.0]]), np.array([[True, False], [False, True]])) == 0.5
    assert energy_share(np.zeros((2, 2)), np.ones((2, 2), bool)) == 0


def test_the_best_threshold_covers_the_mask_and_no_more():
    blood_map = np.array([[0.1, 0.5, 0.9, 1.0]])
    threshold = best_threshold([blood_map, blood_map / 2], [blood_map >= 0.5, blood_map >= 0.9])
    assert 0.1 < threshold <= 0.5
    assert best_threshold([blood_map], [blood_map >= 0.9]) == pytest.approx(0.55)
