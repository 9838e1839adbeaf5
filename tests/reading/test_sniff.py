"""Formats are told from bytes, not from names."""

import struct
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hemoscope.errors import InputError
from hemoscope.reading import MediaFormat, sniff
from hemoscope.reading.sniff import identify, name_foreign


def bmp_head(header_size: int) -> bytes:
    return b"BM" + bytes(12) + struct.pack("<I", header_size)


@pytest.mark.parametrize(
    ("head", "expected"),
    [
        (b"\x89PNG\r\n\x1a\n", MediaFormat.PNG),
        (b"\xff\xd8\xff\xe1", MediaFormat.JPEG),
        (b"II*\x00", MediaFormat.TIFF),
        (b"MM\x00*", MediaFormat.TIFF),
        (b"II+\x00", MediaFormat.TIFF),
        (b"MM\x00+", MediaFormat.TIFF),
        (bmp_head(40), MediaFormat.BMP),
        (bmp_head(41), None),
        (b"BMW is a car maker, not a bitmap", None),
        (bytes(128) + b"DICM", MediaFormat.DICOM),
        (b"II*\x00" + bytes(124) + b"DICM", MediaFormat.DICOM),
        (bytes(132), None),
        (b"", None),
    ],
)
def test_a_signature_gives_its_format(head: bytes, expected: MediaFormat | None):
    assert identify(head) is expected


@pytest.mark.parametrize(
    ("head", "expected"),
    [
        (bytes.fromhex("08000500") + b"CS" + b"\x0a\x00ISO_IR", MediaFormat.DICOM),
        (bytes.fromhex("00080005") + b"CS" + b"\x00\x0aISO_IR", MediaFormat.DICOM),
        (bytes.fromhex("08000500 0a000000") + b"ISO_IR 100", MediaFormat.DICOM),
        (bytes.fromhex("02000000") + b"UL" + b"\x04\x00abcd", MediaFormat.DICOM),
        (bytes.fromhex("08000500 0b000000") + b"ISO_IR 100", None),
        (bytes.fromhex("08000500 ffff0000") + b"ISO_IR 100", None),
        (bytes.fromhex("09000500") + b"CS" + b"\x0a\x00ISO_IR", None),
        (bytes.fromhex("08007100") + b"CS" + b"\x0a\x00ISO_IR", None),
        (bytes.fromhex("08000500") + b"CS", None),
    ],
)
def test_dicom_without_preamble_is_told_by_a_plausible_first_element(head: bytes, expected: MediaFormat | None):
    assert identify(head) is expected


@pytest.mark.parametrize(
    ("head", "name"),
    [
        (b"GIF89a", "GIF"),
        (b"RIFF\x00\x00\x00\x00WEBPVP8 ", "WebP"),
        (b"%PDF-1.7", "PDF"),
        (b"PK\x03\x04", "ZIP"),
        (b"\x1f\x8b\x08", "gzip"),
        (bytes(344) + b"n+1\x00", "NIfTI"),
        (b"\xff\x4f\xff\x51", "JPEG 2000"),
        (b"patient,label", None),
    ],
)
def test_formats_that_are_not_read_are_named(head: bytes, name: str | None):
    assert identify(head) is None
    assert name_foreign(head) == name


def test_sniffing_ignores_the_extension(tmp_path: Path):
    path = tmp_path / "scan.png"
    path.write_bytes(b"\xff\xd8\xff\xe0rest")
    assert sniff(path) is MediaFormat.JPEG
    assert sniff(str(path)) == "jpeg"


def test_sniffing_a_missing_file_says_so(tmp_path: Path):
    with pytest.raises(InputError) as caught:
        sniff(tmp_path / "gone.png")
    assert caught.value.code == "input.not_found"


@given(st.binary(max_size=400))
def test_any_bytes_have_a_format_or_none(head: bytes):
    assert identify(head) in {None, *MediaFormat}


@given(st.text(alphabet=st.characters(min_codepoint=32, max_codepoint=126), max_size=400))
def test_plain_text_is_never_an_image(text: str):
    if not (text.startswith("BM") or text[128:132] == "DICM"):
        assert identify(text.encode()) is None
