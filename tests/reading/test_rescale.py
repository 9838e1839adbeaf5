"""Stored values become Hounsfield units exactly."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from pydicom.dataset import Dataset
from pydicom.pixels import apply_rescale

from hemoscope.errors import ReadingError
from hemoscope.reading.rescale import Rescale, StoredFormat, lift_to_air, padding_mask, to_hu

NOTHING = np.zeros((1, 3), dtype=bool)


def test_slope_and_intercept_are_applied_in_that_order():
    hu = to_hu(np.array([[0, 10, 1064]], np.uint16), Rescale(2.0, -1024.0), padded=NOTHING, source="x")
    assert hu.dtype == np.float32
    assert hu.tolist() == [[-1024.0, -1004.0, 1104.0]]


def test_padding_becomes_air_whatever_the_rescale():
    padded = np.array([[True, False, False]])
    hu = to_hu(np.array([[-2000, 40, 1]], np.int16), Rescale(3.0, 5.0), padded=padded, source="x")
    assert hu.tolist() == [[-1024.0, 125.0, 8.0]]


@pytest.mark.parametrize(
    ("rescale", "text"),
    [
        (Rescale(math.nan, 0), "received 0 and nan."),
        (Rescale(math.inf, 0), "received 0 and inf."),
        (Rescale(1, -math.inf), "received -inf and 1."),
        (Rescale(0, -1024), "received -1024 and 0."),
    ],
)
def test_a_rescale_that_gives_no_number_is_refused(rescale: Rescale, text: str):
    with pytest.raises(ReadingError) as caught:
        rescale.check("x.dcm")
    assert caught.value.code == "dicom.invalid_rescale"
    assert caught.value.message == (
        "Expected a finite (0028,1052) Rescale Intercept and a finite, non-zero (0028,1053) Rescale Slope in x.dcm, "
        + text
    )


def test_a_finite_slope_that_overflows_is_refused_without_a_warning():
    with pytest.raises(ReadingError) as caught:
        to_hu(np.array([[1, 2, 3]], np.int16), Rescale(1e300, 0.0), padded=NOTHING, source="x.dcm")
    assert caught.value.code == "dicom.invalid_rescale"
    assert caught.value.message == "Expected finite Hounsfield units in x.dcm, received values beyond every CT scale."


@pytest.mark.parametrize(
    ("layout", "value", "expected"),
    [
        (StoredFormat(16, 16, True), -2000, -2000),
        (StoredFormat(16, 16, True), 63536, -2000),
        (StoredFormat(16, 12, False), 63536, 63536),
        (StoredFormat(16, 16, False), -2000, 63536),
        (StoredFormat(8, 8, False), 255, 255),
    ],
)
def test_padding_is_read_in_the_signedness_of_the_pixels(layout: StoredFormat, value: int, expected: int):
    assert layout.as_stored(value) == expected


@pytest.mark.parametrize("bounds", [(-2000, -1990), (-1990, -2000)])
def test_a_padding_range_includes_both_ends_in_either_order(bounds: tuple[int, int]):
    stored = np.array([[-2001, -2000, -1995, -1990, -1989]])
    assert padding_mask(stored, bounds).tolist() == [[False, True, True, True, False]]


def test_without_declared_padding_nothing_is_masked():
    assert not padding_mask(np.array([[-2000, 0]]), None).any()


def test_values_below_air_are_lifted_and_counted_unless_padding_explains_them():
    hu = np.array([[-3024.0, -1024.0, 40.0]], np.float32)
    lifted, notices = lift_to_air(hu, padding_declared=False)
    assert lifted.tolist() == [[-1024.0, -1024.0, 40.0]]
    assert [(notice.code, notice.message) for notice in notices] == [
        (
            "dicom.below_air",
            "1 pixels below -1024 HU were taken as air; no (0028,0120) Pixel Padding Value is declared.",
        )
    ]
    assert lift_to_air(hu, padding_declared=True)[1] == ()
    assert hu[0, 0] == -3024.0


def test_nothing_below_air_gives_no_notice():
    assert lift_to_air(np.zeros((2, 2), np.float32), padding_declared=False)[1] == ()


@given(
    stored=st.sampled_from([np.int16, np.uint16, np.uint8]).flatmap(lambda kind: hnp.arrays(kind, (1, 3))),
    slope=st.integers(-8, 8).filter(bool),
    intercept=st.integers(-4096, 4096),
)
def test_the_way_to_hu_and_back_is_exact(stored: np.ndarray, slope: int, intercept: int):
    hu = to_hu(stored, Rescale(slope, intercept), padded=NOTHING, source="x")
    assert np.array_equal((hu.astype(np.float64) - intercept) / slope, stored)


@given(hnp.arrays(np.int16, (1, 3)), st.floats(0.01, 10), st.floats(-5000, 5000))
def test_pydicom_rescales_to_the_same_hu(stored: np.ndarray, slope: float, intercept: float):
    dataset = Dataset()
    dataset.RescaleSlope, dataset.RescaleIntercept = f"{slope:.8g}", f"{intercept:.8g}"
    ours = Rescale(float(dataset.RescaleSlope), float(dataset.RescaleIntercept))
    expected = apply_rescale(stored, dataset).astype(np.float32)
    assert np.array_equal(to_hu(stored, ours, padded=NOTHING, source="x"), expected)


@given(
    hnp.arrays(st.sampled_from([np.uint16, np.int16, np.uint8]), (2, 3)),
    st.integers(-(2**23) + 1, 2**23 - 1),
)
def test_a_whole_intercept_gives_the_same_bits_without_wide_numbers(stored: np.ndarray, intercept: int):
    hu = to_hu(stored, Rescale(1.0, float(intercept)), padded=np.zeros((2, 3), bool), source="x")
    wide = (stored.astype(np.float64) + intercept).astype(np.float32)
    assert hu.tobytes() == wide.tobytes()
