"""The report of a grid of slices."""

import numpy as np
import pytest

from hemoscope.reading.geometry import Grid, measure
from hemoscope.reading.orientation import Vector


def grid(*heights: float, lean: float = 0.0) -> Grid:
    return Grid(
        corners=tuple(Vector(-60.0, -80.0 + lean * height, height) for height in heights),
        across=Vector(1.0, 0.0, 0.0),
        down=Vector(0.0, 1.0, 0.0),
        pixel_spacing=(0.5, 0.25),
        shape=(320, 480),
        thickness=5.0,
    )


def test_the_affine_takes_column_row_slice_to_mm():
    affine = measure(grid(10, 15, 20)).affine
    assert affine is not None
    assert (affine @ [4, 2, 1, 1]).tolist() == [-59.0, -79.0, 15.0, 1.0]
    assert not affine.flags.writeable


def test_uneven_slices_have_positions_and_no_affine():
    report = measure(grid(0, 5, 10, 12.5, 15))
    assert report.positions == (0, 5, 10, 12.5, 15)
    assert report.spacing == 3.75
    assert report.extent == 15
    assert report.affine is None


def test_a_leaning_stack_is_a_regular_grid_all_the_same():
    report = measure(grid(0, 5, 10, lean=1.0))
    assert report.affine is not None
    assert report.affine[:3, 2].tolist() == [0.0, 5.0, 5.0]
    assert (report.tilt, report.shear) == pytest.approx((0, 45))
    assert report.spacing == 5


def test_one_slice_has_a_place_and_no_spacing():
    report = measure(grid(7))
    assert report.positions == (7,)
    assert report.spacing is None
    assert report.extent == 0
    assert report.affine is not None
    assert report.affine[2, 2] == 5


def test_half_a_degree_is_no_tilt():
    assert [notice.code for notice in measure(grid(0, 5, 10, lean=np.tan(np.radians(0.4)))).findings] == []
    assert [notice.code for notice in measure(grid(0, 5, 10, lean=np.tan(np.radians(0.6)))).findings] == [
        "series.tilted"
    ]
