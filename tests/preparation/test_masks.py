"""Masks against OpenCV's own statistics, and by hand."""

import cv2
import numpy as np
import pytest

from hemoscope.preparation.masks import close_and_fill, extent, largest_part, number_parts


@pytest.mark.parametrize("connectivity", [4, 8])
@pytest.mark.parametrize("share", [0.0, 0.02, 0.3, 0.6, 1.0])
def test_parts_are_numbered_and_counted_as_opencv_does(connectivity, share):
    mask = (np.random.default_rng(7).random((200, 256)) < share).astype(np.uint8)
    labels, sizes = number_parts(mask, connectivity=connectivity)
    _, expected, statistics, _ = cv2.connectedComponentsWithStats(mask, connectivity=connectivity)
    assert np.array_equal(labels, expected)
    assert sizes.tolist() == statistics[1:, cv2.CC_STAT_AREA].tolist()


def test_a_single_part_is_counted():
    mask = np.zeros((8, 8), np.uint8)
    mask[2:5, 1:7] = 1
    labels, sizes = number_parts(mask, connectivity=4)
    assert np.array_equal(labels, mask)
    assert sizes.tolist() == [18]


def test_the_largest_part_is_one_whose_pixels_join_by_their_sides():
    mask = np.array([[1, 1, 0, 0], [0, 0, 1, 1], [0, 0, 1, 0]], np.uint8)
    assert largest_part(mask).tolist() == [[False] * 4, [False, False, True, True], [False, False, True, False]]
    assert not largest_part(np.zeros((3, 3), np.uint8)).any()


@pytest.mark.parametrize(("radius", "is_filled"), [(1, False), (2, True)])
def test_a_gap_of_four_is_bridged_from_a_radius_of_two_on_and_what_it_encloses_is_filled(radius, is_filled):
    ring = np.ones((60, 60), np.uint8)
    ring[:10] = ring[50:] = ring[:, :10] = ring[:, 50:] = 0
    ring[16:44, 16:44] = 0
    ring[10:16, 28:32] = 0
    assert close_and_fill(ring.astype(bool), radius=radius)[30, 30] == is_filled


def test_the_extent_is_the_longer_side():
    mask = np.zeros((20, 20), bool)
    mask[3:6, 4:15] = True
    assert extent(mask) == 11
