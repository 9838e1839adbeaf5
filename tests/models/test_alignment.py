"""Maps of slices that were cropped each to its own skull lie over each other on the grid."""

import numpy as np
import pytest

from hemoscope.models.alignment import MOST_CELLS, NOTHING, align_maps, cell_areas_mm2, estimate_pixel_mm
from hemoscope.preparation.frame import Frame


def spot(frame: Frame, place: tuple[float, float], *, side: float = 24.0) -> np.ndarray:
    """A map of 48 x 48 cells with blood in a square about a place of the picture (right, down, in pixels)."""
    cells = np.full((48, 48, 6), -6.0, np.float32)
    of_cells = frame.resized(48)
    centers = (np.arange(48) + 0.5 - np.array(of_cells.shift)[:, np.newaxis]) / of_cells.zoom
    inside = [np.abs(centers[axis] - place[axis]) < side / 2 for axis in (0, 1)]
    cells[np.ix_(inside[1], inside[0])] = 4.0
    return cells


def test_one_place_of_the_picture_is_one_place_of_the_grid_however_slices_were_cropped():
    frames = [Frame(0.5, (-30.0, -30.0), 192), Frame(0.8, (-90.0, -120.0), 192)]
    maps = np.stack([spot(frame, (250.0, 260.0)) for frame in frames])
    aligned, cell_mm = align_maps(maps, frames, pixel_mm=0.5)
    assert cell_mm == pytest.approx(4.0)
    middles = [np.argwhere(cells[:, :, 0] > 0).mean(axis=0) for cells in aligned]
    assert np.abs(middles[0] - middles[1]).max() < 0.6
    assert np.allclose(aligned[..., 0], aligned[..., 5], atol=1e-4)


def test_where_a_map_says_nothing_the_grid_says_nothing():
    frames = [Frame(0.5, (0.0, 0.0), 192), Frame(1.0, (0.0, 0.0), 192), None]
    aligned, _ = align_maps(np.zeros((3, 48, 48, 6), np.float32), frames, pixel_mm=0.5)
    assert aligned[0, -2, -2, 0] == pytest.approx(0.0, abs=1e-5)
    assert aligned[1, -2, -2, 0] == NOTHING
    assert (aligned[2] == NOTHING).all()


def test_no_frame_gives_an_empty_grid():
    aligned, _ = align_maps(np.zeros((2, 48, 48, 6)), [None, None], pixel_mm=1.0)
    assert aligned.shape == (2, 1, 1, 6)
    assert (aligned == NOTHING).all()


def test_a_wrong_pixel_spacing_cannot_make_the_grid_large():
    aligned, cell_mm = align_maps(np.zeros((1, 48, 48, 6)), [Frame(0.5, (0.0, 0.0), 192)], pixel_mm=1000.0)
    assert max(aligned.shape[1:3]) == MOST_CELLS
    assert cell_mm == pytest.approx(3000.0)


def test_the_largest_heads_tell_the_size_of_a_pixel_and_whole_pictures_without_brain_do_not():
    heads = [Frame(0.5, (0.0, 0.0), 192)] * 28 + [Frame(0.75, (0.0, 0.0), 192)] * 10
    assert estimate_pixel_mm(heads) == pytest.approx(180 * 0.5 / 192)
    assert estimate_pixel_mm([*heads, Frame(0.375, (0.0, 0.0), 192), None]) == pytest.approx(180 * 0.5 / 192)
    assert estimate_pixel_mm([None]) == 1.0


def test_a_cell_is_as_large_as_the_frame_says():
    """192 pixels of input are 384 of the picture, so a cell of 48 is 8 pixels of 0.5 mm."""
    assert cell_areas_mm2([Frame(0.5, (3.0, 9.0), 192)], cells=48, pixel_mm=0.5).tolist() == [16.0]
