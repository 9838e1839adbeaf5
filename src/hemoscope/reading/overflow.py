"""Values that ran over the end of their range, as metal does: islands of the lowest values inside the highest."""

from typing import NamedTuple

import cv2
import numpy as np

from hemoscope.reading.rescale import StoredFormat
from hemoscope.records import Notice


class _Range(NamedTuple):
    low: int
    high: int

    @property
    def modulus(self) -> int:
        return self.high - self.low + 1

    def is_reached(self, highest: int) -> bool:
        return self.high - self.modulus // 4 < highest <= self.high


_TWELVE_BITS = (_Range(0, 4095), _Range(-1024, 3071))
"""What scanners fill of 16 bits: 12 bits from 0, or from -1024 where the values are HU already."""


def unwrap(stored: np.ndarray, layout: StoredFormat, *, padded: np.ndarray) -> tuple[np.ndarray, tuple[Notice, ...]]:
    """Put values back that ran over the top of their range and came out at the bottom.

    Beside a value in the top quarter of the range never lies one of the bottom quarter without others between them: at
    the edge of metal or bone the scanner's blur sees to that. So an island of nothing but lowest values, shut in by
    highest ones on all sides, has run over.

    Args:
        stored: Stored values, shape (rows, columns).
        layout: How the header says they are written.
        padded: bool mask of declared padding, which is no island.

    Returns:
        Stored values (the same array, or a wider copy) and "dicom.overflow_corrected", or nothing.
    """
    inside = stored[~padded] if padded.any() else stored
    if stored.dtype.kind not in "iu" or inside.size == 0:
        return stored, ()
    limits = _range_of(int(inside.min()), int(inside.max()), layout)
    if limits is None:
        return stored, ()
    islands = _islands(stored, limits, padded)
    count = int(islands.sum())
    if count == 0:
        return stored, ()
    wide = stored.astype(np.int64)
    wide[islands] += limits.modulus
    text = (
        f"{count:,} pixels inside the densest parts ran over the end of {limits.modulus:,} values, as metal does; they "
        "were put back above it."
    )
    return wide, (Notice("dicom.overflow_corrected", text),)


def _range_of(lowest: int, highest: int, layout: StoredFormat) -> _Range | None:
    """Find the range whose top is reached; most slices reach none, and are done with here."""
    half = 1 << (layout.bits_stored - 1)
    stated = _Range(-half, half - 1) if layout.is_signed else _Range(0, 2 * half - 1)
    fitting = (limits for limits in (stated, *_TWELVE_BITS) if lowest >= limits.low or limits is stated)
    return next((limits for limits in fitting if limits.is_reached(highest)), None)


def _islands(stored: np.ndarray, limits: _Range, padded: np.ndarray) -> np.ndarray:
    quarter = limits.modulus // 4
    is_high = stored > limits.high - quarter
    is_low = (stored < limits.low + quarter) & ~padded
    if not _touch(is_high, is_low):
        return np.zeros(stored.shape, bool)
    count, labels = cv2.connectedComponents((~is_high).astype(np.uint8), connectivity=8)
    is_island = np.ones(count, bool)
    is_island[0] = False
    is_island[labels[~is_high & ~is_low]] = False
    for edge in (labels[0], labels[-1], labels[:, 0], labels[:, -1]):
        is_island[edge] = False
    return np.asarray(is_island[labels])


def _touch(first: np.ndarray, second: np.ndarray) -> bool:
    """Whether a pixel of one mask lies beside one of another, as every island lies beside what shuts it in."""
    return bool((cv2.dilate(first.view(np.uint8), np.ones((3, 3), np.uint8)) & second.view(np.uint8)).any())
