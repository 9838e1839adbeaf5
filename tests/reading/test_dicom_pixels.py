"""Pixel data decode the same whoever compressed them."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from pydicom import dcmread
from pydicom.dataset import Dataset
from pydicom.uid import ExplicitVRLittleEndian, JPEG2000Lossless, JPEGLosslessSV1, JPEGLSLossless, RLELossless

from hemoscope.errors import ReadingError
from hemoscope.reading import read_slice
from hemoscope.reading.dicom_pixels import grey_of
from hemoscope.writing.recompress import recompress

Maker = Callable[..., Path]


@pytest.mark.parametrize("syntax", [RLELossless, JPEGLSLossless, JPEG2000Lossless, JPEGLosslessSV1])
@pytest.mark.parametrize("kind", [np.uint16, np.int16])
def test_lossless_compression_changes_no_hu(
    make_dicom: Maker, tmp_path: Path, head_hu: np.ndarray, syntax: str, kind: type
):
    path = make_dicom((head_hu + 1024).astype(kind))
    try:
        recompress(path, tmp_path / "x.dcm", transfer_syntax=syntax)
    except ImportError as error:
        if syntax == JPEG2000Lossless:
            pytest.skip(str(error))
        raise
    assert dcmread(tmp_path / "x.dcm").file_meta.TransferSyntaxUID == syntax
    found = read_slice(tmp_path / "x.dcm")
    assert np.array_equal(found.pixels, head_hu.astype(np.float32))
    assert found.warnings == ()


@pytest.mark.parametrize("precision", [0, 17, 231])
def test_an_impossible_precision_never_reaches_the_decoder(
    make_dicom: Maker, tmp_path: Path, head_hu: np.ndarray, precision: int
):
    # GDCM ends the process on 231 bits a sample; this test would take pytest with it.
    path = make_dicom((head_hu + 1024).astype(np.uint16))
    recompress(path, tmp_path / "x.dcm", transfer_syntax=JPEGLosslessSV1)
    data = bytearray((tmp_path / "x.dcm").read_bytes())
    data[data.index(b"\xff\xc3") + 4] = precision
    (tmp_path / "x.dcm").write_bytes(data)
    with pytest.raises(ReadingError) as caught:
        read_slice(tmp_path / "x.dcm")
    assert caught.value.code == "dicom.invalid"


@pytest.mark.parametrize(("marker", "at", "value"), [(b"JFIF", 5, 189), (b"Adobe", 11, 118)])
def test_a_header_that_gdcm_would_abort_on_never_reaches_it(
    pydicom_files: Path, tmp_path: Path, marker: bytes, at: int, value: int
):
    data = bytearray((pydicom_files / "SC_rgb_jpeg_gdcm.dcm").read_bytes())
    start = data.index(b"Adobe")
    if marker == b"JFIF":
        data[start : start + 5] = b"JFIF\x00"
    data[start + at] = value
    (tmp_path / "x.dcm").write_bytes(data)
    with pytest.raises(ReadingError) as caught:
        read_slice(tmp_path / "x.dcm")
    assert caught.value.code == "dicom.invalid"


def test_a_12_bit_jpeg_extended_is_named_as_undecodable(pydicom_files: Path, tmp_path: Path):
    dataset = dcmread(pydicom_files / "JPGExtended.dcm")
    dataset.Modality = "CT"
    dataset.save_as(tmp_path / "x.dcm")
    with pytest.raises(ReadingError) as caught:
        read_slice(tmp_path / "x.dcm")
    assert caught.value.code == "dicom.no_decoder"
    assert "received JPEG Extended (Process 2 and 4) (1.2.840.10008.1.2.4.51) in x.dcm." in caught.value.message


def palette_dataset() -> Dataset:
    dataset = Dataset()
    dataset.PhotometricInterpretation = "PALETTE COLOR"
    dataset.BitsAllocated = dataset.BitsStored = 8
    dataset.PixelRepresentation = 0
    for color in ("Red", "Green", "Blue"):
        setattr(dataset, f"{color}PaletteColorLookupTableDescriptor", [3, 0, 16])
        setattr(dataset, f"{color}PaletteColorLookupTableData", np.array([0, 13107, 65535], "<u2").tobytes())
    dataset.file_meta = Dataset()
    dataset.file_meta.TransferSyntaxUID = ExplicitVRLittleEndian
    dataset.set_original_encoding(False, True)
    return dataset


def test_a_palette_is_looked_up():
    grey, notices = grey_of(palette_dataset(), np.array([[0, 1, 2]], np.uint8), source="x")
    assert grey.tolist() == [[0.0, np.float32(0.2), 1.0]]
    assert notices == ()


def test_padding_of_a_picture_is_black_even_when_inverted():
    dataset = Dataset()
    dataset.PhotometricInterpretation = "MONOCHROME1"
    dataset.BitsAllocated = dataset.BitsStored = 8
    dataset.PixelPaddingValue = 0
    grey, _ = grey_of(dataset, np.array([[0, 255, 51]], np.uint8), source="x")
    assert grey == pytest.approx(np.array([[0.0, 0.0, 0.8]]))


def test_float_pixel_data_are_stretched_and_nan_refused():
    dataset = Dataset()
    dataset.PhotometricInterpretation = "MONOCHROME2"
    dataset.BitsAllocated = 32
    grey, notices = grey_of(dataset, np.array([[-1.0, 0.0, 1.0]], np.float32), source="x")
    assert grey.tolist() == [[0.0, 0.5, 1.0]]
    assert [notice.code for notice in notices] == ["picture.rescaled"]
    with pytest.raises(ReadingError) as caught:
        grey_of(dataset, np.array([[np.nan]], np.float32), source="x.dcm")
    assert caught.value.message == "Expected finite grey values in x.dcm, received NaN or infinity."
