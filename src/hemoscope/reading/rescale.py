"""Stored values to Hounsfield units: padding, slope and intercept, the floor at air. Arrays only, no DICOM library."""

import math
from dataclasses import dataclass

import numpy as np

from hemoscope.errors import ReadingError
from hemoscope.records import Notice

AIR = -1024.0
"""Floor of the HU scale here: padding and everything below it is nothing but air."""

_WHOLE_BELOW = 2.0**23
"""Half of what float32 counts to without a gap."""


@dataclass(frozen=True, slots=True)
class Rescale:
    """HU = slope x stored + intercept (PS3.3 C.11.1.1.2).

    Attributes:
        slope: (0028,1053) Rescale Slope in HU per stored unit.
        intercept: (0028,1052) Rescale Intercept in HU.
    """

    slope: float = 1.0
    intercept: float = 0.0

    def check(self, source: str) -> None:
        """Raise ReadingError "dicom.invalid_rescale" unless both are finite and the slope is not zero."""
        if math.isfinite(self.slope) and math.isfinite(self.intercept) and self.slope != 0:
            return
        raise ReadingError(
            "dicom.invalid_rescale",
            "Expected a finite (0028,1052) Rescale Intercept and a finite, non-zero (0028,1053) Rescale Slope in "
            f"{source}, received {self.intercept:g} and {self.slope:g}.",
            "Export the slice from the scanner or PACS again.",
        )


@dataclass(frozen=True, slots=True)
class StoredFormat:
    """How the stored values are written (PS3.5 8.1.1).

    Attributes:
        bits_allocated: (0028,0100) Bits Allocated.
        bits_stored: (0028,0101) Bits Stored.
        is_signed: (0028,0103) Pixel Representation is 1, two's complement.
    """

    bits_allocated: int
    bits_stored: int
    is_signed: bool

    def as_stored(self, value: int) -> int:
        """Read a header value in the signedness of the pixels, whatever VR (US or SS) it was written with.

        >>> StoredFormat(16, 16, is_signed=True).as_stored(63536)
        -2000
        """
        wrapped = value % (1 << self.bits_allocated)
        if self.is_signed and wrapped >= 1 << (self.bits_allocated - 1):
            wrapped -= 1 << self.bits_allocated
        return wrapped


def padding_mask(stored: np.ndarray, bounds: tuple[int, int] | None) -> np.ndarray:
    """Mark the pixels that the scanner padded.

    Args:
        stored: Stored values, shape (rows, columns).
        bounds: (0028,0120) Pixel Padding Value and (0028,0121) Pixel Padding Range Limit as stored values, in either
            order, both included; None when no padding is declared.

    Returns:
        bool, shape (rows, columns), True where padded.

    Source: DICOM PS3.3 C.7.5.1.1.2.
    """
    if bounds is None:
        return np.zeros(stored.shape, dtype=bool)
    low, high = min(bounds), max(bounds)
    return np.asarray((stored >= low) & (stored <= high))


def to_hu(stored: np.ndarray, rescale: Rescale, *, padded: np.ndarray, source: str) -> np.ndarray:
    """Turn stored values into HU, with padding as air. Photometric Interpretation plays no part.

    Args:
        stored: Stored values, shape (rows, columns), integer or float.
        rescale: Slope and intercept.
        padded: bool mask of the same shape; these pixels become -1024 HU.
        source: File name for the message.

    Returns:
        float32 HU of the same shape; values below -1024 outside the padding are kept, see `lift_to_air`.

    Raises:
        ReadingError: "dicom.invalid_rescale" when the result is not finite.

    Source: DICOM PS3.3 C.11.1.1.2. MONOCHROME1 says only how values are displayed (C.7.6.3.1.2): HU are the same.
    """
    rescale.check(source)
    if _is_exact(stored, rescale):
        hu = stored.astype(np.float32)
        hu += np.float32(rescale.intercept)
        return _with_air(hu, padded)
    with np.errstate(over="ignore", invalid="ignore"):
        hu = (stored.astype(np.float64) * rescale.slope + rescale.intercept).astype(np.float32)
    hu = _with_air(hu, padded)
    if not np.isfinite(hu).all():
        raise ReadingError(
            "dicom.invalid_rescale",
            f"Expected finite Hounsfield units in {source}, received values beyond every CT scale.",
            "Export the slice from the scanner or PACS again.",
        )
    return hu


def _is_exact(stored: np.ndarray, rescale: Rescale) -> bool:
    """Whether float32 holds every value, as of 16 bits with a slope of 1 and a whole intercept: no rounding then."""
    is_small = stored.dtype.kind in "iu" and stored.dtype.itemsize <= 2
    return (
        is_small
        and rescale.slope == 1
        and float(rescale.intercept).is_integer()
        and abs(rescale.intercept) < _WHOLE_BELOW
    )


def _with_air(hu: np.ndarray, padded: np.ndarray) -> np.ndarray:
    """Put air where the scanner padded; the array is ours alone."""
    if padded.any():
        hu[padded] = AIR
    return hu


def lift_to_air(hu: np.ndarray, *, padding_declared: bool) -> tuple[np.ndarray, tuple[Notice, ...]]:
    """Lift what lies below -1024 HU to it, and say so where no padding was declared to explain it.

    Args:
        hu: float32 HU, shape (rows, columns).
        padding_declared: Whether the file has a (0028,0120) Pixel Padding Value.

    Returns:
        The lifted array, and a "dicom.below_air" notice or nothing.
    """
    if hu.min(initial=AIR) >= AIR:
        return hu, ()
    lifted = np.maximum(hu, np.float32(AIR))
    if padding_declared:
        return lifted, ()
    count = np.count_nonzero(hu < AIR)
    text = f"{count:,} pixels below -1024 HU were taken as air; no (0028,0120) Pixel Padding Value is declared."
    return lifted, (Notice("dicom.below_air", text),)
