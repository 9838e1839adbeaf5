"""Wrong offsets and lost signs are mended where the picture proves them, reported always, invented never."""

from collections import Counter
from collections.abc import Callable
from io import BytesIO
from pathlib import Path
from zipfile import ZipFile

import numpy as np
import pytest
from pydicom import dcmread

from hemoscope.reading import read_slice
from hemoscope.reading.intercept import mend
from hemoscope.reading.rescale import Rescale, StoredFormat

SIGNED = StoredFormat(16, 16, is_signed=True)
UNSIGNED_12 = StoredFormat(16, 12, is_signed=False)
UNSIGNED_16 = StoredFormat(16, 16, is_signed=False)


def mended(stored: np.ndarray, layout: StoredFormat, intercept: float) -> tuple[np.ndarray, list[str]]:
    values, rescale, notices = mend(stored, layout, Rescale(1.0, intercept), padded=np.zeros(stored.shape, bool))
    return np.maximum(values * rescale.slope + rescale.intercept, -1024), [notice.code for notice in notices]


def test_a_right_header_is_left_alone(head_hu: np.ndarray):
    for layout, intercept in ((SIGNED, 0), (SIGNED, -1024), (UNSIGNED_12, -1024), (UNSIGNED_16, -1000)):
        hu, codes = mended(head_hu.astype(np.int64) - intercept, layout, intercept)
        assert codes == []
        assert np.array_equal(hu, head_hu)


def test_a_missing_offset_is_put_back(head_hu: np.ndarray):
    hu, codes = mended(head_hu.astype(np.int64) + 1024, UNSIGNED_12, 0)
    assert codes == ["dicom.intercept_corrected"]
    assert np.array_equal(hu, head_hu)


def test_a_missing_offset_is_put_back_beside_undeclared_padding(head_hu: np.ndarray):
    stored = head_hu.astype(np.int64) + 1024
    stored[:4] = -2000
    hu, codes = mended(stored, SIGNED, 0)
    assert codes == ["dicom.intercept_corrected"]
    assert np.array_equal(hu[4:], head_hu[4:])
    assert (hu[:4] == -1024).all()


def test_a_sign_lost_in_12_bits_is_found_again(head_hu: np.ndarray):
    hu, codes = mended(head_hu.astype(np.int64) % 4096, UNSIGNED_12, 0)
    assert codes == ["dicom.sign_corrected"]
    assert np.array_equal(hu, head_hu)


def test_a_sign_lost_in_16_bits_is_found_again(head_hu: np.ndarray):
    stored = (head_hu.astype(np.int64) + 1024) % 65536
    stored[:4] = 63536
    hu, codes = mended(stored, UNSIGNED_16, -1024)
    assert codes == ["dicom.sign_corrected"]
    assert (hu[:4] == -1024).all()
    assert np.array_equal(hu[4:], head_hu[4:])


def test_air_clipped_at_0_hu_is_doubted_but_kept(head_hu: np.ndarray):
    clipped = np.maximum(head_hu, 0)
    hu, codes = mended(clipped, UNSIGNED_12, 0)
    assert codes == ["dicom.intercept_doubtful"]
    assert np.array_equal(hu, clipped)


def test_a_crop_inside_the_head_with_the_usual_intercept_is_no_reason_for_doubt():
    hu, codes = mended(np.full((16, 16), 1060), UNSIGNED_12, -1024)
    assert codes == []
    assert (hu == 36).all()


@pytest.mark.parametrize("values", [np.full((4, 4), -2000), np.full((4, 4), 5.0)])
def test_without_whole_numbers_inside_there_is_no_evidence(values: np.ndarray):
    assert mended(values, SIGNED, 0)[1] == []


def test_a_slope_other_than_one_is_trusted(head_hu: np.ndarray):
    stored = head_hu.astype(np.int64) + 1024
    values, rescale, notices = mend(stored, UNSIGNED_12, Rescale(2.0, 0.0), padded=np.zeros(stored.shape, bool))
    assert values is stored
    assert rescale == Rescale(2.0, 0.0)
    assert notices == ()


def test_each_correction_says_what_it_did(head_hu: np.ndarray, make_dicom: Callable[..., Path]):
    stored = (head_hu + 1024).astype(np.uint16)
    found = [
        read_slice(make_dicom(stored, RescaleIntercept=0)).warnings,
        read_slice(make_dicom((head_hu.astype(np.int64) % 4096).astype(np.uint16), BitsStored=12, HighBit=11,
                              RescaleIntercept=1)).warnings,
        read_slice(make_dicom(np.maximum(head_hu, 0).astype(np.uint16), RescaleIntercept=0)).warnings,
    ]  # fmt: skip
    assert [notices[0].message for notices in found] == [
        "(0028,1052) Rescale Intercept 0 would put air near 0 HU; -1024 was used, which puts it near -1000 HU.",
        "Stored values up to 3,101 are negative numbers that lost their sign: "
        "(0028,0103) Pixel Representation was taken as 1, which puts air near -1000 HU.",
        "Expected air near -1000 HU, the lowest value is 0 HU; "
        "(0028,1052) Rescale Intercept was kept for want of evidence.",
    ]


def rsna_hu(real_data: Path) -> list[np.ndarray]:
    """HU by pydicom alone of the 96 RSNA slices, so that this count does not rest on our own reader."""
    out = []
    with ZipFile(real_data / "rsna-2019-slices" / "slices.zip") as archive:
        for name in (name for name in archive.namelist() if name.endswith(".dcm")):
            dataset = dcmread(BytesIO(archive.read(name)))
            out.append(np.maximum(dataset.pixel_array.astype(np.int64) + int(dataset.RescaleIntercept), -1024))
    return out


@pytest.mark.real_data
def test_real_slices_made_wrong_are_mended_or_doubted_and_right_ones_stay(real_data: Path):
    tally: Counter[tuple[str, str, bool]] = Counter()
    for hu in (np.minimum(hu, 3071) for hu in rsna_hu(real_data)):
        cases = {
            "right": (hu, SIGNED, 0, hu),
            "offset lost": (hu + 1024, UNSIGNED_12, 0, hu),
            "sign lost": (hu % 4096, UNSIGNED_12, 0, hu),
            "clipped at 0": (np.maximum(hu, 0), UNSIGNED_12, 0, np.maximum(hu, 0)),
        }
        for name, (stored, layout, intercept, truth) in cases.items():
            got, codes = mended(stored, layout, intercept)
            tally[name, codes[0] if codes else "", bool(np.array_equal(got, truth))] += 1
    assert tally == {
        ("right", "", True): 96,
        ("offset lost", "dicom.intercept_corrected", True): 85,
        ("offset lost", "dicom.intercept_doubtful", False): 11,
        ("sign lost", "dicom.sign_corrected", True): 96,
        ("clipped at 0", "dicom.intercept_doubtful", True): 96,
    }
