"""The single way from pixels to model input.

A picture's origin must tell the network nothing. So color and alpha go (reading does that), letters and head holder go
(everything outside the skull's hull is black, bone is white), position and size go (crop to the skull, one resolution),
and the unknown window goes: the grey of a picture becomes an estimate of HU, by the window that it was most likely
rendered in. A slice in HU keeps its HU.
"""

import hashlib
import json
import os
from dataclasses import asdict, dataclass
from functools import cached_property
from typing import Any

import cv2
import numpy as np

from hemoscope.errors import RefusedError
from hemoscope.preparation.frame import Frame as Frame
from hemoscope.preparation.gate import NO_BRAIN, check_head_ct
from hemoscope.preparation.head import Head, find_head
from hemoscope.preparation.tissue import measure_smoothed
from hemoscope.preparation.unknown_window import guess_scale
from hemoscope.preparation.window import apply_window
from hemoscope.records import Notice, Slice
from hemoscope.terms import BRAIN, SOFT_TISSUE, Unit, Window

WHITE_BONE = 0.9
"""From this share of the way from brain to common bone, bone is made white, whatever its window clipped it to."""
BELIEVED_LEVEL = (15.0, 50.0)
"""HU in which a brain's commonest density lies; beyond, the file's rescaling is wrong and its values count as grey."""
VERSION = 3
"""Raised whenever the same settings would give another input."""


@dataclass(frozen=True)
class PreparationSettings:
    """Everything that decides how a slice becomes an input; travels in the bundle.

    Attributes:
        size: Rows and columns of the input in pixels.
        margin: Space left around the skull, as a share of its longer side.
        window: The window in HU that the input shows.
        tissue_level: HU that is usual for the commonest density of a brain. Measured by benchmarks/unknown_window.py.
        tissue_spread: HU that is usual for the shortest interval that holds half of its densities. Measured likewise.
        version: Version of the method itself.
    """

    size: int = 192
    margin: float = 0.04
    window: Window = BRAIN
    tissue_level: float = 32.0
    tissue_spread: float = 7.5
    version: int = VERSION

    @cached_property
    def hash(self) -> str:
        """First 16 hex digits of the SHA-256 of the settings: equal exactly when inputs are comparable."""
        text = json.dumps(self.as_json(), sort_keys=True, separators=(",", ":"))
        return hashlib.sha256(text.encode()).hexdigest()[:16]

    def as_json(self) -> dict[str, Any]:
        """Return the settings as plain JSON values."""
        return {**asdict(self), "window": list(self.window)}

    @classmethod
    def from_json(cls, values: dict[str, Any]) -> "PreparationSettings":
        """Rebuild settings from `as_json`."""
        return cls(**{**values, "window": Window(*values["window"])})


def preprocess_single_image(path: str | os.PathLike[str], *, settings: PreparationSettings | None = None) -> np.ndarray:
    """Read one head CT picture or DICOM slice and turn it into model input.

    Args:
        path: A PNG, JPEG, TIFF, BMP or DICOM file.
        settings: How to prepare; the defaults unless given. Take a bundle's own to feed its network.

    Returns:
        float32, shape (1, size, size, 1), in [0, 1].

    Raises:
        ReadingError: The file cannot be read.
        RefusedError: The file shows no head CT.
    """
    from hemoscope.reading import read_slice

    return prepare(read_slice(path), settings=settings)


@dataclass(frozen=True, slots=True, eq=False)
class Prepared:
    """Model input with what the gate had to say of the slice.

    Attributes:
        inputs: float32, shape (1, size, size, 1), in [0, 1]: brain in HU, bone 1, outside the skull 0;
            bone alone, or nothing, where there is no brain to judge, so that no muscle or eye is taken for a bleed.
        notices: "gate.no_brain" where there is little or no brain; to travel with the result.
        brain: bool, shape (size, size): soft tissue that bone encloses; nothing where bone encloses none.
        frame: Where the input lies in the picture.
        slope: HU, of a picture as estimated, per unit of grey; the grey of a slice in HU is its soft-tissue window.
        intercept: HU of black.
    """

    inputs: np.ndarray
    notices: tuple[Notice, ...]
    brain: np.ndarray
    frame: Frame
    slope: float
    intercept: float


def prepare(image: Slice, *, settings: PreparationSettings | None = None) -> np.ndarray:
    """Turn a slice into model input, as `prepare_and_check` does, leaving its notices aside."""
    return prepare_and_check(image, settings=settings).inputs


def prepare_and_check(image: Slice, *, settings: PreparationSettings | None = None) -> Prepared:
    """Turn a slice into model input, and say what the gate noticed.

    Args:
        image: In HU or grey, any size.
        settings: How to prepare; the defaults unless given.

    Returns:
        The input and the notices.

    Raises:
        RefusedError: "gate.empty", "gate.no_head", "gate.no_tissue" (of a slice in grey), "gate.no_contrast",
            "gate.not_a_head" or "gate.not_ct".
    """
    settings = settings or PreparationSettings()
    is_hu = image.unit is Unit.HU
    grey = apply_window(image.pixels, SOFT_TISSUE) if is_hu else image.pixels
    try:
        head = find_head(grey)
    except RefusedError as refusal:
        if refusal.code != "gate.no_tissue" or not is_hu:
            raise
        return _without_brain(grey, settings)  # of a CT, a face or the vertex; a picture may be anything
    level, spread = measure_smoothed(head.smooth, head.tissue)
    notices = check_head_ct(head, level=level, spread=spread)
    slope, intercept = _scale(image.unit, level, spread, settings)
    white = head.bone & (head.small > level + WHITE_BONE * (np.median(np.sort(head.small[head.bone])) - level))
    frame = _frame(head, settings)
    shown = None if NO_BRAIN in notices else _show(grey, slope, intercept, settings.window, is_ours=is_hu)
    inputs = _compose(shown, head, white, frame)
    brain = frame.to_input((head.tissue & head.is_closed).astype(np.float32), scale=head.scale) > 0.5
    return Prepared(inputs[np.newaxis, :, :, np.newaxis], notices, brain, frame, slope, intercept)


def _show(grey: np.ndarray, slope: float, intercept: float, window: Window, *, is_ours: bool) -> np.ndarray:
    """Render a slice in the input's window; over itself where it is ours, since new memory costs time."""
    hu = np.multiply(grey, slope, out=grey if is_ours else None)
    hu += intercept
    return apply_window(hu, window, out=hu)


def _scale(unit: Unit, level: float, spread: float, settings: PreparationSettings) -> tuple[float, float]:
    """Return slope and intercept from grey to HU: known, or guessed from the brain's densities."""
    if unit is Unit.HU and BELIEVED_LEVEL[0] <= SOFT_TISSUE.low + SOFT_TISSUE.width * level <= BELIEVED_LEVEL[1]:
        return SOFT_TISSUE.width, SOFT_TISSUE.low
    return guess_scale(level, spread, usual_level=settings.tissue_level, usual_spread=settings.tissue_spread)


def _without_brain(grey: np.ndarray, settings: PreparationSettings) -> Prepared:
    """Show nothing of a CT slice in which bone encloses no tissue."""
    rows, columns = grey.shape
    frame = Frame(settings.size / max(rows, columns), (0.0, 0.0), settings.size)
    nothing = np.zeros((1, settings.size, settings.size, 1), np.float32)
    return Prepared(nothing, (NO_BRAIN,), np.zeros(nothing.shape[1:3], bool), frame, 1.0, 0.0)


def _frame(head: Head, settings: PreparationSettings) -> Frame:
    """Put a square with a margin around the skull."""
    top, left, bottom, right = head.box
    side = max(bottom - top, right - left) * (1 + 2 * settings.margin)
    zoom = settings.size / side
    shift = settings.size / 2 - zoom * np.array([(left + right) / 2, (top + bottom) / 2])
    return Frame(zoom, (float(shift[0]), float(shift[1])), settings.size)


def _compose(shown: np.ndarray | None, head: Head, white: np.ndarray, frame: Frame) -> np.ndarray:
    """Blank what lies outside the skull and whiten its bone, at the common resolution; of None show bone alone."""
    cut = np.float32(0.0) if shown is None else frame.to_input(_soften(shown, frame.zoom))
    hull, bone = (frame.to_input(mask.astype(np.float32), scale=head.scale) for mask in (head.hull, white))
    return np.clip(np.maximum(cut, bone) * hull, 0.0, 1.0).astype(np.float32)


def _soften(shown: np.ndarray, zoom: float) -> np.ndarray:
    """Blur in place before shrinking, so that noise and fine texture do not alias into the input."""
    if zoom >= 1:
        return shown
    return np.asarray(cv2.GaussianBlur(shown, (0, 0), 0.5 * np.sqrt(1 / zoom**2 - 1), dst=shown))
