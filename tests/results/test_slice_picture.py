"""A slice as a picture to pass on: nothing lies over it but colors; the rest stands around it and is never lost."""

from dataclasses import replace

import numpy as np
import pytest

from hemoscope.records import Edges
from hemoscope.results.caption import Caption
from hemoscope.results.lettering import CAUTION, CAUTION_PAGE, INK, PAGE
from hemoscope.results.overlay import Canvas, paint
from hemoscope.results.palette import COLORS, HEAT, number_of
from hemoscope.results.slice_picture import BOTTOM, GUTTER, NARROWEST, TOP, draw_slice, header, legend, surround
from hemoscope.terms import Label

EDGES = Edges("R", "A", "L", "P")
CAPTION = Caption("a.dcm", "Slice 2 of 3", "", "positive", "95.0%", "reaches 40.0%", {Label.SUBDURAL: 0.9})
GREY = np.full((400, 512), 90, np.uint8)
WIDTH = 512 + 2 * GUTTER
LEFT = slice(0, GUTTER)
RIGHT = slice(GUTTER + 512, WIDTH)


def pixels(image):
    return np.asarray(image)


def letters(block, part):
    """The pixels of a gutter beside the slice, at its middle."""
    return pixels(block)[TOP + 180 : TOP + 220, part].tolist()


def test_only_colors_and_outlines_lie_over_the_slice():
    areas = np.zeros(GREY.shape, np.uint8)
    areas[100:200, 100:200] = number_of(Label.SUBDURAL)
    canvas = Canvas(GREY, areas, pixel_mm=0.5, edges=EDGES)
    drawn = pixels(draw_slice(canvas, CAPTION))
    top = header(CAPTION, WIDTH).height + TOP
    assert np.array_equal(drawn[top : top + 400, GUTTER : GUTTER + 512], paint(canvas))


def test_the_letters_of_the_edges_stand_where_the_file_says():
    usual = surround(Canvas(GREY, edges=EDGES), paint(Canvas(GREY)), WIDTH)
    mirrored = surround(Canvas(GREY, edges=Edges("L", "A", "R", "P")), paint(Canvas(GREY)), WIDTH)
    assert letters(usual, LEFT) == letters(mirrored, RIGHT)
    assert letters(usual, RIGHT) == letters(mirrored, LEFT)
    assert letters(usual, LEFT) != letters(usual, RIGHT)
    assert np.array_equal(pixels(usual)[:TOP], pixels(mirrored)[:TOP])  # A stays above


def test_a_slice_of_unknown_side_has_no_letter_and_says_so():
    block = pixels(surround(Canvas(GREY), paint(Canvas(GREY)), WIDTH))
    assert (block[: TOP + 400, :GUTTER] == PAGE).all()
    assert (block[: TOP + 400, GUTTER + 512 :] == PAGE).all()
    assert (block[:TOP] == PAGE).all()
    below = block[TOP + 400 :].reshape(-1, 3)
    assert (below == CAUTION).all(axis=1).any()  # "side unknown"


@pytest.mark.parametrize(("pixel_mm", "length"), [(0.5, 100), (0.4883, 102), (0.25, 40)])
def test_the_scale_has_the_length_of_five_centimeters_or_of_one(pixel_mm, length):
    block = pixels(surround(Canvas(GREY, pixel_mm=pixel_mm, edges=EDGES), paint(Canvas(GREY)), WIDTH))
    line = (block[TOP + 400 + 8 + 5] == INK).all(axis=1)
    assert np.flatnonzero(line[GUTTER + 300 :])[-1] + GUTTER + 300 == GUTTER + 511  # it ends with the slice
    run = np.flatnonzero(line)[np.flatnonzero(line) >= GUTTER + 511 - length]
    assert len(run) == length + 1  # from the middle of the first tick to that of the last
    assert not line[GUTTER + 511 - length - 1]


def test_a_slice_of_unknown_size_has_no_scale():
    block = pixels(surround(Canvas(GREY, edges=EDGES), paint(Canvas(GREY)), WIDTH))
    assert block.shape[0] == TOP + 400 + BOTTOM
    assert (block[TOP + 400 :, GUTTER + 300 :] == PAGE).all()


def test_the_colors_that_are_shown_are_named_and_no_others():
    areas = np.zeros(GREY.shape, np.uint8)
    areas[:10, :10] = number_of(Label.SUBDURAL)
    shown = {tuple(color) for color in pixels(legend(Canvas(GREY, areas), CAPTION, WIDTH)).reshape(-1, 3)}
    assert COLORS[Label.SUBDURAL].rgb in shown
    assert not shown & {color.rgb for label, color in COLORS.items() if label is not Label.SUBDURAL}


def test_a_map_that_shows_nothing_says_so_and_a_slice_without_a_map_says_nothing():
    assert legend(Canvas(GREY, np.zeros(GREY.shape, np.uint8)), CAPTION, WIDTH).height > 0
    assert legend(Canvas(GREY), CAPTION, WIDTH).height == 0


def test_the_map_of_another_method_has_a_ramp_to_its_color():
    block = pixels(legend(Canvas(GREY, heat=np.zeros((400, 512), np.float32)), replace(CAPTION, method="cam"), WIDTH))
    ramp = block[14, 14:114].astype(int)
    assert tuple(ramp[0]) == PAGE
    assert np.abs(ramp[-1] - HEAT.rgb).max() <= 3
    assert (np.diff(ramp[:, 0]) >= 0).all()


def test_every_picture_ends_with_the_notice_and_a_withheld_map_makes_it_longer():
    plain = pixels(draw_slice(Canvas(GREY), CAPTION))
    assert (plain[-28:, :GUTTER] == CAUTION_PAGE).all()
    assert (plain[-28:] == CAUTION).all(axis=2).any()
    withheld = draw_slice(Canvas(GREY), replace(CAPTION, withheld="Most of it lies outside the brain."))
    assert withheld.height > plain.shape[0]


def test_a_narrow_slice_stands_in_the_middle_of_a_picture_wide_enough_for_the_words():
    narrow = np.full((512, 100), 90, np.uint8)
    drawn = pixels(draw_slice(Canvas(narrow), replace(CAPTION, name="x" * 300, verdict="y" * 300)))
    assert drawn.shape[1] == NARROWEST
    row = drawn[58 + TOP + 200]
    assert np.flatnonzero((row == 90).all(axis=1)).tolist() == list(range(230, 330))
