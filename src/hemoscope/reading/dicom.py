"""One DICOM file to one slice: HU from a CT, grey from a secondary capture, a typed reason from anything else."""

import os
import zlib
from typing import Any, BinaryIO

import numpy as np
from pydicom import dcmread
from pydicom.filereader import data_element_generator
from pydicom.uid import ExplicitVRBigEndian, ExplicitVRLittleEndian, ImplicitVRLittleEndian

from hemoscope.errors import HemoscopeError, ReadingError
from hemoscope.reading.deflate import refuse_deflate_bomb
from hemoscope.reading.dicom_header import check_frame, layout_of, padding_of, rescale_of, spacing_of, text, unit_of
from hemoscope.reading.dicom_pixels import decode, decode_frame, grey_of, truncated
from hemoscope.reading.functional_groups import frame_header
from hemoscope.reading.instance import axes_of
from hemoscope.reading.intercept import mend
from hemoscope.reading.overflow import unwrap
from hemoscope.reading.quiet import quiet_libraries
from hemoscope.reading.rescale import Rescale, lift_to_air, padding_mask, to_hu
from hemoscope.records import Notice, Slice
from hemoscope.terms import Unit

HU_UNKNOWN = Notice(
    "picture.hu_unknown", "The DICOM file holds a picture with grey values of an unknown window, not Hounsfield units."
)
NO_MODALITY = Notice("dicom.no_modality", "(0008,0060) Modality is missing; the image was taken as a grey picture.")


def read_dicom(file: BinaryIO, *, source: str, frame: int | None = None, rescale: Rescale | None = None) -> Slice:
    """Read a single-frame DICOM image, or one frame of an enhanced image.

    Args:
        file: The open file, at its start, with or without preamble.
        source: File name for the record and the messages.
        frame: From 0, in an image whose frames say where they lie; its other frames are not decoded.
        rescale: To use in place of what the header says and what the pixels suggest.

    Returns:
        float32, shape (rows, columns): HU from -1024 up for a CT, else grey in [0, 1] with "picture.hu_unknown".

    Raises:
        ReadingError: The file cannot be decoded; see the codes "dicom.*" and "read.too_large".
        RefusedError: Another modality, a localizer, or a CT whose values are not HU.
    """
    try:
        refuse_deflate_bomb(file, source=source)
        with quiet_libraries():
            if frame is None:
                return _read(file, source, rescale)
            return _read_frame(file, source, frame, rescale)
    except HemoscopeError:
        raise
    except zlib.error as error:
        # Only a deflated data set (PS3.5 A.5) is inflated here, before anything else can be known of it.
        raise truncated(source) from error
    except Exception as error:
        if isinstance(error, OSError) and error.errno is not None:
            raise
        # pydicom converts values when they are looked at and raises almost every builtin exception on bad ones. Its
        # text may quote patient data, so only the kind is passed on.
        raise ReadingError(
            "dicom.invalid",
            f"Expected a DICOM image as in PS3.10, but {source} cannot be interpreted ({type(error).__name__}).",
            "Export the slice from the scanner or PACS again.",
        ) from error


def _read(file: BinaryIO, source: str, rescale: Rescale | None = None) -> Slice:
    # The header first: most refusals need no pixels, and afterwards the position tells whether pixels follow at all.
    header = dcmread(file, stop_before_pixels=True, force=True)
    is_implicit = _is_implicit(header)
    unit = unit_of(header, source=source)
    is_deflated = text(header.file_meta, "TransferSyntaxUID").startswith("1.2.840.10008.1.2.1.99")
    pixels_follow = file.tell() < os.fstat(file.fileno()).st_size
    check_frame(header, has_pixels=is_deflated or pixels_follow, source=source)
    if is_deflated:
        file.seek(0)
        dataset = dcmread(file, force=True)  # of what it inflates, nothing is left to read on from
    else:
        dataset = _with_rest(header, file, is_implicit=is_implicit, source=source)
    if not any(keyword in dataset for keyword in ("PixelData", "FloatPixelData", "DoubleFloatPixelData")):
        if is_deflated:
            check_frame(dataset, has_pixels=False, source=source)
        # The header ended where pixels begin, and pydicom gave up inside them.
        raise truncated(source)
    dataset = _with_syntax(dataset)
    return _slice(dataset, decode(dataset, source=source), unit, source, rescale)


def _is_implicit(header: Any) -> bool:
    """Tell how a data set was read, which may not be what its meta information says."""
    first = next((header.get_item(tag) for tag in header.keys()), None)  # noqa: SIM118  iterating would decode values
    return bool(getattr(first, "is_implicit_VR", header.original_encoding[0]))


def _with_rest(header: Any, file: BinaryIO, *, is_implicit: bool, source: str) -> Any:
    """Read on where the header ended, at the pixels, so that no part of the file is parsed twice."""
    try:
        for element in data_element_generator(file, is_implicit, header.original_encoding[1]):
            if not element.tag.is_private:
                header[element.tag] = element
    except (EOFError, NotImplementedError) as error:
        raise truncated(source) from error
    return header


def _read_frame(file: BinaryIO, source: str, frame: int, rescale: Rescale | None) -> Slice:
    image = dcmread(file, stop_before_pixels=True, force=True)
    header = frame_header(image, frame)
    unit = unit_of(header, source=source)
    check_frame(header, has_pixels=True, source=source)
    stored = decode_frame(file, image, frame, source=source)
    return _slice(header, stored, unit, source, rescale)


def _slice(dataset: Any, stored: np.ndarray, unit: Unit, source: str, rescale: Rescale | None = None) -> Slice:
    if unit is Unit.HU:
        pixels, notices = _hounsfield(dataset, stored, source, rescale)
    else:
        pixels, notices = _grey(dataset, stored, source)
    spacing, spacing_notices = spacing_of(dataset, unit)
    axes = axes_of(dataset.get("ImageOrientationPatient"))
    edges = None if axes is None else axes.edges
    return Slice(pixels, unit, source, "dicom", spacing, (*notices, *spacing_notices), edges)


def _with_syntax(dataset: Any) -> Any:
    """Name the transfer syntax that a file without meta information was found to have; the data set is ours alone."""
    if "TransferSyntaxUID" not in dataset.file_meta:
        is_implicit, is_little = dataset.original_encoding
        explicit = ExplicitVRLittleEndian if is_little else ExplicitVRBigEndian
        dataset.file_meta.TransferSyntaxUID = ImplicitVRLittleEndian if is_implicit else explicit
    return dataset


def _hounsfield(
    dataset: Any, stored: np.ndarray, source: str, rescale: Rescale | None = None
) -> tuple[np.ndarray, tuple[Notice, ...]]:
    stated, assumed = rescale_of(dataset)
    stated.check(source)
    layout = layout_of(dataset)
    padding = padding_of(dataset, layout)
    padded = padding_mask(stored, padding)
    stored, unwrapped = unwrap(stored, layout, padded=padded)
    if rescale is None:
        stored, rescale, mended = mend(stored, layout, stated, padded=padded)
    else:
        mended = ()
    hu = to_hu(stored, rescale, padded=padded, source=source)
    hu, lifted = lift_to_air(hu, padding_declared=padding is not None)
    return hu, (*assumed, *unwrapped, *mended, *lifted)


def _grey(dataset: Any, samples: np.ndarray, source: str) -> tuple[np.ndarray, tuple[Notice, ...]]:
    grey, notices = grey_of(dataset, samples, source=source)
    unsaid = () if text(dataset, "Modality") else (NO_MODALITY,)
    return grey, (HU_UNKNOWN, *unsaid, *notices)
