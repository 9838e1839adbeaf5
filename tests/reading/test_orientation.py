"""Any way a picture can lie is turned exactly to how it is displayed."""

import itertools

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hemoscope.reading.orientation import AXIAL, Axes, Turn, Vector, corner_after, upright
from hemoscope.records import Edges

X, Y, Z = Vector(1, 0, 0), Vector(0, 1, 0), Vector(0, 0, 1)


def minus(vector: Vector) -> Vector:
    return Vector(-vector.x, -vector.y, -vector.z)


EIGHT = [
    Axes(across, down)
    for first, second in ((X, Y), (Y, X))
    for across, down in itertools.product((first, minus(first)), (second, minus(second)))
]


@pytest.mark.parametrize("axes", EIGHT)
def test_each_of_the_eight_ways_to_lie_comes_out_as_displayed(axes: Axes):
    turned = upright(axes).turned(axes)
    assert (tuple(turned.across), tuple(turned.down)) == (tuple(AXIAL.across), tuple(AXIAL.down))


@pytest.mark.parametrize("axes", EIGHT)
def test_pixels_and_corner_turn_together(axes: Axes):
    # 3 rows of 2 mm, 4 columns of 1 mm; each pixel holds its own place in the patient
    corner = Vector(10, 20, 5)
    row, column = np.mgrid[:3, :4]
    places = np.array(corner) + row[..., None] * 2 * np.array(axes.down) + column[..., None] * np.array(axes.across)
    turn = upright(axes)
    x, y = turn.apply(places[..., 0]), turn.apply(places[..., 1])
    assert (np.diff(x, axis=1) > 0).all()
    assert (np.diff(y, axis=0) > 0).all()
    assert corner_after(turn, corner, axes, (2 * 2, 3 * 1)) == Vector(float(x[0, 0]), float(y[0, 0]), 5)


@pytest.mark.parametrize("axes", EIGHT)
def test_edges_turn_with_the_picture(axes: Axes):
    turn = upright(axes)
    assert turn.turned_edges(axes.edges) == turn.turned(axes).edges == Edges("R", "A", "L", "P")


def test_a_mirrored_picture_has_the_left_on_its_left():
    assert Axes(minus(X), Y).edges == Edges("L", "A", "R", "P")


def test_the_edges_of_a_coronal_picture_are_right_and_head():
    assert Axes(X, minus(Z)).edges == Edges("R", "H", "L", "F")


@given(st.floats(-40, 40), st.floats(-40, 40))
def test_a_head_turned_and_tilted_by_less_than_45_degrees_stays(in_plane: float, tilt: float):
    turn, lean = np.radians([in_plane, tilt])
    across = Vector(np.cos(turn), np.sin(turn) * np.cos(lean), np.sin(turn) * np.sin(lean))
    down = Vector(-np.sin(turn), np.cos(turn) * np.cos(lean), np.cos(turn) * np.sin(lean))
    assert upright(Axes(across, down)) == Turn()


def test_planes_are_named_by_their_normal():
    assert [Axes(*pair).plane for pair in ((X, Y), (X, Z), (Y, Z))] == ["axial", "coronal", "sagittal"]
    assert upright(Axes(X, Z)) == Turn()


def test_nothing_to_turn_returns_the_same_array():
    pixels = np.zeros((2, 3))
    assert Turn().apply(pixels) is pixels
    assert Turn(transpose=True).apply(pixels).shape == (3, 2)


def test_angles_are_those_between_lines():
    assert X.angle_to(minus(X)) == 0
    assert X.angle_to(Y) == 90
    assert Vector(0, 1, 1).angle_to(Z) == pytest.approx(45)


def test_orientations_are_near_within_a_degree():
    lean = np.radians(0.9)
    assert AXIAL.is_near(Axes(X, Vector(0, np.cos(lean), np.sin(lean))))
    lean = np.radians(1.1)
    assert not AXIAL.is_near(Axes(X, Vector(0, np.cos(lean), np.sin(lean))))
    assert not AXIAL.is_near(Axes(minus(X), Y))
