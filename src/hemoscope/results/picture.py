"""A slice as a picture for people."""

import base64
import io

import numpy as np

from hemoscope.preparation.window import apply_window
from hemoscope.records import Slice
from hemoscope.terms import BRAIN, Unit

LARGEST_SIDE = 384


def for_display(image: Slice) -> np.ndarray:
    """Render a slice: HU in the brain window, a picture as it is.

    Returns:
        uint8, shape (rows, columns).
    """
    return to_bytes(apply_window(image.pixels, BRAIN) if image.unit is Unit.HU else image.pixels)


def to_bytes(grey: np.ndarray) -> np.ndarray:
    """Turn grey in [0, 1] into bytes.

    Args:
        grey: float, any shape; what lies outside [0, 1] is clipped.

    Returns:
        uint8 of the same shape.

    >>> to_bytes(np.array([[-0.1, 0.5, 1.0]])).tolist()
    [[0, 128, 255]]
    """
    return np.asarray(np.round(np.clip(grey, 0.0, 1.0) * 255).astype(np.uint8))


def data_uri(picture: np.ndarray) -> str:
    """Encode a picture as a PNG inside a data: address, its longer side at most `LARGEST_SIDE` pixels.

    Args:
        picture: uint8, shape (rows, columns), or (rows, columns, 3) in color.

    Returns:
        "data:image/png;base64," and the bytes in base64.
    """
    from PIL import Image  # only a report needs it, and for_display need not wait for it

    image = Image.fromarray(picture)
    image.thumbnail((LARGEST_SIDE, LARGEST_SIDE), Image.Resampling.LANCZOS)
    stream = io.BytesIO()
    image.save(stream, "PNG", optimize=True)
    return "data:image/png;base64," + base64.b64encode(stream.getvalue()).decode("ascii")
