"""Samples of any kind of picture to grey in [0, 1].

Color becomes Rec. 601 luma. On the blue-tinted CT pictures that circulate (R < G < B at every grey level) luma follows
the green channel to within 1 % and stays strictly monotone in density; the largest channel would saturate before bone.
"""

import numpy as np

_LUMA_PER_MILLE = (299, 587, 114)
"""Whole weights that sum to 1000: equal channels give exactly their own value. Source: ITU-R BT.601-7, 2.5.1."""

_LARGEST_FULL_SCALE_IN_32_BITS = (2**32 - 1) // 1000

_SPREAD = 16 / 255
_COLORED_SHARE = 0.01


def luma(rgb: np.ndarray, *, full_scale: int) -> np.ndarray:
    """Reduce colors to Rec. 601 luma.

    Args:
        rgb: Unsigned integers, shape (rows, columns, 3).
        full_scale: The sample that means 1.0, such as 255.

    Returns:
        float32, shape (rows, columns), in [0, 1].

    >>> luma(np.array([[[51, 51, 51], [0, 0, 255]]], dtype=np.uint8), full_scale=255).round(3).tolist()
    [[0.20000000298023224, 0.11400000005960464]]
    """
    # Whole numbers stay exact, and 32 bits keep a large picture small in memory.
    kind = np.dtype(np.uint32 if full_scale <= _LARGEST_FULL_SCALE_IN_32_BITS else np.float64)
    weighted = np.zeros(rgb.shape[:2], dtype=kind)
    for channel, weight in enumerate(_LUMA_PER_MILLE):
        weighted += rgb[..., channel].astype(kind) * kind.type(weight)
    return (weighted / (1000.0 * full_scale)).astype(np.float32)


def is_colored(rgb: np.ndarray, *, full_scale: int) -> bool:
    """Whether more than 1 % of the pixels have channels that differ by more than JPEG noise (16 of 255).

    Args:
        rgb: Unsigned integers, shape (rows, columns, 3).
        full_scale: The sample that means 1.0.
    """
    spread = rgb.max(axis=-1) - rgb.min(axis=-1)
    return bool((spread > _SPREAD * full_scale).mean() > _COLORED_SHARE)


def over_black(grey: np.ndarray, alpha: np.ndarray) -> np.ndarray:
    """Lay a half-transparent picture over black, the color of air.

    Args:
        grey: float32 in [0, 1], shape (rows, columns).
        alpha: Unsigned 8-bit coverage of the same shape, 255 = opaque.

    Returns:
        float32 in [0, 1], shape (rows, columns).
    """
    return (grey * (alpha / np.float32(255))).astype(np.float32)


def stretch(values: np.ndarray) -> np.ndarray:
    """Map the smallest value to 0 and the largest to 1; a constant picture becomes 0.

    Args:
        values: Finite numbers, shape (rows, columns), without a known full scale.

    Returns:
        float32 in [0, 1] of the same shape.

    >>> stretch(np.array([[-1000.0, 0.0, 1000.0]])).tolist()
    [[0.0, 0.5, 1.0]]
    """
    wide = values.astype(np.float64)
    low, high = wide.min(), wide.max()
    if high == low:
        return np.zeros(values.shape, dtype=np.float32)
    # Large numbers are halved first: the range of two float64 extremes would overflow. Tiny ones would vanish.
    part = 0.5 if max(abs(low), abs(high)) > 1 else 1.0
    stretched: np.ndarray = (part * wide - part * low) / (part * high - part * low)
    return np.clip(stretched, 0, 1).astype(np.float32)
