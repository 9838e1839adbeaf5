"""A slice as a picture for people."""

import numpy as np

from hemoscope.preparation.window import apply_window
from hemoscope.records import Slice
from hemoscope.terms import BRAIN, Unit


def for_display(image: Slice) -> np.ndarray:
    """Render a slice: HU in the brain window, a picture as it is.

    Returns:
        uint8, shape (rows, columns).
    """
    grey = apply_window(image.pixels, BRAIN) if image.unit is Unit.HU else image.pixels
    return np.asarray(np.round(np.clip(grey, 0.0, 1.0) * 255).astype(np.uint8))
