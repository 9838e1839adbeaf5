"""Pointing and overlap, worked by hand."""

import numpy as np
import pytest

from hemoscope.evaluation.localization import dice, hits


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
