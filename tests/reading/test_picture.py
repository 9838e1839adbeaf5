"""PNG, JPEG, TIFF and BMP of every mode become the same grey."""

import struct
import subprocess
import sys
import zlib
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from hemoscope.errors import HemoscopeError, ReadingError
from hemoscope.reading import read_slice
from hemoscope.terms import Unit

RAMP = np.tile(np.arange(0, 250, 10, dtype=np.uint8), (40, 1))
GREY = RAMP.astype(np.float32) / np.float32(255)


def codes(path: Path) -> list[str]:
    return [notice.code for notice in read_slice(path).warnings]


def outcome_of(path: Path) -> Unit | HemoscopeError:
    try:
        return read_slice(path).unit
    except HemoscopeError as error:
        return error


def png_of_size(columns: int, rows: int) -> bytes:
    """A PNG whose header states this size and whose data are a few bytes."""

    def chunk(kind: bytes, body: bytes) -> bytes:
        return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))

    header = struct.pack(">IIBBBBB", columns, rows, 8, 0, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(bytes(100))) + chunk(b"IEND", b"")
    )


@pytest.mark.parametrize("mode", ["L", "RGB", "RGBA", "LA", "P"])
@pytest.mark.parametrize("extension", ["png", "tiff"])
def test_the_same_grey_comes_from_every_mode(tmp_path: Path, mode: str, extension: str):
    path = tmp_path / f"x.{extension}"
    Image.fromarray(RAMP).convert(mode).save(path)
    assert np.array_equal(read_slice(path).pixels, GREY)
    assert codes(path) == ["picture.hu_unknown"]


@pytest.mark.parametrize("mode", ["L", "RGB", "P"])
def test_bmp_gives_the_same_grey(tmp_path: Path, mode: str):
    Image.fromarray(RAMP).convert(mode).save(tmp_path / "x.bmp")
    assert np.array_equal(read_slice(tmp_path / "x.bmp").pixels, GREY)


@pytest.mark.parametrize("mode", ["L", "RGB", "CMYK"])
def test_jpeg_gives_the_same_grey_within_its_loss(tmp_path: Path, mode: str):
    Image.fromarray(RAMP).convert(mode).save(tmp_path / "x.jpg", quality=95)
    assert np.abs(read_slice(tmp_path / "x.jpg").pixels - GREY).max() < 0.02


@pytest.mark.parametrize("extension", ["png", "tiff"])
def test_16_bit_grey_keeps_all_its_steps(tmp_path: Path, extension: str):
    deep = np.arange(1600, dtype=np.uint16).reshape(40, 40) * 40
    Image.fromarray(deep).save(tmp_path / f"x.{extension}")
    assert np.array_equal(read_slice(tmp_path / f"x.{extension}").pixels, deep.astype(np.float32) / np.float32(65535))


def test_big_endian_16_bit_tiff_is_the_same_picture(tmp_path: Path):
    deep = np.arange(1600, dtype=np.uint16).reshape(40, 40) * 40
    entries = [(256, 3, 40), (257, 3, 40), (258, 3, 16), (259, 3, 1), (262, 3, 1), (273, 4, 200), (278, 3, 40),
               (279, 4, 3200)]  # fmt: skip
    body = b"".join(
        struct.pack(">HHI", tag, kind, 1) + (struct.pack(">HH", value, 0) if kind == 3 else struct.pack(">I", value))
        for tag, kind, value in entries
    )
    head = b"MM\x00*" + struct.pack(">IH", 8, len(entries)) + body + bytes(4)
    (tmp_path / "x.tif").write_bytes(head.ljust(200, b"\x00") + deep.astype(">u2").tobytes())
    assert np.array_equal(read_slice(tmp_path / "x.tif").pixels, deep.astype(np.float32) / np.float32(65535))


def test_one_bit_is_black_and_white(tmp_path: Path):
    Image.fromarray(np.array([[0, 255], [255, 0]], np.uint8)).convert("1").save(tmp_path / "x.png")
    assert read_slice(tmp_path / "x.png").pixels.tolist() == [[0.0, 1.0], [1.0, 0.0]]


@pytest.mark.parametrize(
    ("values", "expected", "code"),
    [
        (np.array([[0.0, 0.25, 1.0]], np.float32), [[0.0, 0.25, 1.0]], None),
        (np.array([[-1000.0, 0.0, 1000.0]], np.float32), [[0.0, 0.5, 1.0]], "picture.rescaled"),
        (np.array([[0, 65535, 13107]], np.int32), [[0.0, 1.0, np.float32(0.2)]], None),
        (np.array([[-100, 0, 100]], np.int32), [[0.0, 0.5, 1.0]], "picture.rescaled"),
    ],
)
def test_32_bit_tiff_is_scaled_by_its_meaning(tmp_path: Path, values: np.ndarray, expected: list, code: str | None):
    Image.fromarray(values).save(tmp_path / "x.tiff")
    assert read_slice(tmp_path / "x.tiff").pixels.tolist() == expected
    assert codes(tmp_path / "x.tiff") == ["picture.hu_unknown", *([code] if code else [])]


def test_a_float_tiff_with_nan_is_refused(tmp_path: Path):
    Image.fromarray(np.array([[0.0, np.nan]], np.float32)).save(tmp_path / "x.tiff")
    with pytest.raises(ReadingError) as caught:
        read_slice(tmp_path / "x.tiff")
    assert caught.value.code == "picture.not_finite"
    assert caught.value.message == "Expected finite grey values in x.tiff, received NaN or infinity."


def test_transparency_is_laid_over_black_and_said(tmp_path: Path):
    rgba = np.full((10, 10, 4), 200, np.uint8)
    rgba[:5, :, 3], rgba[5:, :, 3] = 0, 255
    Image.fromarray(rgba).save(tmp_path / "x.png")
    pixels = read_slice(tmp_path / "x.png").pixels
    assert (pixels[:5] == 0).all()
    assert (pixels[5:] == np.float32(200 / 255)).all()
    assert codes(tmp_path / "x.png") == ["picture.hu_unknown", "picture.alpha_dropped"]


def test_a_transparent_grey_level_is_laid_over_black(tmp_path: Path):
    Image.fromarray(np.array([[10, 200]], np.uint8)).save(tmp_path / "x.png", transparency=200)
    assert read_slice(tmp_path / "x.png").pixels.tolist() == [[np.float32(10 / 255), 0.0]]


def test_a_tinted_picture_reads_as_its_luminance_and_is_reported(tmp_path: Path):
    tinted = np.stack([RAMP * 0.85, RAMP, np.minimum(RAMP * 1.1 + 4, 255)], axis=-1).astype(np.uint8)
    Image.fromarray(tinted).save(tmp_path / "x.png")
    result = read_slice(tmp_path / "x.png")
    assert (np.diff(result.pixels[0]) > 0).all()
    assert np.abs(result.pixels - GREY).max() < 0.04
    assert codes(tmp_path / "x.png") == ["picture.hu_unknown", "picture.color_dropped"]


@pytest.mark.parametrize("extension", ["jpg", "png", "tiff"])
def test_exif_orientation_turns_the_picture_upright(tmp_path: Path, extension: str):
    exif = Image.Exif()
    exif[0x0112] = 6
    Image.fromarray(RAMP).save(tmp_path / f"x.{extension}", exif=exif)
    assert read_slice(tmp_path / f"x.{extension}").pixels.shape == (25, 40)
    # Orientation 6: the first row is the right-hand side, so the ramp runs from top to bottom.
    assert read_slice(tmp_path / f"x.{extension}").pixels[:, 20] == pytest.approx(GREY[20], abs=0.02)


def test_damaged_exif_does_not_stop_the_picture(tmp_path: Path):
    Image.fromarray(RAMP).save(tmp_path / "x.png", exif=b"Exif\x00\x00MM\x00*\xff\xff\xff\xff")
    assert np.array_equal(read_slice(tmp_path / "x.png").pixels, GREY)


def test_a_tiff_of_several_pages_is_refused(tmp_path: Path):
    page = Image.fromarray(RAMP)
    page.save(tmp_path / "x.tiff", save_all=True, append_images=[page, page])
    with pytest.raises(ReadingError) as caught:
        read_slice(tmp_path / "x.tiff")
    assert str(caught.value) == (
        "Expected one picture in x.tiff, received 3. Save each page as its own file and read those. [picture.multipage]"
    )


@pytest.mark.parametrize("size", [(20_000, 20_000), (8001, 8000), (2**31 - 1, 2**31 - 1)])
def test_a_huge_png_is_refused_from_its_header(tmp_path: Path, size: tuple[int, int]):
    (tmp_path / "x.png").write_bytes(png_of_size(*size))
    with pytest.raises(ReadingError) as caught:
        read_slice(tmp_path / "x.png")
    assert caught.value.code == "read.too_large"
    assert f"received {size[0]:,} x {size[1]:,}." in caught.value.message


def test_a_png_without_pixels_breaks_its_own_standard(tmp_path: Path):
    (tmp_path / "x.png").write_bytes(png_of_size(0, 10))
    with pytest.raises(ReadingError) as caught:
        read_slice(tmp_path / "x.png")
    assert caught.value.code == "read.damaged"


@pytest.mark.parametrize("extension", ["png", "jpg", "tiff", "bmp"])
@pytest.mark.parametrize("share", [0.3, 0.6, 0.9])
def test_half_a_picture_is_said_to_be_truncated(tmp_path: Path, extension: str, share: float):
    path = tmp_path / f"x.{extension}"
    noise = np.random.default_rng(3).integers(0, 256, (64, 64), dtype=np.uint8)
    Image.fromarray(noise).save(path)
    whole = path.read_bytes()
    path.write_bytes(whole[: int(len(whole) * share)])
    with pytest.raises(ReadingError) as caught:
        read_slice(path)
    assert caught.value.code == "read.truncated"
    kind = {"jpg": "JPEG"}.get(extension, extension.upper())
    assert caught.value.message == f"Expected a whole {kind}, but x.{extension} ends before its picture does."


def test_a_png_of_damaged_data_is_said_to_be_damaged(tmp_path: Path):
    Image.fromarray(RAMP).save(tmp_path / "x.png")
    data = bytearray((tmp_path / "x.png").read_bytes())
    data[data.find(b"IDAT") + 6] ^= 0xFF
    (tmp_path / "x.png").write_bytes(data)
    with pytest.raises(ReadingError) as caught:
        read_slice(tmp_path / "x.png")
    assert str(caught.value) == (
        "Expected a PNG that can be decoded, received damaged or unusual data in x.png. "
        "Fetch the file again, or save the slice anew as 8- or 16-bit PNG. [read.damaged]"
    )


def test_pictures_are_read_without_pydicom(tmp_path: Path):
    Image.fromarray(RAMP).save(tmp_path / "x.png")
    program = (
        "import sys; from hemoscope.reading import read_slice; "
        f"read_slice({str(tmp_path / 'x.png')!r}); "
        "print([name for name in ('pydicom', 'cv2', 'keras') if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


@given(junk=st.binary(max_size=300), start=st.sampled_from([b"", b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff", b"II*\x00"]))
def test_arbitrary_bytes_raise_nothing_but_our_errors(
    tmp_path_factory: pytest.TempPathFactory, junk: bytes, start: bytes
):
    path = tmp_path_factory.getbasetemp() / "junk.bin"
    path.write_bytes(start + junk)
    outcome = outcome_of(path)
    assert outcome is Unit.GREY or "junk.bin" in str(outcome)
