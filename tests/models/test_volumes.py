"""Volumes of blood, by exact arithmetic on maps that were made by hand."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hemoscope.models.volumes import blood_volumes
from hemoscope.preparation.frame import Frame
from hemoscope.terms import SUBTYPES, Label

FRAME = Frame(0.5, (7.0, -3.0), 192)
"""A cell of a map of 48 is 8 pixels of the picture wide; 4 mm at 0.5 mm per pixel, 16 mm2."""


def bleeding(cells: int, label: Label) -> np.ndarray:
    """A map with so many cells of a subtype."""
    maps = np.full((48, 48, 6), -4.0, np.float32)
    flat = maps.reshape(-1, 6)
    flat[:cells, 0] = 0.5
    flat[:cells, list(Label).index(label)] = -1.0
    return maps


def test_each_cell_counts_for_its_strongest_subtype():
    maps = np.stack([bleeding(100, Label.SUBDURAL), bleeding(25, Label.EPIDURAL), bleeding(0, Label.ANY)])
    volumes = blood_volumes(maps, [FRAME] * 3, pixel_mm=0.5, thickness_mm=5.0)
    assert list(volumes) == list(Label)
    assert volumes[Label.SUBDURAL] == pytest.approx(100 * 16 * 5 / 1000)
    assert volumes[Label.EPIDURAL] == pytest.approx(25 * 16 * 5 / 1000)
    assert volumes[Label.ANY] == pytest.approx(10.0)
    assert volumes[Label.INTRAPARENCHYMAL] == 0


def test_a_slice_without_a_map_adds_nothing():
    maps = np.stack([bleeding(100, Label.SUBDURAL), np.full((48, 48, 6), np.nan)])
    assert blood_volumes(maps, [FRAME, None], pixel_mm=0.5, thickness_mm=5.0)[Label.ANY] == pytest.approx(8.0)


def test_without_a_pixel_spacing_the_head_is_taken_for_an_adults():
    """The input of 192 pixels is 180 mm wide then, and a cell of 48 is 3.75 mm."""
    volumes = blood_volumes(bleeding(100, Label.SUBDURAL)[np.newaxis], [FRAME], pixel_mm=None, thickness_mm=5.0)
    assert volumes[Label.SUBDURAL] == pytest.approx(100 * 3.75**2 * 5 / 1000)


@given(st.integers(0, 400), st.sampled_from(SUBTYPES), st.floats(0.2, 1.5), st.floats(0.5, 10))
def test_any_is_the_sum_and_volume_grows_with_spacing_and_with_the_square_of_pixels(cells, label, pixel_mm, thickness):
    maps = bleeding(cells, label)[np.newaxis]
    one = blood_volumes(maps, [FRAME], pixel_mm=pixel_mm, thickness_mm=thickness)
    twice = blood_volumes(maps, [FRAME], pixel_mm=2 * pixel_mm, thickness_mm=2 * thickness)
    assert one[Label.ANY] == pytest.approx(sum(one[subtype] for subtype in SUBTYPES))
    assert twice[label] == pytest.approx(8 * one[label])
