"""Pixels come out of a page as they went in."""

import base64
import zlib

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from hemoscope.records import Notice, Shown, Slice
from hemoscope.results.page_pixels import LONGEST, longest_side, pack, pack_slice
from hemoscope.results.palette import number_of
from hemoscope.terms import Label, Unit


def unpack(packed, rows, columns, dtype):
    """The inverse, written anew from the docstring of `pack`."""
    raw = np.frombuffer(zlib.decompress(base64.b64decode(packed)), np.uint8).astype(np.int64)
    count = rows * columns
    folded = raw if dtype == np.uint8 else (raw[:count] << 8) + raw[count:]
    steps = np.where(folded % 2 == 0, folded // 2, -(folded + 1) // 2).reshape(rows, columns)
    return (np.cumsum(steps, axis=0) % (256 if dtype == np.uint8 else 65536)).astype(dtype)


@pytest.mark.parametrize(("dtype", "highest"), [(np.uint8, 255), (np.uint16, 4095)])
def test_packing_loses_nothing(dtype, highest):
    @given(arrays.arrays(dtype, st.tuples(st.integers(1, 9), st.integers(1, 9)), elements=st.integers(0, highest)))
    def check(values):
        assert np.array_equal(unpack(pack(values), *values.shape, dtype), values)

    check()


def test_hu_are_kept_whole_from_air_to_metal():
    hu = np.array([[-2000.0, -1024.0, -0.4], [40.6, 3071.0, 9000.0]], np.float32)
    packed = pack_slice(Shown(Slice(hu, Unit.HU, "a.dcm", "dicom", (0.5, 0.4))), is_heat=False)
    stored = unpack(packed.pixels, 2, 3, np.uint16)
    assert (stored.astype(int) - 1024).tolist() == [[-1024, -1024, 0], [41, 3071, 3071]]
    assert (packed.rows, packed.columns, packed.mm, packed.is_reduced) == (2, 3, (0.5, 0.4), False)
    assert packed.marks is None


def test_a_picture_is_kept_in_256_steps():
    grey = np.array([[0.0, 0.5, 1.0]], np.float32)
    packed = pack_slice(Shown(Slice(grey, Unit.GREY, "a.png", "png")), is_heat=False)
    assert unpack(packed.pixels, 1, 3, np.uint16).tolist() == [[0, 128, 255]]
    assert packed.mm is None


def test_a_slice_too_large_is_reduced_and_its_millimeters_grow():
    image = Slice(np.zeros((1024, 512), np.float32), Unit.HU, "a.dcm", "dicom", (0.25, 0.25))
    packed = pack_slice(Shown(image), is_heat=False)
    assert (packed.rows, packed.columns, packed.mm, packed.is_reduced) == (512, 256, (0.5, 0.5), True)


def test_many_slices_share_what_a_page_may_hold():
    assert [longest_side(count) for count in (0, 1, 40, 41, 160, 500)] == [LONGEST, LONGEST, LONGEST, 505, 256, 256]


def test_areas_and_the_map_of_another_method_are_kept_beside_the_pixels():
    blood = np.array([[0.2, 0.8, 1.0]], np.float32)
    image = Slice(np.zeros((1, 3), np.float32), Unit.HU, "a.dcm", "dicom")
    areas = pack_slice(Shown(image, {Label.ANY: blood, Label.SUBDURAL: blood}), is_heat=False)
    number = number_of(Label.SUBDURAL)
    assert unpack(areas.marks, 1, 3, np.uint8).tolist() == [[0, number, number]]
    heat = pack_slice(Shown(image, {Label.ANY: blood}), is_heat=True)
    assert unpack(heat.marks, 1, 3, np.uint8).tolist() == [[51, 204, 255]]
    withheld = Shown(image, {Label.ANY: blood}, Notice("explanation.outside", "It lies outside."))
    assert pack_slice(withheld, is_heat=False).marks is None
