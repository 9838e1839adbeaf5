"""Whom and what a DICOM slice belongs to, from its header alone; and no name or number of a person leaves this file."""

import hashlib
import os
from dataclasses import dataclass
from typing import Any

import numpy as np
from pydicom import dcmread

from hemoscope.errors import HemoscopeError, ReadingError
from hemoscope.reading.quiet import quiet_libraries
from hemoscope.reading.sniff import HEAD_BYTES, MediaFormat, identify
from hemoscope.reading.source import name_of, open_source

_TAGS = {
    "PatientID": 0x00100020,
    "StudyInstanceUID": 0x0020000D,
    "SeriesInstanceUID": 0x0020000E,
    "SeriesDescription": 0x0008103E,
    "ImagePositionPatient": 0x00200032,
    "ImageOrientationPatient": 0x00200037,
    "Rows": 0x00280010,
    "Columns": 0x00280011,
    "BitsAllocated": 0x00280100,
    "SamplesPerPixel": 0x00280002,
}
_UNCOMPRESSED = frozenset({"1.2.840.10008.1.2", "1.2.840.10008.1.2.1", "1.2.840.10008.1.2.2"})
DIGITS = 12
"""Hex digits of a pseudonym: among a million patients the chance that any two share one is 0.2 %."""


@dataclass(frozen=True, slots=True)
class SlicePlace:
    """Where a slice belongs.

    Attributes:
        patient: Pseudonym of (0010,0020) Patient ID: a part of its SHA-256; "" where there is none.
        study: Likewise of (0020,000D) Study Instance UID.
        series: Likewise of (0020,000E) Series Instance UID.
        position: Of the slice along its normal, in mm, towards the head; None where the header does not say.
        description: (0008,103E) Series Description.
        is_short: Whether the file ends before its pixels can, told from its size; False where they are compressed.
    """

    patient: str
    study: str
    series: str
    position: float | None
    description: str
    is_short: bool


def read_place(path: str | os.PathLike[str]) -> SlicePlace:
    """Read where a DICOM slice belongs.

    Args:
        path: The file; its pixels are not read.

    Raises:
        InputError: The path names no readable file.
        ReadingError: "dicom.invalid" where its header cannot be read.
    """
    source = name_of(path)
    with open_source(path) as file, quiet_libraries():
        try:
            size = os.fstat(file.fileno()).st_size
            _require_dicom(file.read(HEAD_BYTES), source)
            file.seek(0)
            header = dcmread(file, stop_before_pixels=True, specific_tags=list(_TAGS.values()), force=True)
            return SlicePlace(
                patient=pseudonym(_text(header, "PatientID")),
                study=pseudonym(_text(header, "StudyInstanceUID")),
                series=pseudonym(_text(header, "SeriesInstanceUID")),
                position=_position(
                    _numbers(header, "ImagePositionPatient"), _numbers(header, "ImageOrientationPatient")
                ),
                description=_text(header, "SeriesDescription"),
                is_short=_is_short(header, size),
            )
        except HemoscopeError:
            raise
        except Exception as error:  # pydicom raises almost every builtin exception on odd values, and may quote them
            raise ReadingError(
                "dicom.invalid",
                f"Expected a DICOM header as in PS3.10, but {source} cannot be interpreted ({type(error).__name__}).",
                "Fetch the file again.",
            ) from error


def pseudonym(identifier: str) -> str:
    """Turn an identifier into a name that says nothing of it but stays the same; nothing stays nothing.

    >>> pseudonym("ID_52c1ab5a"), pseudonym("")
    ('02e98df87ce3', '')
    """
    return hashlib.sha256(identifier.encode()).hexdigest()[:DIGITS] if identifier else ""


def _require_dicom(head: bytes, source: str) -> None:
    if identify(head) is not MediaFormat.DICOM:
        raise ReadingError(
            "dicom.invalid",
            f"Expected a DICOM header as in PS3.10, but {source} does not begin like one.",
            "Fetch the file again.",
        )


def _bytes(header: Any, keyword: str) -> bytes:
    """Return the bytes of a value as the file has them.

    pydicom would convert and check them, and warn of what it finds with the value itself in the text: of many files on
    several threads such warnings cannot be held back for certain, and checking takes most of the time.
    """
    tag = _TAGS[keyword]
    value = header.get_item(tag).value if tag in header else None
    return value if isinstance(value, bytes) else str("" if value is None else value).encode()


def _text(header: Any, keyword: str) -> str:
    """Return a text, whatever its character set: it is compared and never shown to anyone but its owner."""
    return _bytes(header, keyword).decode("latin-1").strip("\0 ")


def _numbers(header: Any, keyword: str) -> list[float]:
    """Return the decimal strings of a value (PS3.5 6.2, DS)."""
    found = _text(header, keyword)
    return [float(part) for part in found.split("\\")] if found else []


def _whole(header: Any, keyword: str, default: int) -> int:
    """Return an unsigned short (PS3.5 6.2, US) in the file's byte order."""
    found = _bytes(header, keyword)
    is_little = bool(header.original_encoding[1])
    return int.from_bytes(found[:2], "little" if is_little else "big") if found else default


def _position(corner: list[float], sides: list[float]) -> float | None:
    """Return the position along the slice's normal, which is turned to point to the head (PS3.3 C.7.6.2.1.1)."""
    if len(corner) != 3 or len(sides) != 6:
        return None
    normal = np.cross(sides[:3], sides[3:])
    along = float(np.dot(normal, corner))
    if not np.isfinite(along) or not normal.any():
        return None
    return along if normal[int(np.argmax(np.abs(normal)))] >= 0 else -along


def _is_short(header: Any, size: int) -> bool:
    syntax = header.file_meta.get("TransferSyntaxUID")
    if syntax not in _UNCOMPRESSED:
        return False
    sample = _whole(header, "SamplesPerPixel", 1) * _whole(header, "BitsAllocated", 16) // 8
    return size < _whole(header, "Rows", 0) * _whole(header, "Columns", 0) * sample
