"""DICOM files become HU or grey; test_dicom_refusals.py has those that do not."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pydicom import dcmread
from pydicom.dataset import Dataset
from pydicom.pixels import apply_modality_lut
from pydicom.uid import SecondaryCaptureImageStorage

from hemoscope.reading import dicom, read_slice
from hemoscope.records import Edges
from hemoscope.terms import Unit

SMALL = np.array([[0, 24, 1064], [1024, 2000, 3000]], dtype=np.uint16)
SMALL_HU = [[-1024.0, -1000.0, 40.0], [0.0, 976.0, 1976.0]]
CAPTURE = {"SOPClassUID": SecondaryCaptureImageStorage, "RescaleIntercept": None, "RescaleSlope": None}
Maker = Callable[..., Path]


def codes(path: Path) -> list[str]:
    return [notice.code for notice in read_slice(path).warnings]


def test_a_ct_is_in_hu(make_dicom: Maker):
    found = read_slice(make_dicom(SMALL))
    assert found.unit is Unit.HU
    assert found.pixels.tolist() == SMALL_HU


def test_a_slice_by_itself_stays_as_it_lies_and_its_edges_say_how(make_dicom: Maker):
    mirrored = read_slice(make_dicom(SMALL, ImageOrientationPatient=[-1, 0, 0, 0, 1, 0]))
    assert mirrored.pixels.tolist() == SMALL_HU
    assert mirrored.edges == Edges("L", "A", "R", "P")
    assert read_slice(make_dicom(SMALL)).edges is None
    assert read_slice(make_dicom(SMALL, ImageOrientationPatient=[1, 0, 0, 1, 0, 0])).edges is None


def test_monochrome1_is_a_matter_of_display_and_leaves_hu_alone(make_dicom: Maker):
    assert read_slice(make_dicom(SMALL, PhotometricInterpretation="MONOCHROME1")).pixels.tolist() == SMALL_HU


@pytest.mark.parametrize("window", [[40, 40, 40], "", None, 40])
def test_any_window_is_ignored(make_dicom: Maker, window: Any):
    path = make_dicom(SMALL, WindowCenter=window, WindowWidth=window)
    assert read_slice(path).pixels.tolist() == SMALL_HU
    assert codes(path) == []


@pytest.mark.parametrize("syntax", ["explicit", "implicit", "big_endian"])
def test_signed_padding_is_air_in_every_byte_order(make_dicom: Maker, syntax: str):
    stored = np.array([[-2000, -1000, 40], [0, 500, 1000]], dtype=np.int16)
    path = make_dicom(stored, syntax, RescaleIntercept=0, PixelPaddingValue=-2000)
    assert read_slice(path).pixels.tolist() == [[-1024.0, -1000.0, 40.0], [0.0, 500.0, 1000.0]]
    assert codes(path) == []


def test_a_padding_range_is_air(make_dicom: Maker):
    stored = np.array([[-2000, -1995, -1990], [0, 500, -1000]], dtype=np.int16)
    path = make_dicom(stored, RescaleIntercept=0, PixelPaddingValue=-2000, PixelPaddingRangeLimit=-1990)
    assert read_slice(path).pixels.tolist() == [[-1024.0] * 3, [0.0, 500.0, -1000.0]]


def test_bits_above_the_high_bit_are_dropped_and_the_sign_extended(make_dicom: Maker):
    # PS3.5 8.1.1: 12 of 16 bits are stored; 0xF818 has rubbish above them, 0x0C18 is -1000.
    stored = np.array([[0xF028, 0x0C18], [0x0FFF, 0x0000]], dtype=np.uint16)
    path = make_dicom(stored, BitsStored=12, HighBit=11, PixelRepresentation=1, RescaleIntercept=0)
    assert read_slice(path).pixels.tolist() == [[40.0, -1000.0], [-1.0, 0.0]]


def test_a_missing_rescale_is_assumed_and_said(make_dicom: Maker):
    stored = np.array([[-1000, 40]], dtype=np.int16)
    path = make_dicom(stored, RescaleIntercept=None, RescaleSlope=None)
    assert read_slice(path).pixels.tolist() == [[-1000.0, 40.0]]
    assert [(notice.code, notice.message) for notice in read_slice(path).warnings] == [
        (
            "dicom.rescale_assumed",
            "(0028,1052) Rescale Intercept or (0028,1053) Rescale Slope is missing; 0 and 1 were used.",
        )
    ]


@pytest.mark.parametrize(
    ("spacing", "expected", "message"),
    [
        ([0.43, 0.44], (0.43, 0.44), None),
        (None, None, "(0028,0030) Pixel Spacing is missing; sizes in mm are unknown."),
        ([0, 1], None, "(0028,0030) Pixel Spacing is not two positive numbers; sizes in mm are unknown."),
        ([-0.5, -0.5], None, "(0028,0030) Pixel Spacing is not two positive numbers; sizes in mm are unknown."),
        ([0.5], None, "(0028,0030) Pixel Spacing is not two positive numbers; sizes in mm are unknown."),
        ([1, 1, 1], None, "(0028,0030) Pixel Spacing is not two positive numbers; sizes in mm are unknown."),
    ],
)
def test_spacing_is_two_positive_numbers_or_unknown(
    make_dicom: Maker, spacing: Any, expected: tuple[float, float] | None, message: str | None
):
    found = read_slice(make_dicom(SMALL, PixelSpacing=spacing))
    assert found.spacing == expected
    assert [notice.message for notice in found.warnings] == ([message] if message else [])


def test_a_secondary_capture_is_grey(make_dicom: Maker):
    path = make_dicom(np.array([[0, 51], [204, 255]], np.uint8), Modality="OT", PixelSpacing=None, **CAPTURE)
    found = read_slice(path)
    assert found.unit is Unit.GREY
    assert found.pixels == pytest.approx(np.array([[0.0, 0.2], [0.8, 1.0]]))
    assert [(notice.code, notice.message) for notice in found.warnings] == [
        (
            "picture.hu_unknown",
            "The DICOM file holds a picture with grey values of an unknown window, not Hounsfield units.",
        )
    ]


def test_monochrome1_grey_is_inverted(make_dicom: Maker):
    path = make_dicom(
        np.array([[0, 51], [204, 255]], np.uint8), Modality="OT", PhotometricInterpretation="MONOCHROME1", **CAPTURE
    )
    assert read_slice(path).pixels == pytest.approx(np.array([[1.0, 0.8], [0.2, 0.0]]))


def test_a_screenshot_that_calls_itself_ct_is_still_grey(make_dicom: Maker):
    assert read_slice(make_dicom(np.array([[0, 255]], np.uint8), **CAPTURE)).unit is Unit.GREY


def test_a_color_ct_is_grey_by_luminance(make_dicom: Maker):
    rgb = np.zeros((2, 2, 3), np.uint8)
    rgb[0, 0] = 255
    rgb[1, 1] = (0, 0, 255)
    path = make_dicom(rgb)
    assert read_slice(path).pixels == pytest.approx(np.array([[1.0, 0.0], [0.0, 0.114]]))
    assert codes(path) == ["picture.hu_unknown", "picture.color_dropped"]


def test_signed_grey_starts_at_the_lowest_number(make_dicom: Maker):
    stored = np.array([[-32768, 32767]], np.int16)
    assert read_slice(make_dicom(stored, Modality="OT", **CAPTURE)).pixels.tolist() == [[0.0, 1.0]]


def test_no_modality_is_grey_with_a_notice(make_dicom: Maker):
    path = make_dicom(np.array([[0, 255]], np.uint8), Modality=None, **CAPTURE)
    notice = read_slice(path).warnings[1]
    assert notice.code == "dicom.no_modality"
    assert notice.message == "(0008,0060) Modality is missing; the image was taken as a grey picture."


def test_ct_image_storage_without_modality_is_in_hu(make_dicom: Maker):
    assert read_slice(make_dicom(SMALL, Modality=None)).unit is Unit.HU


def test_one_frame_of_an_enhanced_ct_is_read_with_its_functional_groups(make_dicom: Maker):
    transform, measures, group = Dataset(), Dataset(), Dataset()
    transform.RescaleSlope, transform.RescaleIntercept, transform.RescaleType = 1, -1024, "HU"
    measures.PixelSpacing = [0.4, 0.4]
    group.PixelValueTransformationSequence = [transform]
    group.PixelMeasuresSequence = [measures]
    path = make_dicom(
        SMALL,
        SOPClassUID="1.2.840.10008.5.1.4.1.1.2.1",
        NumberOfFrames=1,
        RescaleIntercept=None,
        RescaleSlope=None,
        PixelSpacing=None,
        SharedFunctionalGroupsSequence=[group],
    )
    found = read_slice(path)
    assert found.pixels.tolist() == SMALL_HU
    assert found.spacing == (0.4, 0.4)
    assert found.warnings == ()


@pytest.mark.parametrize("syntax", ["explicit", "implicit", "big_endian"])
def test_a_file_without_preamble_and_meta_information_is_read(make_dicom: Maker, syntax: str, tmp_path: Path):
    whole = make_dicom(SMALL, syntax).read_bytes()
    start = 132 + 12 + int.from_bytes(whole[140:144], "little")
    (tmp_path / "bare").write_bytes(whole[start:])
    assert read_slice(tmp_path / "bare").pixels.tolist() == SMALL_HU


def test_a_file_is_parsed_once(make_dicom: Maker, monkeypatch: pytest.MonkeyPatch):
    parsed = []

    def parse(*arguments: Any, **options: Any) -> Any:
        parsed.append(options)
        return dcmread(*arguments, **options)

    monkeypatch.setattr(dicom, "dcmread", parse)
    assert read_slice(make_dicom(SMALL)).pixels.tolist() == SMALL_HU
    assert parsed == [{"stop_before_pixels": True, "force": True}]


def test_a_length_of_pixels_that_reads_like_a_representation_is_a_length(make_dicom: Maker):
    stored = np.arange(102 * 102, dtype=np.uint16).reshape(102, 102)
    assert (2 * stored.size).to_bytes(4, "little")[:2] == b"HQ"
    assert np.array_equal(read_slice(make_dicom(stored, "implicit")).pixels, stored - np.float32(1024))


def test_explicit_elements_under_an_implicit_transfer_syntax_are_read(make_dicom: Maker, tmp_path: Path):
    path = make_dicom(SMALL, "explicit")
    mislabeled = tmp_path / "mislabeled.dcm"
    explicit, implicit = b"1.2.840.10008.1.2.1\x00", b"1.2.840.10008.1.2\x00\x00\x00"
    assert path.read_bytes().count(explicit) == 1
    mislabeled.write_bytes(path.read_bytes().replace(explicit, implicit))
    assert read_slice(mislabeled).pixels.tolist() == SMALL_HU


def test_a_j2k_stream_of_another_signedness_than_its_header_has_right_hu(pydicom_files: Path):
    found = read_slice(pydicom_files / "J2K_pixelrep_mismatch.dcm")
    values, counts = np.unique(found.pixels, return_counts=True)
    air = values[np.argmax(np.where(values > -1020, counts, 0))]
    tissue = (values >= 10) & (values <= 60)
    assert air == -1000
    assert 25 <= values[tissue][np.argmax(counts[tissue])] <= 42
    assert found.pixels.min() == -1024
    assert [notice.code for notice in found.warnings] == ["dicom.below_air"]


@pytest.mark.parametrize("name", ["CT_small.dcm", "dicomdirtests/77654033/CT2/17106", "J2K_pixelrep_mismatch.dcm"])
def test_pydicom_gives_the_same_hu(pydicom_files: Path, name: str):
    dataset = dcmread(pydicom_files / name)
    expected = np.maximum(apply_modality_lut(dataset.pixel_array, dataset), -1024)
    assert np.array_equal(read_slice(pydicom_files / name).pixels, expected.astype(np.float32))


@settings(suppress_health_check=[HealthCheck.too_slow], deadline=None)
@given(
    is_signed=st.booleans(),
    slope=st.sampled_from([-2, 0.5, 1, 2, 3]),
    intercept=st.integers(-2000, -101),
    seed=st.integers(0, 2**32 - 1),
)
def test_stored_values_come_back_from_hu(make_dicom: Maker, is_signed: bool, slope: float, intercept: int, seed: int):
    low, high = (-2000, 4000) if is_signed else (0, 4000)
    stored = np.random.default_rng(seed).integers(low, high, (4, 5)).astype(np.int16 if is_signed else np.uint16)
    hu = read_slice(make_dicom(stored, RescaleSlope=slope, RescaleIntercept=intercept)).pixels
    exact = stored.astype(np.float64) * slope + intercept
    kept = exact >= -1024
    assert np.array_equal((hu[kept].astype(np.float64) - intercept) / slope, stored[kept])
    assert (hu[~kept] == -1024).all()
