"""Ordinary pictures: PNG, JPEG, TIFF and BMP through Pillow. Their window is unknown, so they are never in HU."""

import struct
import warnings
import zlib
from typing import Any, BinaryIO

import numpy as np
from PIL import BmpImagePlugin, Image, ImageOps, JpegImagePlugin, PngImagePlugin, TiffImagePlugin

from hemoscope.errors import HemoscopeError, ReadingError
from hemoscope.reading.grey import is_colored, luma, over_black, stretch
from hemoscope.reading.limits import check_size
from hemoscope.reading.sniff import MediaFormat
from hemoscope.records import Notice, Slice
from hemoscope.terms import Unit

HU_UNKNOWN = Notice("picture.hu_unknown", "The picture has grey values of an unknown window, not Hounsfield units.")
COLOR_DROPPED = Notice("picture.color_dropped", "The picture has colors; its luminance was taken as density.")
ALPHA_DROPPED = Notice("picture.alpha_dropped", "The picture is partly transparent; it was laid over black.")
RESCALED = Notice(
    "picture.rescaled", "The picture has no stated full scale; its darkest and brightest values became 0 and 1."
)

# The plugins themselves instead of Image.open: that one judges the size by its own rule, with warnings and an
# exception that names no size, before ours can.
_OPENERS: dict[MediaFormat, Any] = {
    MediaFormat.PNG: PngImagePlugin.PngImageFile,
    MediaFormat.JPEG: JpegImagePlugin.JpegImageFile,
    MediaFormat.TIFF: TiffImagePlugin.TiffImageFile,
    MediaFormat.BMP: BmpImagePlugin.BmpImageFile,
}
_END_MARKERS = {MediaFormat.PNG: b"IEND", MediaFormat.JPEG: b"\xff\xd9"}
_WITH_ALPHA = frozenset({"LA", "La", "PA", "RGBA", "RGBa"})
_FULL_SCALE_16 = 65535


def read_picture(file: BinaryIO, media_format: MediaFormat, *, source: str) -> Slice:
    """Read a PNG, JPEG, TIFF or BMP as grey.

    Args:
        file: The open file, at its start.
        media_format: What `identify` said it is.
        source: File name for the record and the messages.

    Returns:
        float32 grey in [0, 1], shape (rows, columns), upright as EXIF asks, always with "picture.hu_unknown".

    Raises:
        ReadingError: "read.too_large", "read.zero_size", "read.truncated", "read.damaged", "picture.multipage" or
            "picture.not_finite".
    """
    try:
        with warnings.catch_warnings():
            # Pillow warns about odd metadata; what matters to the pixels is reported below by code.
            warnings.simplefilter("ignore")
            image = _open(file, media_format, source)
            pixels, notices = _to_grey(_upright(image), source)
    except HemoscopeError:
        raise
    except Exception as error:
        # Only a failing disk sets errno; Pillow's own complaints do not.
        if isinstance(error, OSError) and error.errno is not None:
            raise
        # Pillow's decoders raise almost every builtin exception on damaged bytes; none may reach the user bare.
        raise _cannot_decode(file, media_format, source, error) from error
    return Slice(pixels, Unit.GREY, source, str(media_format), warnings=(HU_UNKNOWN, *notices))


def _open(file: BinaryIO, media_format: MediaFormat, source: str) -> Image.Image:
    image: Image.Image = _OPENERS[media_format](file, source)
    columns, rows = image.size
    check_size(rows, columns, source=source)
    pages = getattr(image, "n_frames", 1)
    if pages > 1:
        raise ReadingError(
            "picture.multipage",
            f"Expected one picture in {source}, received {pages}.",
            "Save each page as its own file and read those.",
        )
    image.load()
    return image


def _upright(image: Image.Image) -> Image.Image:
    try:
        return ImageOps.exif_transpose(image)
    except Exception:
        # A damaged EXIF block says nothing about the pixels, which are decoded by now.
        return image


def _to_grey(image: Image.Image, source: str) -> tuple[np.ndarray, tuple[Notice, ...]]:
    if image.mode in ("1", "L") and "transparency" not in image.info:
        return _scaled(np.asarray(image.convert("L")), 255), ()
    if image.mode.startswith("I;16"):
        return _scaled(np.asarray(image), _FULL_SCALE_16), ()
    if image.mode in ("I", "F"):
        return _from_numbers(np.asarray(image), source)
    return _from_color(image)


def _scaled(samples: np.ndarray, full_scale: int) -> np.ndarray:
    return (samples.astype(np.float32) / np.float32(full_scale)).astype(np.float32)


def _from_numbers(values: np.ndarray, source: str) -> tuple[np.ndarray, tuple[Notice, ...]]:
    """Scale 32-bit samples: floats in [0, 1] stay, integers that fit 16 bits are such, anything else is stretched."""
    if not np.isfinite(values).all():
        raise ReadingError(
            "picture.not_finite",
            f"Expected finite grey values in {source}, received NaN or infinity.",
            "Export the slice again as 8- or 16-bit PNG.",
        )
    if values.dtype.kind == "f" and values.min() >= 0 and values.max() <= 1:
        return values.astype(np.float32), ()
    if values.dtype.kind != "f" and values.min() >= 0 and values.max() <= _FULL_SCALE_16:
        return _scaled(values, _FULL_SCALE_16), ()
    return stretch(values), (RESCALED,)


def _from_color(image: Image.Image) -> tuple[np.ndarray, tuple[Notice, ...]]:
    notices = []
    transparent = image.mode in _WITH_ALPHA or "transparency" in image.info
    samples = np.asarray(image.convert("RGBA" if transparent else "RGB"))
    rgb = samples[..., :3]
    grey = luma(rgb, full_scale=255)
    if is_colored(rgb, full_scale=255):
        notices.append(COLOR_DROPPED)
    if transparent and samples[..., 3].min() < 255:
        grey = over_black(grey, samples[..., 3])
        notices.append(ALPHA_DROPPED)
    return grey, tuple(notices)


def _cannot_decode(file: BinaryIO, media_format: MediaFormat, source: str, error: Exception) -> ReadingError:
    kind = media_format.upper()
    if _is_cut_short(file, media_format, error):
        return ReadingError(
            "read.truncated",
            f"Expected a whole {kind}, but {source} ends before its picture does.",
            "Fetch the file again.",
        )
    return ReadingError(
        "read.damaged",
        f"Expected a {kind} that can be decoded, received damaged or unusual data in {source}.",
        "Fetch the file again, or save the slice anew as 8- or 16-bit PNG.",
    )


def _is_cut_short(file: BinaryIO, media_format: MediaFormat, error: Exception) -> bool:
    marker = _END_MARKERS.get(media_format)
    if marker is not None:
        file.seek(0)
        return marker not in file.read()[-64:]
    cut = isinstance(error, EOFError | struct.error | IndexError | zlib.error)
    return cut or "truncated" in str(error).lower() or "not enough" in str(error).lower()
