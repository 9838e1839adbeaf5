"""What the header of one DICOM file says that a series needs: who, where, how made. Pixels are not touched."""

import math
import os
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path
from typing import Any

from pydicom import dcmread
from pydicom.tag import Tag

from hemoscope.errors import HemoscopeError, ReadingError, RefusedError
from hemoscope.reading.deflate import refuse_deflate_bomb
from hemoscope.reading.dicom_header import check_frame, spacing_of, text, unit_of
from hemoscope.reading.functional_groups import frame_count, frame_header
from hemoscope.reading.instance_record import Instance, Making, Placement
from hemoscope.reading.orientation import Axes, Vector
from hemoscope.reading.quiet import quiet_libraries
from hemoscope.reading.source import io_failed, open_source
from hemoscope.terms import Unit

_TAGS = [
    Tag(keyword)
    for keyword in (
        "SpecificCharacterSet",
        "ImageType",
        "SOPClassUID",
        "SOPInstanceUID",
        "Modality",
        "Manufacturer",
        "StudyInstanceUID",
        "SeriesInstanceUID",
        "SeriesNumber",
        "AcquisitionNumber",
        "InstanceNumber",
        "PatientID",
        "PatientName",
        "StudyDescription",
        "SeriesDescription",
        "ProtocolName",
        "BodyPartExamined",
        "ConvolutionKernel",
        "ContrastBolusAgent",
        "ContrastBolusVolume",
        "SliceThickness",
        "GantryDetectorTilt",
        "ImagePositionPatient",
        "ImageOrientationPatient",
        "SliceLocation",
        "FrameOfReferenceUID",
        "TemporalPositionIdentifier",
        "SamplesPerPixel",
        "NumberOfFrames",
        "Rows",
        "Columns",
        "PixelSpacing",
        "BitsAllocated",
        "BitsStored",
        "PixelRepresentation",
        "RescaleSlope",
        "RescaleIntercept",
        "RescaleType",
        "SharedFunctionalGroupsSequence",
        "PerFrameFunctionalGroupsSequence",
    )
]
_FARTHEST = 100_000.0
"""mm. No scanner's coordinates reach further; what does is damage."""


def read_instances(path: str | os.PathLike[str], *, name: str) -> tuple[Instance, ...]:
    """Read the header of a DICOM file.

    Args:
        path: The file.
        name: What to call it in records: its path below the input.

    Returns:
        One instance, a localizer included; of an enhanced image one for each frame.

    Raises:
        InputError: The file cannot be opened.
        ReadingError: It is no DICOM image, or has several frames that do not say where they lie.
        RefusedError: It is no CT.
    """
    source = Path(name).name
    with open_source(path) as file, quiet_libraries():
        try:
            refuse_deflate_bomb(file, source=source)
            header = dcmread(file, stop_before_pixels=True, force=True, specific_tags=_TAGS)
            is_deflated = text(header.file_meta, "TransferSyntaxUID").startswith("1.2.840.10008.1.2.1.99")
            has_pixels = is_deflated or file.tell() < os.fstat(file.fileno()).st_size
            return _instances(header, Path(path), name, has_pixels=has_pixels)
        except HemoscopeError:
            raise
        except Exception as error:
            if isinstance(error, OSError) and error.errno is not None:
                raise io_failed(source, error) from error
            # pydicom raises almost every builtin exception on bad values, with a text that may quote patient data.
            raise ReadingError(
                "dicom.invalid",
                f"Expected a DICOM image as in PS3.10, but {source} cannot be interpreted ({type(error).__name__}).",
                "Export the slice from the scanner or PACS again.",
            ) from error


def _instances(header: Any, path: Path, name: str, *, has_pixels: bool) -> tuple[Instance, ...]:
    frames = frame_count(header)
    if frames > 1:
        flat = [frame_header(header, frame) for frame in range(frames)]
        return tuple(
            replace(_instance(one, path, name, has_pixels=has_pixels), frame=frame, number=None)
            for frame, one in enumerate(flat)
        )
    return (_instance(frame_header(header, 0) if frames else header, path, name, has_pixels=has_pixels),)


def _instance(header: Any, path: Path, name: str, *, has_pixels: bool) -> Instance:
    source = Path(name).name
    unit, is_localizer = _unit(header, source)
    check_frame(header, has_pixels=has_pixels, source=source)
    return Instance(
        path,
        name,
        study_uid=text(header, "StudyInstanceUID") or None,
        series_uid=text(header, "SeriesInstanceUID") or None,
        instance_uid=text(header, "SOPInstanceUID") or None,
        patient=text(header, "PatientID") or text(header, "PatientName"),
        unit=unit,
        shape=(int(header.Rows), int(header.Columns)),
        placement=_placement(header),
        making=_making(header, is_localizer=is_localizer),
        series_number=_whole(header, "SeriesNumber"),
        acquisition=(_whole(header, "AcquisitionNumber"), _whole(header, "TemporalPositionIdentifier")),
        number=_whole(header, "InstanceNumber"),
    )


def _unit(header: Any, source: str) -> tuple[Unit, bool]:
    """Tell the unit; a localizer is kept, so that the study can say that it was passed over."""
    try:
        return unit_of(header, source=source), False
    except RefusedError as error:
        if error.code != "dicom.localizer":
            raise
        return Unit.HU, True


def _placement(header: Any) -> Placement:
    return Placement(
        position=vector_of(header.get("ImagePositionPatient")),
        axes=axes_of(header.get("ImageOrientationPatient")),
        pixel_spacing=spacing_of(header, Unit.GREY)[0],
        thickness=_positive(header, "SliceThickness"),
        location=_number(header.get("SliceLocation")),
    )


def vector_of(raw: Any) -> Vector | None:
    """Read (0020,0032) Image Position (Patient): three numbers in mm within 100 m; None where they are not."""
    numbers = _numbers(raw, 3)
    return None if numbers is None or max(map(abs, numbers)) > _FARTHEST else Vector(*numbers)


def axes_of(raw: Any) -> Axes | None:
    """Read (0020,0037) Image Orientation (Patient): two unit vectors at right angles; None where they are not.

    Source: DICOM PS3.3 C.7.6.2.1.1. A hundredth of slack allows for rounded decimal strings.
    """
    numbers = _numbers(raw, 6)
    if numbers is None:
        return None
    across, down = Vector(*numbers[:3]), Vector(*numbers[3:])
    are_units = all(abs(math.hypot(*direction) - 1) <= 0.01 for direction in (across, down))
    return Axes(across.unit(), down.unit()) if are_units and abs(across.dot(down)) <= 0.01 else None


def _making(header: Any, *, is_localizer: bool) -> Making:
    slope, intercept = _number(header.get("RescaleSlope")), _number(header.get("RescaleIntercept"))
    return Making(
        image_type=tuple(word.strip().upper() for word in _words(header.get("ImageType"))),
        kernel=" ".join(_words(header.get("ConvolutionKernel"))),
        contrast_agent=text(header, "ContrastBolusAgent") or text(header, "ContrastBolusVolume"),
        description=" / ".join(filter(None, (text(header, "SeriesDescription"), text(header, "ProtocolName")))),
        body_part=text(header, "BodyPartExamined").upper(),
        rescale=None if slope is None or intercept is None else (slope, intercept),
        is_localizer=is_localizer,
    )


def _words(raw: Any) -> list[str]:
    if raw is None:
        return []
    return [raw] if isinstance(raw, str) else [str(word) for word in raw]


def _numbers(raw: Any, count: int) -> list[float] | None:
    if raw is None or isinstance(raw, str | int | float) or not isinstance(raw, Iterable):
        return None
    numbers = [number for number in map(_number, raw) if number is not None]
    return numbers if len(numbers) == count else None


def _number(raw: Any) -> float | None:
    try:
        number = float(raw)
    except (TypeError, ValueError):
        return None
    return number if math.isfinite(number) else None


def _whole(header: Any, keyword: str) -> int | None:
    number = _number(text(header, keyword) or None)
    return None if number is None else int(number)


def _positive(header: Any, keyword: str) -> float | None:
    number = _number(header.get(keyword))
    return number if number is not None and number > 0 else None
