"""The pixels of slices as a page carries them: whole HU, exact, packed so that any browser unpacks them by itself."""

import base64
import math
import zlib
from dataclasses import dataclass

import numpy as np

from hemoscope.records import Shown
from hemoscope.results.overlay import resample
from hemoscope.results.palette import find_areas
from hemoscope.terms import Label, Unit

OFFSET, HIGHEST = -1024, 4095
"""HU of the stored value 0; the highest stored value, 3071 HU: what is denser, as metal, is shown as this."""
GREYS = 255
"""Stored value of white in a picture whose values are not HU."""
LONGEST, SHORTEST = 512, 256
"""Pixels of a slice's longer side that a page carries at most, and at least where a study has very many."""
MOST_PIXELS = 40 * LONGEST**2
"""In all slices together: 32 of 512 x 512 then take some 7 MB."""
_LEVEL = 1
"""Of zlib: stronger ones save a tenth and take five times as long (measured on the 32 slices of an RSNA study)."""


@dataclass(frozen=True, slots=True)
class PackedSlice:
    """A slice and what is seen in it, for `study_pixels.js` to unpack.

    Attributes:
        pixels: uint16, stored values; see `pack`.
        marks: uint8: areas as `find_areas` numbers them, or 0 to 255 of another method's map; None without.
        rows: Of both.
        columns: Of both.
        unit: Of what is stored: HU less `OFFSET`, or grey from 0 to `GREYS`.
        mm: Of a pixel, down and across; None where the file does not say.
        is_reduced: Whether the slice has more pixels than the page carries.
    """

    pixels: str
    marks: str | None
    rows: int
    columns: int
    unit: Unit
    mm: tuple[float, float] | None
    is_reduced: bool


def longest_side(count: int) -> int:
    """Return how many pixels the longer side of a slice may have, where a page carries so many slices.

    >>> longest_side(32), longest_side(80), longest_side(1000)
    (512, 362, 256)
    """
    return max(SHORTEST, min(LONGEST, int(math.sqrt(MOST_PIXELS / max(count, 1)))))


def pack_slice(shown: Shown, *, is_heat: bool, longest: int = LONGEST) -> PackedSlice:
    """Pack a slice and what is seen in it.

    Args:
        shown: The slice; withheld maps are left out.
        is_heat: As for `lay_out`.
        longest: Pixels that the longer side has at most.
    """
    image, (rows, columns) = shown.image, shown.image.pixels.shape
    share = min(1.0, longest / max(rows, columns))
    size = max(1, round(rows * share)), max(1, round(columns * share))
    pixels = resample(image.pixels, size)
    stored = np.rint(pixels) - OFFSET if image.unit is Unit.HU else np.rint(pixels * GREYS)
    marks = _marks(shown, size, is_heat=is_heat)
    row_mm, column_mm = image.spacing or (0.0, 0.0)
    return PackedSlice(
        pixels=pack(np.clip(stored, 0, HIGHEST if image.unit is Unit.HU else GREYS).astype(np.uint16)),
        marks=None if marks is None else pack(marks),
        rows=size[0],
        columns=size[1],
        unit=image.unit,
        mm=None if image.spacing is None else (row_mm * (rows / size[0]), column_mm * (columns / size[1])),
        is_reduced=share < 1,
    )


def _marks(shown: Shown, size: tuple[int, int], *, is_heat: bool) -> np.ndarray | None:
    if shown.maps is None or shown.withheld is not None:
        return None
    maps = {label: resample(of_one, size, is_map=True) for label, of_one in shown.maps.items()}
    return np.rint(maps[Label.ANY] * 255).astype(np.uint8) if is_heat else find_areas(maps)


def pack(values: np.ndarray) -> str:
    """Pack numbers without loss: each as the difference from the one above it, folded to be positive, byte by byte.

    Args:
        values: uint16 or uint8, shape (rows, columns).

    Returns:
        base64 of a zlib stream (RFC 1950) of rows x columns high bytes, where there are two, then as many low ones. A
        difference d is folded to 2d, or to -2d - 1 where it is negative, modulo the range.

    >>> zlib.decompress(base64.b64decode(pack(np.array([[3], [2], [4]], np.uint8)))).hex()
    '060104'
    """
    width = values.dtype.itemsize * 8
    steps = np.diff(values, axis=0, prepend=values.dtype.type(0)).astype(np.int16 if width == 16 else np.int8)
    folded = np.bitwise_xor(np.left_shift(steps, 1), np.right_shift(steps, width - 1)).astype(values.dtype)
    planes = [(folded >> 8).astype(np.uint8), (folded & 255).astype(np.uint8)] if width == 16 else [folded]
    raw = b"".join(plane.tobytes() for plane in planes)
    return base64.b64encode(zlib.compress(raw, _LEVEL)).decode("ascii")
