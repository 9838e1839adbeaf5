"""Colors and outlines on slices, pixel for pixel."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hemoscope.records import Edges, Notice, Shown, Slice
from hemoscope.results.overlay import FILL, HOTTEST, Canvas, lay_out, outline_of, paint, scale_bar, thumbnail
from hemoscope.results.palette import COLORS, HEAT, number_of
from hemoscope.terms import Label, Unit

IPH, SDH = number_of(Label.INTRAPARENCHYMAL), number_of(Label.SUBDURAL)
ORANGE, PURPLE = (230, 159, 0), (204, 121, 167)
WITHHELD = Notice("explanation.outside", "Most of it lies outside the brain.")


def grey(rows, columns, value=0.5, spacing=None):
    return Slice(np.full((rows, columns), value, np.float32), Unit.GREY, "a.png", "png", spacing)


def test_an_area_is_outlined_inside_its_border_and_filled_faintly():
    areas = np.zeros((7, 7), np.uint8)
    areas[1:6, 1:6] = IPH
    colored = paint(Canvas(np.full((7, 7), 100, np.uint8), areas))
    edge = np.zeros((7, 7), bool)
    edge[1:6, 1:6], edge[2:5, 2:5] = True, False
    assert {tuple(color) for color in colored[edge]} == {ORANGE}
    # 0.78 of grey 100 and 0.22 of orange
    assert FILL == 0.22
    assert {tuple(color) for color in colored[2:5, 2:5].reshape(-1, 3)} == {(129, 113, 78)}
    assert {tuple(color) for color in colored[areas == 0]} == {(100, 100, 100)}


def test_areas_of_two_subtypes_are_outlined_against_each_other():
    areas = np.array([[0, IPH, IPH, IPH, SDH, SDH, SDH, 0]], np.uint8).repeat(8, axis=0)
    outline = outline_of(areas, thickness=1)
    assert outline[4].tolist() == [False, True, False, True, True, False, True, False]


def test_an_area_at_the_edge_of_the_picture_is_open_there():
    areas = np.zeros((5, 5), np.uint8)
    areas[:, :3] = SDH
    assert outline_of(areas, thickness=1)[2].tolist() == [False, False, True, False, False]


def test_outlines_are_two_pixels_wide_on_a_slice_of_512():
    areas = np.zeros((512, 512), np.uint8)
    areas[100:120, 100:120] = SDH
    colored = paint(Canvas(np.zeros((512, 512), np.uint8), areas))
    row = [tuple(color) for color in colored[110, 98:104]]
    assert row[:4] == [(0, 0, 0), (0, 0, 0), PURPLE, PURPLE]
    assert row[4] not in (PURPLE, (0, 0, 0))


def test_a_slice_without_areas_keeps_its_grey():
    picture = np.arange(12, dtype=np.uint8).reshape(3, 4)
    for areas in (None, np.zeros((3, 4), np.uint8)):
        assert np.array_equal(paint(Canvas(picture, areas)), np.stack([picture] * 3, axis=-1))


def test_the_map_of_another_method_is_of_one_color_that_grows_with_it():
    heat = np.array([[0.0, 0.5, 1.0]], np.float32)
    colored = paint(Canvas(np.full((1, 3), 100, np.uint8), heat=heat))
    assert HOTTEST == 0.6
    assert HEAT is COLORS[Label.ANY]
    # 0, 0.3 and 0.6 of (240, 228, 66)
    assert colored.tolist() == [[[100, 100, 100], [142, 138, 90], [184, 177, 80]]]


def test_hu_are_shown_in_the_brain_window():
    image = Slice(np.array([[-1000.0, 40.0, 80.0]], np.float32), Unit.HU, "a.dcm", "dicom")
    assert lay_out(Shown(image), smallest=1).grey.tolist() == [[0, 128, 255]]


@pytest.mark.parametrize(
    ("shape", "spacing", "size", "pixel_mm"),
    [
        ((512, 512), (0.5, 0.5), (512, 512), 0.5),
        ((128, 128), (2.0, 2.0), (512, 512), 0.5),
        ((200, 100), None, (512, 256), None),
        ((2048, 1024), (0.1, 0.1), (1024, 512), 0.2),
        ((300, 600), (1.0, 0.5), (600, 600), 0.5),
    ],
)
def test_a_slice_is_drawn_at_a_size_that_can_be_read_and_in_its_true_shape(shape, spacing, size, pixel_mm):
    canvas = lay_out(Shown(grey(*shape, spacing=spacing)))
    assert canvas.grey.shape == size
    assert canvas.pixel_mm == pixel_mm


def test_an_enlarged_area_covers_the_same_part_of_the_slice():
    blood = np.zeros((64, 64), np.float32)
    blood[16:32, 8:24] = 1.0
    areas = lay_out(Shown(grey(64, 64), {Label.ANY: blood, Label.SUBDURAL: blood})).areas
    rows, columns = np.nonzero(areas)
    assert (rows.min(), rows.max(), columns.min(), columns.max()) == (128, 255, 64, 191)
    assert set(np.unique(areas)) == {0, SDH}


def test_enlarging_makes_no_dark_rim_beside_bone():
    hu = np.full((32, 32), 35.0, np.float32)
    hu[:, 16:] = 1800.0
    shown = lay_out(Shown(Slice(hu, Unit.HU, "a.dcm", "dicom"))).grey
    assert shown[:, : 16 * 15].min() > 90  # 35 HU are 112 of 255


def test_a_withheld_map_is_not_drawn():
    blood = np.ones((8, 8), np.float32)
    shown = Shown(grey(8, 8), {Label.ANY: blood}, WITHHELD)
    assert lay_out(shown).areas is None
    assert lay_out(shown, is_heat=True).heat is None
    assert len(np.unique(thumbnail(shown))) == 1


def test_edges_travel_to_the_canvas():
    image = Slice(np.zeros((4, 4), np.float32), Unit.GREY, "a.png", "png", edges=Edges("L", "A", "R", "P"))
    assert lay_out(Shown(image)).edges == ("L", "A", "R", "P")


@pytest.mark.parametrize(
    ("pixel_mm", "room", "bar"),
    [(0.5, 170, (5, 100)), (0.4883, 170, (5, 102)), (0.5, 99, (1, 20)), (0.25, 128, (1, 40)), (1.0, 50, (5, 50))],
)
def test_the_scale_is_as_long_as_the_spacing_says(pixel_mm, room, bar):
    assert scale_bar(pixel_mm, room=room) == bar


@given(
    st.tuples(st.integers(1, 1500), st.integers(1, 1500)),
    st.none() | st.tuples(st.floats(0.05, 20), st.floats(0.05, 20)),
)
def test_any_shape_and_spacing_can_be_drawn(shape, spacing):
    canvas = lay_out(Shown(grey(*shape, spacing=spacing)))
    assert 1 <= min(canvas.grey.shape) <= max(canvas.grey.shape) <= 1024
