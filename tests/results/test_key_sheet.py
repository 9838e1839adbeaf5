"""The slices that matter on one picture."""

from dataclasses import replace

import numpy as np
import pytest

from hemoscope.records import Edges, SliceOfStudy, Status
from hemoscope.results.caption import Caption
from hemoscope.results.key_sheet import SIDE, Cell, draw_key_sheet, middles_of, neighbors
from hemoscope.results.lettering import CAUTION, INK
from hemoscope.results.overlay import Canvas
from hemoscope.results.palette import COLORS, HEAT, number_of
from hemoscope.terms import Label

from .sample import MODEL, STUDY

EDGES = Edges("R", "A", "L", "P")


def of_sections(*sections):
    slices = tuple(SliceOfStudy(f"{n}", None, None, section, Status.SCORED, 0.1) for n, section in enumerate(sections))
    return replace(STUDY, slices=slices)


def cell(rank=None, *, figure="50.0%", withheld=None, areas=0, heat=None, edges=EDGES):
    caption = Caption("a.dcm", "Slice 1 of 3", "", "positive", figure, "", {}, withheld=withheld)
    grey = np.full((SIDE, SIDE), 90, np.uint8)
    return Cell(Canvas(grey, np.full((SIDE, SIDE), areas, np.uint8), heat, 0.8, edges), caption, rank)


def colors_in(sheet):
    return {tuple(color) for color in np.unique(np.asarray(sheet).reshape(-1, 3), axis=0)}


@pytest.mark.parametrize(
    ("keys", "wanted"),
    [((2,), [1, 2, 3]), ((0,), [0, 1]), ((4,), [3, 4]), ((3, 1), [0, 1, 2, 3, 4]), ((), [])],
)
def test_key_slices_come_with_those_beside_them_from_feet_to_head(keys, wanted):
    assert neighbors(keys, of_sections(0, 1, 2, 3, 4)) == wanted


def test_thin_slices_come_as_the_middles_of_their_sections():
    thin = of_sections(0, 0, 0, 1, 1, 2, 2, 2)
    assert middles_of(thin) == [1, 4, 6]
    assert neighbors((4,), thin) == [1, 4, 6]
    assert middles_of(of_sections()) == []


def test_each_slice_stands_plain_above_and_with_its_map_below():
    sheet = np.asarray(draw_key_sheet(STUDY, [cell(1, areas=number_of(Label.SUBDURAL))], model=MODEL))
    plain = np.flatnonzero((sheet == 90).all(axis=2).sum(axis=1) == SIDE)
    filled = round(90 * 0.78 + 204 * 0.22)
    colored = np.flatnonzero((sheet[:, :, 0] == filled).sum(axis=1) > SIDE // 2)
    assert len(plain) == SIDE
    assert plain.max() < colored.min()


def test_key_slices_are_framed_and_their_neighbors_are_not():
    def longest_frame(rank):
        sheet = np.asarray(draw_key_sheet(STUDY, [cell(1), cell(rank)], model=MODEL))
        column = (sheet[:, sheet.shape[1] // 2 :] == INK).all(axis=2).sum(axis=0)
        return column.max()

    assert longest_frame(2) > 2 * SIDE
    assert longest_frame(None) < SIDE


def test_more_slices_than_fit_beside_each_other_go_below():
    four, five = (draw_key_sheet(STUDY, [cell(1)] * count, model=MODEL) for count in (4, 5))
    assert four.width == five.width
    assert five.height > four.height + 2 * SIDE


def test_only_the_colors_that_are_shown_are_named():
    sheet = draw_key_sheet(STUDY, [cell(1, areas=number_of(Label.EPIDURAL))], model=MODEL)
    shown = colors_in(sheet)
    assert COLORS[Label.EPIDURAL].rgb in shown
    assert COLORS[Label.SUBDURAL].rgb not in shown
    heated = draw_key_sheet(STUDY, [cell(1, heat=np.zeros((SIDE, SIDE), np.float32))], model=MODEL, method="cam")
    assert HEAT.rgb in colors_in(heated)


def test_what_is_not_known_or_not_drawn_is_said_in_the_color_of_caution():
    def count(*cells):
        quiet = replace(STUDY, warnings=())
        return int((np.asarray(draw_key_sheet(quiet, cells, model=MODEL)) == CAUTION).all(axis=2).sum())

    known = count(cell(1))
    assert count(cell(1, edges=None)) > known
    assert count(cell(1, withheld="It lies outside the brain.")) > known
