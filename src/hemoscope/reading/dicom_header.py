"""What a DICOM header says about one slice, checked: nothing here touches pixels or imports pydicom."""

import math
from typing import Any

from hemoscope.errors import ReadingError, RefusedError
from hemoscope.reading.limits import check_size
from hemoscope.reading.rescale import Rescale, StoredFormat
from hemoscope.records import Notice
from hemoscope.terms import MANUFACTURER, Unit

_CT_CLASSES = frozenset(
    {
        "1.2.840.10008.5.1.4.1.1.2",  # CT Image Storage
        "1.2.840.10008.5.1.4.1.1.2.1",  # Enhanced CT Image Storage
        "1.2.840.10008.5.1.4.1.1.2.2",  # Legacy Converted Enhanced CT Image Storage
    }
)
_SECONDARY_CAPTURE = "1.2.840.10008.5.1.4.1.1.7"
_PICTURE_MODALITIES = frozenset({"OT", "SC"})
_WITHOUT_PICTURES = frozenset({"SR", "KO", "PR", "SEG", "REG", "DOC", "RTSTRUCT", "RTPLAN", "AU", "PLAN"})
"""Reports, selections, presentations, segmentations and plans (PS3.3 C.7.3.1.1.1)."""
OWN_RESULT, NO_PICTURE = "dicom.own_result", "dicom.no_picture"
_HU_TYPES = frozenset({"", "HU", "HU_MOD", "US"})
"""(0028,1054) Rescale Type: US, unspecified, is what many scanners write for HU."""

_EXPORT_AXIAL = "Export the axial head CT slices as single DICOM files and read those."


def unit_of(header: Any, *, source: str) -> Unit:
    """Decide whether the values can be HU, and refuse what is no head CT slice at all.

    Args:
        header: A pydicom data set.
        source: File name for the messages.

    Returns:
        HU for a CT image, GREY for a secondary capture, a color image or a file without modality.

    Raises:
        RefusedError: "dicom.own_result", "dicom.no_picture", "dicom.not_ct", "dicom.localizer" or
            "dicom.not_hounsfield".
    """
    modality = text(header, "Modality").upper()
    sop_class = text(header, "SOPClassUID")
    _refuse_what_is_no_picture(header, modality, source)
    if modality not in {"", "CT", *_PICTURE_MODALITIES}:
        raise RefusedError(
            "dicom.not_ct",
            f"Expected (0008,0060) Modality CT, received {modality[:16]} in {source}.",
            "Choose the head CT series of the study.",
        )
    _refuse_localizer(header, source)
    is_ct = modality == "CT" or (modality == "" and sop_class in _CT_CLASSES)
    is_capture = sop_class.startswith(_SECONDARY_CAPTURE) and "RescaleIntercept" not in header
    if not is_ct or is_capture or whole_number(header, "SamplesPerPixel", 1) > 1:
        return Unit.GREY
    _refuse_other_scale(header, source)
    return Unit.HU


def check_frame(header: Any, *, has_pixels: bool, source: str) -> None:
    """Make sure that there is one frame of sensible size to decode.

    Args:
        header: A pydicom data set.
        has_pixels: Whether pixel data follow it.
        source: File name for the messages.

    Raises:
        ReadingError: "dicom.multiframe", "dicom.no_pixels", "read.zero_size" or "read.too_large".
    """
    frames = whole_number(header, "NumberOfFrames", 1)
    if frames > 1:
        raise ReadingError(
            "dicom.multiframe", f"Expected a single frame in {source}, received {frames} frames.", _EXPORT_AXIAL
        )
    if not has_pixels:
        raise ReadingError(
            "dicom.no_pixels",
            f"Expected an image in {source}, received a DICOM file without (7FE0,0010) Pixel Data.",
            "Choose an image of the series, not a report, a plan or a directory file.",
        )
    check_size(whole_number(header, "Rows", 0), whole_number(header, "Columns", 0), source=source)


def rescale_of(header: Any) -> tuple[Rescale, tuple[Notice, ...]]:
    """Read slope and intercept, assuming 1 and 0 with a notice where they are missing.

    Source: DICOM PS3.3 C.11.1.1.2; C.7.6.16.2.9 for the functional group of an enhanced image.
    """
    slope = _number(_functional(header, "PixelValueTransformationSequence", "RescaleSlope"))
    intercept = _number(_functional(header, "PixelValueTransformationSequence", "RescaleIntercept"))
    found = Rescale(1.0 if slope is None else slope, 0.0 if intercept is None else intercept)
    if slope is not None and intercept is not None:
        return found, ()
    return found, (
        Notice(
            "dicom.rescale_assumed",
            "(0028,1052) Rescale Intercept or (0028,1053) Rescale Slope is missing; "
            f"{found.intercept:g} and {found.slope:g} were used.",
        ),
    )


def layout_of(header: Any) -> StoredFormat:
    """Read how stored values are written (PS3.5 8.1.1)."""
    allocated = whole_number(header, "BitsAllocated", 16)
    stored = whole_number(header, "BitsStored", allocated)
    return StoredFormat(allocated, stored, is_signed=whole_number(header, "PixelRepresentation", 0) == 1)


def padding_of(header: Any, layout: StoredFormat) -> tuple[int, int] | None:
    """Read the padding as stored values, ends included (PS3.3 C.7.5.1.1.2); None when none is declared."""
    value = _padding_value(header, "PixelPaddingValue", layout)
    if value is None:
        return None
    limit = _padding_value(header, "PixelPaddingRangeLimit", layout)
    return value, value if limit is None else limit


def spacing_of(header: Any, unit: Unit) -> tuple[tuple[float, float] | None, tuple[Notice, ...]]:
    """Read (0028,0030) Pixel Spacing in mm, (row, column); None with a notice where a CT lacks two positive numbers."""
    raw = _functional(header, "PixelMeasuresSequence", "PixelSpacing")
    if not raw:
        missing = Notice("dicom.spacing_unknown", "(0028,0030) Pixel Spacing is missing; sizes in mm are unknown.")
        return None, (missing,) if unit is Unit.HU else ()
    numbers = [] if isinstance(raw, str | int | float) else [_finite_or_none(value) for value in raw]
    row, column = numbers if len(numbers) == 2 else (None, None)
    if row is not None and column is not None and row > 0 and column > 0:
        return (row, column), ()
    text_ = "(0028,0030) Pixel Spacing is not two positive numbers; sizes in mm are unknown."
    return None, (Notice("dicom.spacing_unknown", text_),)


def text(header: Any, keyword: str) -> str:
    """Read the first value of an attribute as text, "" when it is missing or empty."""
    value = header.get(keyword)
    if value is not None and not isinstance(value, str) and hasattr(value, "__iter__"):
        value = next(iter(value), None)
    return "" if value is None else str(value).strip()


def whole_number(header: Any, keyword: str, default: int) -> int:
    """Read an integer attribute; a missing or empty one is `default`, text that is no number raises ValueError."""
    found = text(header, keyword)
    return int(found) if found else default


def _refuse_what_is_no_picture(header: Any, modality: str, source: str) -> None:
    """Refuse what an archive keeps beside the images of a study: reports and the like, and results of ours."""
    if modality in _WITHOUT_PICTURES | _PICTURE_MODALITIES and text(header, "Manufacturer") == MANUFACTURER:
        raise RefusedError(
            OWN_RESULT, f"{source} is a result of Hemoscope itself.", "Choose the head CT series of the study."
        )
    if modality in _WITHOUT_PICTURES:
        raise RefusedError(
            NO_PICTURE, f"{source} holds no picture but {modality}.", "Choose the head CT series of the study."
        )


def _refuse_localizer(header: Any, source: str) -> None:
    kinds = header.get("ImageType") or ()
    words = [kinds] if isinstance(kinds, str) else list(kinds)
    if any(str(word).strip().upper() == "LOCALIZER" for word in words):
        raise RefusedError(
            "dicom.localizer",
            f"Expected an axial slice, received a localizer (scout view) in {source}.",
            "Choose the axial images of the series.",
        )


def _refuse_other_scale(header: Any, source: str) -> None:
    kind = str(_functional(header, "PixelValueTransformationSequence", "RescaleType") or "").strip().upper()
    if kind not in _HU_TYPES:
        raise RefusedError(
            "dicom.not_hounsfield",
            f"Expected (0028,1054) Rescale Type HU, received {kind[:16]} in {source}.",
            "Choose the conventional reconstruction of the same scan.",
        )


def _functional(header: Any, sequence: str, keyword: str) -> Any:
    """Find an attribute at the top, or in the functional groups where an enhanced image keeps it (PS3.3 C.7.6.16)."""
    if keyword in header:
        return header.get(keyword)
    for groups in ("PerFrameFunctionalGroupsSequence", "SharedFunctionalGroupsSequence"):
        for group in header.get(groups) or ():
            for item in group.get(sequence) or ():
                if keyword in item:
                    return item.get(keyword)
    return None


def _padding_value(header: Any, keyword: str, layout: StoredFormat) -> int | None:
    raw = header.get(keyword)
    if isinstance(raw, bytes):
        # An unknown VR leaves the two bytes as they are; every such file seen is little endian.
        raw = int.from_bytes(raw[:2], "little") if len(raw) >= 2 else None
    return None if raw is None or raw == "" else layout.as_stored(int(raw))


def _number(value: Any) -> float | None:
    return None if value is None or value == "" else float(value)


def _finite_or_none(value: Any) -> float | None:
    try:
        number = float(value)
    except (TypeError, ValueError):
        return None
    return number if math.isfinite(number) else None
