"""Whom and what a DICOM slice belongs to, from its header alone; and no name or number of a person leaves this file."""

import hashlib
import os
from dataclasses import dataclass
from typing import Any

import numpy as np
from pydicom import dcmread

from hemoscope.errors import HemoscopeError, ReadingError
from hemoscope.reading.dicom import quiet_pydicom
from hemoscope.reading.dicom_header import text, whole_number
from hemoscope.reading.sniff import HEAD_BYTES, MediaFormat, identify
from hemoscope.reading.source import name_of, open_source

_TAGS = [
    "PatientID",
    "StudyInstanceUID",
    "SeriesInstanceUID",
    "SeriesDescription",
    "ImagePositionPatient",
    "ImageOrientationPatient",
    "Rows",
    "Columns",
    "BitsAllocated",
    "SamplesPerPixel",
]
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
    with open_source(path) as file, quiet_pydicom():
        try:
            size = os.fstat(file.fileno()).st_size
            _require_dicom(file.read(HEAD_BYTES), source)
            file.seek(0)
            header = dcmread(file, stop_before_pixels=True, specific_tags=_TAGS, force=True)
            return SlicePlace(
                patient=pseudonym(text(header, "PatientID")),
                study=pseudonym(text(header, "StudyInstanceUID")),
                series=pseudonym(text(header, "SeriesInstanceUID")),
                position=_position(header),
                description=text(header, "SeriesDescription"),
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


def _position(header: Any) -> float | None:
    """Return the position along the slice's normal, which is turned to point to the head (PS3.3 C.7.6.2.1.1)."""
    corner, sides = header.get("ImagePositionPatient"), header.get("ImageOrientationPatient")
    if not corner or not sides or len(corner) != 3 or len(sides) != 6:
        return None
    directions = np.array([float(value) for value in sides]).reshape(2, 3)
    normal = np.cross(directions[0], directions[1])
    along = float(np.dot(normal, np.array([float(value) for value in corner])))
    if not np.isfinite(along) or not normal.any():
        return None
    return along if normal[int(np.argmax(np.abs(normal)))] >= 0 else -along


def _is_short(header: Any, size: int) -> bool:
    if text(header.file_meta, "TransferSyntaxUID") not in _UNCOMPRESSED:
        return False
    samples = whole_number(header, "SamplesPerPixel", 1) * whole_number(header, "BitsAllocated", 16) // 8
    return size < whole_number(header, "Rows", 0) * whole_number(header, "Columns", 0) * samples
