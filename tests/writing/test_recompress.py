from pathlib import Path

import numpy as np
import pytest
from pydicom import dcmread
from pydicom.uid import (
    UID,
    DeflatedExplicitVRLittleEndian,
    JPEG2000Lossless,
    JPEGLosslessSV1,
    JPEGLSLossless,
    RLELossless,
)

from hemoscope.reading import read_slice
from hemoscope.writing.dicom import write_series
from hemoscope.writing.recompress import exact_decoders, recompress

DECODERS = {
    RLELossless: {"pydicom"},
    JPEGLosslessSV1: {"gdcm"},
    JPEGLSLossless: {"pyjpegls"},
    JPEG2000Lossless: {"pylibjpeg", "gdcm"},
}
SYNTAXES = [*DECODERS, DeflatedExplicitVRLittleEndian]


@pytest.fixture
def plain(tmp_path: Path) -> Path:
    hu = np.random.default_rng(0).integers(-1024, 3071, (1, 40, 64)).astype(float)
    return write_series(hu, tmp_path, spacing=(5, 1, 1), name="a")[0]


@pytest.mark.parametrize("syntax", SYNTAXES, ids=[syntax.name for syntax in SYNTAXES])
def test_a_slice_is_the_same_in_every_lossless_syntax(plain: Path, syntax: UID) -> None:
    written = recompress(plain, plain.with_name("again.dcm"), transfer_syntax=syntax)
    header = dcmread(written, stop_before_pixels=True)
    assert header.file_meta.TransferSyntaxUID == syntax
    assert header.SOPInstanceUID == dcmread(plain, stop_before_pixels=True).SOPInstanceUID
    assert np.array_equal(read_slice(written).pixels, read_slice(plain).pixels)


@pytest.mark.parametrize("syntax", list(DECODERS), ids=[syntax.name for syntax in DECODERS])
def test_the_plugins_that_decode_exactly_are_named(plain: Path, syntax: UID) -> None:
    written = recompress(plain, plain.with_name("again.dcm"), transfer_syntax=syntax)
    stored = dcmread(plain).pixel_array
    assert DECODERS[syntax] <= set(exact_decoders(written, stored))
    assert exact_decoders(written, stored + 1) == ()


def test_a_missing_encoder_is_an_import_error(plain: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def compress(*_: object, **__: object) -> None:
        raise RuntimeError("Unable to compress: the encoder has missing dependencies: it needs pyjpegls")

    monkeypatch.setattr("pydicom.dataset.Dataset.compress", compress)
    with pytest.raises(ImportError, match="no encoder for JPEG-LS Lossless Image Compression"):
        recompress(plain, plain.with_name("again.dcm"), transfer_syntax=JPEGLSLossless)
    assert not plain.with_name("again.dcm").exists()


def test_what_gdcm_cannot_read_is_a_runtime_error(tmp_path: Path) -> None:
    (tmp_path / "bad.dcm").write_bytes(b"nothing")
    with pytest.raises(RuntimeError, match="GDCM does not encode JPEG Lossless"):
        recompress(tmp_path / "bad.dcm", tmp_path / "again.dcm", transfer_syntax=JPEGLosslessSV1)
