"""A frame says where the input lies: in the picture, in a map's cells, in a grid over the picture."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hemoscope.preparation.frame import Frame

FRAMES = st.builds(
    Frame, zoom=st.floats(0.2, 2.0), shift=st.tuples(st.floats(-80, 80), st.floats(-80, 80)), size=st.just(192)
)


def test_the_box_is_what_the_input_shows_of_the_picture():
    assert Frame(0.5, (10.0, -20.0), 192).box == (-20.0, 40.0, 364.0, 424.0)


@given(FRAMES, st.integers(8, 96))
def test_cells_of_a_map_show_the_same_part_of_the_picture(frame, cells):
    assert frame.resized(cells).box == pytest.approx(frame.box, abs=1e-6)


@given(FRAMES, st.tuples(st.floats(-50, 50), st.floats(-50, 50)), st.floats(0.5, 9))
def test_a_grid_measures_the_same_box_in_its_own_cells(frame, corner, scale):
    right, down = corner
    expected = [(edge - start) / scale for edge, start in zip(frame.box, (right, down, right, down), strict=True)]
    assert frame.seen_from(corner, scale=scale).box == pytest.approx(expected, abs=1e-6)


def test_a_map_laid_on_a_grid_lies_where_it_lies_in_the_picture():
    """8 x 8 cells of 4 pixels, from pixel (16, 24) on; a grid of 4 pixels per cell from (8, 8) on: 2 right, 4 down."""
    frame = Frame(1.0, (-16.0, -24.0), 32)
    cells = np.zeros((8, 8), np.float32)
    cells[1, 3] = 1.0
    laid = frame.resized(8).seen_from((8.0, 8.0), scale=4.0).to_picture(cells, shape=(14, 14))
    assert np.argwhere(laid > 0.5).tolist() == [[5, 5]]
    assert laid.sum() == pytest.approx(1.0)
