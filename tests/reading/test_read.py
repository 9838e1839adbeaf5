"""One contract for every format, and the errors that belong to none."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from hemoscope.errors import ReadingError
from hemoscope.reading import read_slice
from hemoscope.records import Slice
from hemoscope.terms import Unit

PICTURES = [
    *((f"png-{mode}", "png", mode) for mode in ("1", "L", "LA", "P", "RGB", "RGBA", "I;16")),
    *((f"tiff-{mode}", "tiff", mode) for mode in ("1", "L", "LA", "P", "RGB", "RGBA", "CMYK", "I;16", "I", "F")),
    *((f"bmp-{mode}", "bmp", mode) for mode in ("1", "L", "P", "RGB", "RGBA")),
    *((f"jpeg-{mode}", "jpeg", mode) for mode in ("L", "RGB", "CMYK")),
]
DICOM_KINDS = ["explicit", "implicit", "big_endian", "deflated"]
# Compressed transfer syntaxes for which a real file comes with pydicom: (file, unit, size).
COMPRESSED = [
    ("693_J2KI.dcm", Unit.HU, (512, 512)),
    ("J2K_pixelrep_mismatch.dcm", Unit.HU, (512, 512)),
    ("SC_rgb_gdcm_KY.dcm", Unit.GREY, (100, 100)),
    ("SC_rgb_jpeg_gdcm.dcm", Unit.GREY, (100, 100)),
    ("SC_rgb_dcmtk_+eb+cy+np.dcm", Unit.GREY, (100, 100)),
    ("SC_rgb_rle_16bit.dcm", Unit.GREY, (100, 100)),
    ("SC_rgb_rle_32bit.dcm", Unit.GREY, (100, 100)),
    ("JPEGLSNearLossless_16.dcm", Unit.GREY, (50, 10)),
    ("SC_rgb_jls_lossy_line.dcm", Unit.GREY, (100, 100)),
    ("SC_ybr_full_422_uncompressed.dcm", Unit.GREY, (100, 100)),
    ("image_dfl.dcm", Unit.GREY, (512, 512)),
]


def assert_keeps_the_contract(found: Slice, *, media_format: str, source: str, unit: Unit, shape: tuple[int, int]):
    assert found.pixels.dtype == np.float32
    assert found.pixels.shape == shape
    assert np.isfinite(found.pixels).all()
    assert found.unit is unit
    assert found.media_format == media_format
    assert type(found.media_format) is str
    assert found.source == source
    if unit is Unit.GREY:
        assert 0 <= found.pixels.min() <= found.pixels.max() <= 1
        assert found.warnings[0].code == "picture.hu_unknown"
    else:
        assert found.pixels.min() >= -1024
        assert "picture.hu_unknown" not in {notice.code for notice in found.warnings}


def picture(mode: str) -> Image.Image:
    ramp = np.tile(np.arange(48, dtype=np.uint8) * 5, (40, 1))
    if mode == "I;16":
        return Image.fromarray(ramp.astype(np.uint16) * 257)
    return Image.fromarray(ramp).convert(mode)


@pytest.mark.parametrize(("media_format", "mode"), [case[1:] for case in PICTURES], ids=[case[0] for case in PICTURES])
def test_every_picture_keeps_the_contract(tmp_path: Path, media_format: str, mode: str):
    # The name lies on purpose: content decides.
    path = tmp_path / "picture.dat"
    picture(mode).save(path, format=media_format)
    found = read_slice(path)
    assert_keeps_the_contract(found, media_format=media_format, source="picture.dat", unit=Unit.GREY, shape=(40, 48))
    assert found.spacing is None


@pytest.mark.parametrize("syntax", DICOM_KINDS)
@pytest.mark.parametrize("kind", [np.int16, np.uint16])
def test_every_uncompressed_dicom_keeps_the_contract(
    make_dicom: Callable[..., Path], head_hu: np.ndarray, syntax: str, kind: type
):
    found = read_slice(make_dicom((head_hu + 1024).astype(kind), syntax))
    assert_keeps_the_contract(found, media_format="dicom", source="slice.dcm", unit=Unit.HU, shape=(64, 64))
    assert np.array_equal(found.pixels, head_hu.astype(np.float32))
    assert found.spacing == (0.5, 0.25)
    assert found.warnings == ()


@pytest.mark.parametrize(("name", "unit", "shape"), COMPRESSED, ids=[case[0] for case in COMPRESSED])
def test_every_compressed_dicom_keeps_the_contract(pydicom_files: Path, name: str, unit: Unit, shape: tuple[int, int]):
    found = read_slice(pydicom_files / name)
    assert_keeps_the_contract(found, media_format="dicom", source=name, unit=unit, shape=shape)


def test_an_empty_file_has_no_bytes(tmp_path: Path):
    (tmp_path / "x.png").touch()
    with pytest.raises(ReadingError) as caught:
        read_slice(tmp_path / "x.png")
    assert str(caught.value) == "Expected a picture or DICOM, but x.png has no bytes. Fetch it again. [read.empty]"


def test_text_called_png_is_of_no_known_format(tmp_path: Path):
    (tmp_path / "x.png").write_text("This is not a picture at all.")
    with pytest.raises(ReadingError) as caught:
        read_slice(tmp_path / "x.png")
    assert str(caught.value) == (
        "Expected PNG, JPEG, TIFF, BMP or DICOM, received bytes of no known image format in x.png. "
        "Open the file in a viewer to see what it is, and export the slice again. [read.unknown_format]"
    )


@pytest.mark.parametrize(
    ("head", "name", "next_step"),
    [
        (b"GIF89a", "GIF", "Save the slice as PNG, or better export the DICOM, and read that."),
        (b"RIFF\x00\x00\x00\x00WEBP", "WebP", "Save the slice as PNG, or better export the DICOM, and read that."),
        (b"%PDF-1.4", "PDF", "Save the slice as PNG, or better export the DICOM, and read that."),
        (b"PK\x03\x04", "ZIP", "Unpack it and read the files inside."),
    ],
)
def test_a_known_format_that_is_not_read_is_named(tmp_path: Path, head: bytes, name: str, next_step: str):
    (tmp_path / "x.png").write_bytes(head)
    with pytest.raises(ReadingError) as caught:
        read_slice(tmp_path / "x.png")
    assert caught.value.code == "read.unsupported_format"
    assert caught.value.message == f"Expected PNG, JPEG, TIFF, BMP or DICOM, received {name} in x.png."
    assert caught.value.next_step == next_step


def test_a_disk_that_fails_half_way_is_reported(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    path = tmp_path / "x.png"
    picture("L").save(path)

    def fail(*args: object, **kwargs: object) -> None:
        raise OSError(5, "Input/output error")

    monkeypatch.setattr("PIL.PngImagePlugin.PngImageFile.load", fail)
    with pytest.raises(ReadingError) as caught:
        read_slice(path)
    assert caught.value.code == "read.io_failed"
    assert caught.value.message == ("Expected to read x.png to its end, but the system stopped: Input/output error.")
