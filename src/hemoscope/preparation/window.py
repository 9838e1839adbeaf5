"""The radiologist's window as a function."""

import numpy as np

from hemoscope.errors import NotHounsfieldError
from hemoscope.terms import BRAIN, Window

__all__ = ["BRAIN", "apply_window"]


def apply_window(hu: np.ndarray, window: Window, *, out: np.ndarray | None = None) -> np.ndarray:
    """Map Hounsfield units linearly onto [0, 1], black at the window's low end and white at its high end.

    Args:
        hu: CT values in HU, shape (..., rows, columns), float or signed integer.
        window: Level and width in HU, such as BRAIN (level 40, width 80).
        out: float32, same shape: where to write the result, such as `hu` itself where it is needed no more.

    Returns:
        float32 array of the same shape, in [0, 1].

    Raises:
        NotHounsfieldError: `hu` is unsigned, so it cannot be in HU.

    >>> apply_window(np.array([[-1000, 0, 40, 80]]), BRAIN).tolist()
    [[0.0, 0.0, 0.5, 1.0]]

    Source: DICOM PS3.3 C.11.2.1.3.2, LINEAR_EXACT with output range [0, 1].
    """
    if hu.dtype.kind == "u":
        raise NotHounsfieldError(
            "window.not_hounsfield",
            f"Expected HU, signed or floating point; received {hu.dtype}.",
            "Rescale the stored values first: stored * slope + intercept.",
        )
    shown = np.asarray(np.subtract(hu, float(window.level), out=out))  # our own from here on: no more copies are needed
    shown /= window.width
    shown += 0.5
    return np.clip(shown, 0.0, 1.0, out=shown).astype(np.float32, copy=False)
