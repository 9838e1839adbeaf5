"""Pixel data of a DICOM image: decoded, checked against the header, and turned grey where it is a picture."""

import os
from typing import Any, BinaryIO

import numpy as np
from pydicom.encaps import get_frame
from pydicom.pixels import apply_color_lut, pixel_array
from pydicom.pixels.utils import get_expected_length
from pydicom.uid import (
    UID,
    JPEG2000TransferSyntaxes,
    JPEGBaseline8Bit,
    JPEGExtended12Bit,
    JPEGLSLossless,
    JPEGLSNearLossless,
    JPEGLSTransferSyntaxes,
    JPEGTransferSyntaxes,
)

from hemoscope.errors import ReadingError
from hemoscope.reading.codestream import frame_size
from hemoscope.reading.dicom_header import layout_of, padding_of, text, whole_number
from hemoscope.reading.grey import is_colored, luma, stretch
from hemoscope.reading.picture import COLOR_DROPPED, RESCALED
from hemoscope.reading.rescale import StoredFormat, padding_mask
from hemoscope.records import Notice

_CODESTREAM_SYNTAXES = frozenset({*JPEGTransferSyntaxes, *JPEGLSTransferSyntaxes, *JPEG2000TransferSyntaxes})

_PLUGIN_OF = {
    JPEGBaseline8Bit: "pillow",
    JPEGExtended12Bit: "pillow",
    JPEGLSLossless: "pyjpegls",
    JPEGLSNearLossless: "pyjpegls",
    **dict.fromkeys(JPEG2000TransferSyntaxes, "pylibjpeg"),
}
"""Where there is a choice, not GDCM: it ends the process on some damaged streams that the others report."""

_OF_ONE_SAMPLE = frozenset({"MONOCHROME1", "MONOCHROME2", "PALETTE COLOR"})
"""Photometric interpretations of one sample per pixel."""
_ENCAPSULATED_AT = 12
"""Bytes from the tag of encapsulated pixel data to its first item: tag, VR, two reserved, length (PS3.5 A.4, 7.1.2)."""
_EXPORT_UNCOMPRESSED = "Export the slice uncompressed (Explicit VR Little Endian) and read that."


def decode(dataset: Any, *, source: str) -> np.ndarray:
    """Decode the only frame of an image.

    Args:
        dataset: A pydicom data set with pixel data and a transfer syntax.
        source: File name for the messages.

    Returns:
        Stored values, shape (rows, columns), or (rows, columns, 3) in RGB; sign and unused bits as PS3.5 8.1.1 says.

    Raises:
        ReadingError: "dicom.truncated", "dicom.no_decoder" or "dicom.invalid".
    """
    syntax = UID(dataset.file_meta.TransferSyntaxUID)
    is_native = syntax.is_transfer_syntax and not syntax.is_private and not syntax.is_encapsulated
    if is_native and _length(dataset) < get_expected_length(dataset):
        raise truncated(source)
    if syntax in _CODESTREAM_SYNTAXES:
        _check_codestream(get_frame(dataset.PixelData, 0, number_of_frames=1), syntax, dataset, source)
    return _decoded(dataset, dataset, syntax, index=None, source=source)


def decode_frame(file: BinaryIO, header: Any, index: int, *, source: str) -> np.ndarray:
    """Decode one frame of many straight from the file, reading no other.

    Args:
        file: The open file, at its pixel data.
        header: All of the data set before them.
        index: From 0.
        source: File name for the messages.

    Returns:
        Stored values, shape (rows, columns).

    Raises:
        ReadingError: "dicom.truncated", "dicom.no_decoder" or "dicom.invalid".
    """
    syntax = UID(header.file_meta.TransferSyntaxUID)
    start, end = file.tell(), file.seek(0, os.SEEK_END)
    if not syntax.is_encapsulated:
        each = get_expected_length(header) // whole_number(header, "NumberOfFrames", 1)
        if end - start < each * (index + 1):
            raise truncated(source)
    elif syntax in _CODESTREAM_SYNTAXES:
        file.seek(start + _ENCAPSULATED_AT)
        stream = get_frame(file, index, number_of_frames=whole_number(header, "NumberOfFrames", 1))
        _check_codestream(stream, syntax, header, source)
    file.seek(0)
    return _decoded(file, header, syntax, index=index, source=source)


def _decoded(pixels_in: Any, header: Any, syntax: UID, *, index: int | None, source: str) -> np.ndarray:
    try:
        pixels: np.ndarray = pixel_array(pixels_in, index=index, decoding_plugin=_PLUGIN_OF.get(syntax, ""))
    except NotImplementedError as error:
        raise _no_decoder(syntax, source) from error
    except RuntimeError as error:
        if _lacks_plugin(syntax, header, error):
            raise _no_decoder(syntax, source) from error
        raise _damaged(syntax, source) from error
    expected = (whole_number(header, "Rows", 0), whole_number(header, "Columns", 0))
    if pixels.shape not in (expected, (*expected, 3)):
        raise _damaged(syntax, source)
    return pixels


def grey_of(dataset: Any, samples: np.ndarray, *, source: str) -> tuple[np.ndarray, tuple[Notice, ...]]:
    """Turn the samples of a secondary capture into grey, black for padding, MONOCHROME1 inverted.

    Args:
        dataset: The data set the samples came from.
        samples: As `decode` returns them.
        source: File name for the message.

    Returns:
        float32 in [0, 1], shape (rows, columns), and the notices "picture.color_dropped" or "picture.rescaled".

    Raises:
        ReadingError: "picture.not_finite".

    Source: DICOM PS3.3 C.7.6.3.1.2, Photometric Interpretation.
    """
    interpretation = text(dataset, "PhotometricInterpretation").upper()
    if interpretation == "PALETTE COLOR":
        samples = apply_color_lut(samples, dataset)[..., :3]
        return _from_rgb(samples, samples.dtype.itemsize * 8)
    layout = layout_of(dataset)
    if samples.ndim == 3:
        return _from_rgb(samples, layout.bits_stored)
    if samples.dtype.kind == "f":
        grey, notices = _from_floats(samples, source)
    else:
        grey, notices = _from_integers(samples, layout), ()
    if interpretation == "MONOCHROME1":
        grey = np.float32(1) - grey
    padded = padding_mask(samples, padding_of(dataset, layout))
    return np.where(padded, np.float32(0), grey), notices


def truncated(source: str) -> ReadingError:
    """Build the error for a file that ends before its pixels do."""
    return ReadingError(
        "dicom.truncated",
        f"Expected all of (7FE0,0010) Pixel Data, but {source} ends before its image does.",
        "Fetch the file again.",
    )


def _check_codestream(stream: bytes, syntax: UID, dataset: Any, source: str) -> None:
    """Compare the compressed frame's own header with the DICOM header, and that with itself.

    RLE has no header of its own, and pydicom checks its length.
    """
    found = frame_size(stream)
    names = ("Rows", "Columns", "SamplesPerPixel", "BitsAllocated")
    if found is None or not found.agrees_with(*(whole_number(dataset, name, 1) for name in names)):
        raise _damaged(syntax, source)
    if not _is_consistent(dataset, is_jpeg=syntax in JPEGTransferSyntaxes):
        raise _damaged(syntax, source)


def _is_consistent(dataset: Any, *, is_jpeg: bool) -> bool:
    """Whether the header of a compressed image says the same everywhere; where it does not, GDCM ends the process.

    Source: DICOM PS3.3 C.7.6.3.1.2 for the samples of each photometric interpretation; PS3.5 8.2.1 for JPEG's bits.
    """
    samples, allocated, stored = (
        whole_number(dataset, name, 1) for name in ("SamplesPerPixel", "BitsAllocated", "BitsStored")
    )
    is_gray = text(dataset, "PhotometricInterpretation").upper() in _OF_ONE_SAMPLE
    if is_gray != (samples == 1):
        return False
    return not is_jpeg or (allocated in (8, 16) and (is_gray or stored == allocated))


def _length(dataset: Any) -> int:
    keywords = ("PixelData", "FloatPixelData", "DoubleFloatPixelData")
    return next(len(dataset[keyword].value or b"") for keyword in keywords if keyword in dataset)


def _lacks_plugin(syntax: UID, dataset: Any, error: Exception) -> bool:
    # GDCM's 12-bit JPEG is not wired into pydicom, which tells so only in the text of a general error.
    is_12_bit = syntax == JPEGExtended12Bit and whole_number(dataset, "BitsStored", 8) != 8
    return is_12_bit or "missing dependencies" in str(error)


def _no_decoder(syntax: UID, source: str) -> ReadingError:
    name = f"{syntax.name} ({syntax})" if syntax.name != syntax else str(syntax)
    return ReadingError(
        "dicom.no_decoder",
        f"Expected a transfer syntax that can be decoded here, received {name} in {source}.",
        _EXPORT_UNCOMPRESSED,
    )


def _damaged(syntax: UID, source: str) -> ReadingError:
    return ReadingError(
        "dicom.invalid",
        f"Expected pixel data of {syntax.name} that match the header, received damaged ones in {source}.",
        "Fetch the file again, or export the slice uncompressed.",
    )


def _from_rgb(rgb: np.ndarray, bits: int) -> tuple[np.ndarray, tuple[Notice, ...]]:
    full_scale = (1 << bits) - 1
    notices = (COLOR_DROPPED,) if is_colored(rgb, full_scale=full_scale) else ()
    return np.clip(luma(rgb, full_scale=full_scale), 0, 1), notices


def _from_integers(samples: np.ndarray, layout: StoredFormat) -> np.ndarray:
    full_scale = (1 << layout.bits_stored) - 1
    lowest = -(1 << (layout.bits_stored - 1)) if layout.is_signed else 0
    scaled = (samples.astype(np.float64) - lowest) / full_scale
    return np.clip(scaled, 0, 1).astype(np.float32)


def _from_floats(samples: np.ndarray, source: str) -> tuple[np.ndarray, tuple[Notice, ...]]:
    if not np.isfinite(samples).all():
        raise ReadingError(
            "picture.not_finite",
            f"Expected finite grey values in {source}, received NaN or infinity.",
            "Export the slice again as integers.",
        )
    return stretch(samples), (RESCALED,)
