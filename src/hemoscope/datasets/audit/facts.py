"""What a file says before anyone looks at its picture, and what it says about its brightness and color."""

import hashlib
import warnings
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from PIL import Image

from hemoscope.datasets.items import Item
from hemoscope.errors import ReadingError
from hemoscope.records import Slice

BITS = {"1": 1, "I": 32, "F": 32}
ALPHA_MODES = frozenset({"LA", "La", "PA", "RGBA", "RGBa"})
GREY_MODES = frozenset({"1", "L", "LA", "La", "I", "F"})
FORMATS = ("png", "jpeg", "tiff", "bmp", "dicom", "nifti")
UNPICTURED = frozenset({"dicom", "nifti"})
"""Formats whose files no picture library reads."""


@dataclass(frozen=True, slots=True)
class FileFacts:
    """What is known of one file.

    Attributes:
        file_hash: First 32 hex digits of the SHA-256 of its bytes, as `Item.sha256`.
        pixel_hash: Likewise of its pixels as read, with their shape and unit.
        width: Columns.
        height: Rows.
        file_size: Bytes.
        bit_depth: Bits per sample of a picture; 0 where it is not known, as in DICOM and NIfTI.
        media_format: As `Slice.media_format`.
        has_color: Whether the file stores color channels, gray or not.
        has_alpha: Whether it stores transparency.
        is_tinted: Whether its pixels are in fact colored.
        brightness: Mean of its pixels: gray in [0, 1], or HU.
        spacing_mm: Pixel spacing between rows; 0 where the file does not say.
    """

    file_hash: str
    pixel_hash: str
    width: int
    height: int
    file_size: int
    bit_depth: int
    media_format: str
    has_color: bool
    has_alpha: bool
    is_tinted: bool
    brightness: float
    spacing_mm: float


def read_facts(item: Item, image: Slice) -> FileFacts:
    """Gather the facts about one file.

    Args:
        item: The file, or the slice of a volume.
        image: What was read of it.

    Raises:
        ReadingError: "read.io_failed" where the file cannot be read a second time.
    """
    try:
        file_hash, file_size = item.sha256()[:32], item.path.stat().st_size
    except OSError as error:
        raise ReadingError("read.io_failed", f"{item.path.name} could not be read to its end.", "Try again.") from error
    mode, has_transparency = _mode_of(item.path) if image.media_format not in UNPICTURED else ("", False)
    rows, columns = image.pixels.shape
    return FileFacts(
        file_hash=file_hash,
        pixel_hash=_hash(f"{rows} {columns} {image.unit}".encode() + np.ascontiguousarray(image.pixels).tobytes()),
        width=columns,
        height=rows,
        file_size=file_size,
        bit_depth=0 if not mode else BITS.get(mode, 16 if "16" in mode else 8),
        media_format=image.media_format,
        has_color=bool(mode) and mode not in GREY_MODES and "16" not in mode,
        has_alpha=mode in ALPHA_MODES or has_transparency,
        is_tinted=any(notice.code == "picture.color_dropped" for notice in image.warnings),
        brightness=float(image.pixels.mean()),
        spacing_mm=image.spacing[0] if image.spacing else 0.0,
    )


def _mode_of(path: Path) -> tuple[str, bool]:
    """Read Pillow's name of the pixel format from the header, and whether the file names a transparent color."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # the reader has judged the file; here its header is enough
        try:
            with Image.open(path) as header:
                return header.mode, "transparency" in header.info
        except Exception:  # Pillow raises almost every builtin exception on odd headers, and none matters here
            return "", False


def _hash(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()[:32]


def pixel_free(facts: tuple[FileFacts, ...]) -> dict[str, np.ndarray]:
    """Return what can be known of each file without its picture, by name: float64, shape (n,).

    A network that sees only pixels brought to one size can still infer much of this from blur and borders.
    """
    columns = {
        "width": [one.width for one in facts],
        "height": [one.height for one in facts],
        "aspect": [one.width / one.height for one in facts],
        "file size": [one.file_size for one in facts],
        "bit depth": [one.bit_depth for one in facts],
        "format": [FORMATS.index(one.media_format) for one in facts],
        "color channels": [one.has_color for one in facts],
        "alpha channel": [one.has_alpha for one in facts],
        "pixel spacing": [one.spacing_mm for one in facts],
    }
    return {name: np.asarray(values, float) for name, values in columns.items()}


def all_features(facts: tuple[FileFacts, ...]) -> dict[str, np.ndarray]:
    """Return what `pixel_free` does, and order, brightness and tint: float64, shape (n,)."""
    rest = {
        "order": range(len(facts)),
        "mean brightness": [one.brightness for one in facts],
        "tint": [one.is_tinted for one in facts],
    }
    return {**pixel_free(facts), **{name: np.asarray(list(values), float) for name, values in rest.items()}}
