"""Values that ran over the end of their range are put back, and nothing else is touched."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hemoscope.reading import read_slice
from hemoscope.reading.overflow import unwrap
from hemoscope.reading.rescale import StoredFormat

NONE_PADDED = np.zeros((32, 32), bool)


def metal(low: int, high: int) -> np.ndarray:
    """Air, tissue, and a clip whose core ran over: 4 by 4 of the highest values around 2 by 2 of the lowest."""
    values = np.full((32, 32), low + 24, np.int64)
    values[4:28, 4:28] = low + 1064
    values[10:14, 10:14] = high - 5
    values[11:13, 11:13] = low + 100
    return values


@pytest.mark.parametrize(
    ("layout", "low", "high"),
    [
        (StoredFormat(16, 12, is_signed=False), 0, 4095),
        (StoredFormat(16, 16, is_signed=False), 0, 4095),
        (StoredFormat(16, 16, is_signed=True), -1024, 3071),
        (StoredFormat(16, 16, is_signed=True), -32768, 32767),
        (StoredFormat(16, 16, is_signed=False), 0, 65535),
    ],
)
def test_the_core_of_a_clip_is_put_back_above_the_range(layout: StoredFormat, low: int, high: int):
    stored = metal(low, high).astype(np.int16 if layout.is_signed else np.uint16)
    mended, notices = unwrap(stored, layout, padded=NONE_PADDED)
    expected = metal(low, high)
    expected[11:13, 11:13] += high - low + 1
    assert np.array_equal(mended, expected)
    assert [(notice.code, notice.message) for notice in notices] == [
        (
            "dicom.overflow_corrected",
            f"4 pixels inside the densest parts ran over the end of {high - low + 1:,} values, as metal does; they "
            "were put "
            "back above it.",
        )
    ]


def test_a_cell_of_air_in_bone_has_an_edge_and_stays():
    stored = metal(0, 4095).astype(np.uint16)
    stored[11, 11] = 2000
    mended, notices = unwrap(stored, StoredFormat(16, 12, is_signed=False), padded=NONE_PADDED)
    assert mended is stored
    assert notices == ()


def test_declared_padding_and_what_touches_the_border_stay():
    layout = StoredFormat(16, 12, is_signed=False)
    stored = metal(0, 4095).astype(np.uint16)
    assert unwrap(stored, layout, padded=stored == 100)[1] == ()
    corner = np.full((32, 32), 4090, np.uint16)
    corner[:3, :3] = 0
    assert unwrap(corner, layout, padded=NONE_PADDED)[1] == ()


@given(st.integers(0, 3000), st.integers(0, 2**31))
def test_what_reaches_no_top_is_never_touched(highest: int, seed: int):
    stored = np.random.default_rng(seed).integers(0, highest + 1, (32, 32)).astype(np.uint16)
    assert unwrap(stored, StoredFormat(16, 12, is_signed=False), padded=NONE_PADDED)[0] is stored


def test_a_slice_with_metal_is_read_with_its_notice(make_dicom):
    stored = metal(0, 4095).astype(np.uint16)
    found = read_slice(make_dicom(stored, BitsStored=12, HighBit=11))
    assert found.pixels[11, 11] == 100 + 4096 - 1024
    assert [notice.code for notice in found.warnings] == ["dicom.overflow_corrected"]


def test_an_island_of_one_pixel_is_found():
    stored = metal(0, 4095).astype(np.uint16)
    stored[10:14, 10:14] = 4090
    stored[12, 12] = 100  # one pixel: each of its eight neighbors is of the highest values
    mended, _ = unwrap(stored, StoredFormat(16, 12, is_signed=False), padded=NONE_PADDED)
    assert mended[12, 12] == 4196
    assert np.count_nonzero(mended != stored) == 1


def test_lowest_values_that_lie_beside_no_highest_one_are_left_without_looking_further():
    stored = np.full((32, 32), 1064, np.uint16)
    stored[4:8, 4:8], stored[20:24, 20:24] = 4090, 100
    mended, notices = unwrap(stored, StoredFormat(16, 12, is_signed=False), padded=NONE_PADDED)
    assert mended is stored
    assert notices == ()
