"""What a file is, told from its first bytes: names and extensions are often wrong, magic bytes seldom."""

import os
import struct
from enum import StrEnum

from hemoscope.reading.source import open_source

HEAD_BYTES = 352
"""Enough for every signature: the last one, of NIfTI, ends at byte 348."""


class MediaFormat(StrEnum):
    """The formats that `read_slice` reads."""

    PNG = "png"
    JPEG = "jpeg"
    TIFF = "tiff"
    BMP = "bmp"
    DICOM = "dicom"


_SIGNATURES: tuple[tuple[bytes, MediaFormat], ...] = (
    (b"\x89PNG\r\n\x1a\n", MediaFormat.PNG),
    (b"\xff\xd8\xff", MediaFormat.JPEG),
    (b"II*\x00", MediaFormat.TIFF),
    (b"MM\x00*", MediaFormat.TIFF),
    (b"II+\x00", MediaFormat.TIFF),
    (b"MM\x00+", MediaFormat.TIFF),
)

_FOREIGN: tuple[tuple[int, bytes, str], ...] = (
    (0, b"GIF8", "GIF"),
    (8, b"WEBP", "WebP"),
    (0, b"%PDF", "PDF"),
    (0, b"\x00\x00\x00\x0cjP  ", "JPEG 2000"),
    (0, b"\xff\x4f\xff\x51", "JPEG 2000"),
    (0, b"\x00\x00\x00\x0cJXL ", "JPEG XL"),
    (0, b"\xff\x0a", "JPEG XL"),
    (4, b"ftyp", "HEIF or video"),
    (0, b"8BPS", "Photoshop"),
    (0, b"\x1f\x8b", "gzip"),
    (0, b"PK\x03\x04", "ZIP"),
    (344, b"n+1\x00", "NIfTI"),
    (344, b"ni1\x00", "NIfTI"),
    (4, b"n+2\x00\r\n\x1a\n", "NIfTI"),
    (4, b"ni2\x00\r\n\x1a\n", "NIfTI"),
    (0, b"NRRD", "NRRD"),
)

_BMP_HEADER_SIZES = frozenset({12, 16, 40, 52, 56, 64, 108, 124})

_VALUE_REPRESENTATIONS = frozenset(
    b"AE AS AT CS DA DS DT FD FL IS LO LT OB OD OF OL OV OW PN SH SL SQ SS ST SV TM UC UI UL UN UR US UT UV".split()
)

_MAX_FIRST_LENGTH = 1024
"""No attribute that opens a data set is longer than this many bytes."""


def sniff(path: str | os.PathLike[str]) -> MediaFormat | None:
    """Tell the format of a file from its first bytes.

    Args:
        path: A file of any kind.

    Returns:
        The format, or None when it is none that `read_slice` reads.

    Raises:
        InputError: The file does not exist, is a folder or cannot be opened.
    """
    with open_source(path) as file:
        return identify(file.read(HEAD_BYTES))


def identify(head: bytes) -> MediaFormat | None:
    r"""Tell the format from the first `HEAD_BYTES` bytes of a file.

    >>> identify(b"\xff\xd8\xff\xe0")
    <MediaFormat.JPEG: 'jpeg'>
    """
    # A preamble may hold a TIFF header so that one file serves both (PS3.10 7.1): DICOM carries more, so it wins.
    if head[128:132] == b"DICM":
        return MediaFormat.DICOM
    for signature, media_format in _SIGNATURES:
        if head.startswith(signature):
            return media_format
    if _is_bmp(head):
        return MediaFormat.BMP
    if _starts_with_element(head, "<") or _starts_with_element(head, ">"):
        return MediaFormat.DICOM
    return None


def name_foreign(head: bytes) -> str | None:
    """Name a well-known format that is not read here, so that an error can say what the file is.

    >>> name_foreign(b"GIF89a")
    'GIF'
    """
    return next((name for start, magic, name in _FOREIGN if head[start : start + len(magic)] == magic), None)


def _is_bmp(head: bytes) -> bool:
    # "BM" alone also opens plain text, so the size of the second header must be one of those that exist.
    return head.startswith(b"BM") and int.from_bytes(head[14:18], "little") in _BMP_HEADER_SIZES


def _starts_with_element(head: bytes, byte_order: str) -> bool:
    """Whether a data set without preamble starts here: group 0002 or 0008, then a VR or a short even length."""
    if len(head) < 12:
        return False
    group, element = struct.unpack(f"{byte_order}HH", head[:4])
    if group not in (0x0002, 0x0008) or element > 0x0070:
        return False
    if head[4:6] in _VALUE_REPRESENTATIONS:
        return True
    length: int = struct.unpack(f"{byte_order}I", head[4:8])[0]
    return length % 2 == 0 and length <= _MAX_FIRST_LENGTH
