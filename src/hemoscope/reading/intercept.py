"""Mend stored values whose offset or sign the header states wrongly, and only where the picture itself proves it.

Public head CT collections hold two such kinds. In one the values lost their sign: air is stored as 3096 of 4096, or
-2000 as 63536 of 65536. In the other the header lacks the usual intercept: air is stored near 0 and brain near 1060,
yet the intercept says 0. Both are told by the air around the head and the soft tissue inside it, which no display
setting can imitate. An intercept of -1000 with air stored as 0, as RSNA 2019 also has, is right and stays.
"""

import numpy as np

from hemoscope.reading.rescale import Rescale, StoredFormat
from hemoscope.records import Notice

USUAL_INTERCEPT = -1024.0

_NO_AIR = -100.0
"""HU. Where the lowest value lies above this there is no air, fat or lung: no CT slice with its surroundings."""
_BEYOND_CT = 31_000.0
"""HU. Above the extended scale of any scanner; only a lost sign gets there."""
_PADDING_BELOW = -1500
"""Stored. Scanners that write -2000 outside their circle do so whatever the offset."""
_AIR_SHARE = 0.05
_BODY_SHARE = 0.01
_PEAK_HEIGHT = 5.0
"""Over 188 real slices with their intercept taken away, brain and muscle peak at 5 or more in 176 of them (the others
hold no tissue, or a face in bone); air clipped at 0 HU, which must stay, never peaks above 4 where bone would be brain.
Counted anew by tests/reading/test_intercept.py."""


def mend(
    stored: np.ndarray, layout: StoredFormat, rescale: Rescale, *, padded: np.ndarray
) -> tuple[np.ndarray, Rescale, tuple[Notice, ...]]:
    """Return stored values and rescale that give plausible HU, changed only on clear evidence.

    Args:
        stored: Stored values, shape (rows, columns).
        layout: How the header says they are written.
        rescale: What the header says.
        padded: bool mask of declared padding, left out of the evidence.

    Returns:
        Stored values (the same array or a mended copy), the rescale to apply, and what was done:
        "dicom.sign_corrected", "dicom.intercept_corrected", "dicom.intercept_doubtful" or nothing.
    """
    if stored.dtype.kind not in "iu" or rescale.slope != 1 or _is_as_usual(stored, layout, rescale):
        return stored, rescale, ()
    inside = stored[~padded & (stored > _PADDING_BELOW)]
    if inside.size == 0:
        return stored, rescale, ()
    if not layout.is_signed and layout.bits_stored == 16 and inside.max() + rescale.intercept > _BEYOND_CT:
        return _signed(stored, layout), rescale, (_sign_notice(int(inside.max())),)
    # A usual intercept with nothing dark is a crop inside the head, not a wrong header.
    if rescale.intercept <= _NO_AIR or inside.min() + rescale.intercept <= _NO_AIR:
        return stored, rescale, ()
    if not layout.is_signed and _has_air(_signed(inside, layout) + rescale.intercept):
        return _signed(stored, layout), rescale, (_sign_notice(int(inside.max())),)
    if _has_air(inside + USUAL_INTERCEPT) and _has_soft_tissue(inside + USUAL_INTERCEPT):
        return stored, Rescale(1.0, USUAL_INTERCEPT), (_intercept_notice(rescale.intercept),)
    return stored, rescale, (_doubt_notice(float(inside.min() + rescale.intercept)),)


def _is_as_usual(stored: np.ndarray, layout: StoredFormat, rescale: Rescale) -> bool:
    """Whether the intercept is one of a CT and no value is too high for one: nearly all slices are done with here."""
    is_signless = not layout.is_signed and layout.bits_stored == 16
    return rescale.intercept <= _NO_AIR and not (is_signless and stored.max() + rescale.intercept > _BEYOND_CT)


def _signed(stored: np.ndarray, layout: StoredFormat) -> np.ndarray:
    """Undo the loss of sign: 12 bits hold -1024..3071 HU as CT uses them, 16 bits plain two's complement."""
    modulus = 1 << layout.bits_stored
    first_negative = modulus // 2 if layout.bits_stored == 16 else modulus - modulus // 4
    wide = stored.astype(np.int64)
    return np.where(wide >= first_negative, wide - modulus, wide)


def _has_air(hu: np.ndarray) -> bool:
    """Whether a visible share lies within 150 of -1000 HU: no bone or metal reads as 5 % of such values."""
    return bool((np.abs(hu + 1000) <= 150).mean() >= _AIR_SHARE)


def _has_soft_tissue(hu: np.ndarray) -> bool:
    """Whether densities near 0 HU stand out as a sharp peak, as brain, muscle and fat do and bone does not."""
    if (hu > -700).mean() < _BODY_SHARE:
        return False
    counts, _ = np.histogram(hu, bins=np.arange(-600, 601, 25))
    pairs = counts[:-1] + counts[1:]
    centers = np.arange(-575, 576, 25)
    near_water = (centers >= -125) & (centers <= 100)
    return bool(pairs[near_water].max() >= _PEAK_HEIGHT * max(pairs.mean(), 1.0))


def _sign_notice(highest: int) -> Notice:
    return Notice(
        "dicom.sign_corrected",
        f"Stored values up to {highest:,} are negative numbers that lost their sign: "
        "(0028,0103) Pixel Representation was taken as 1, which puts air near -1000 HU.",
    )


def _intercept_notice(stated: float) -> Notice:
    return Notice(
        "dicom.intercept_corrected",
        f"(0028,1052) Rescale Intercept {stated:g} would put air near 0 HU; "
        "-1024 was used, which puts it near -1000 HU.",
    )


def _doubt_notice(lowest: float) -> Notice:
    return Notice(
        "dicom.intercept_doubtful",
        f"Expected air near -1000 HU, the lowest value is {lowest:g} HU; "
        "(0028,1052) Rescale Intercept was kept for want of evidence.",
    )
