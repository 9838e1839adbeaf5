"""The single way from pixels to model input.

A picture's origin must tell the network nothing. So color and alpha go (reading does that), letters and head holder go
(everything outside the skull's hull is black, bone is white), position and size go (crop to the skull, one resolution),
and the unknown window goes: grey is expressed in *tissue units*, where the commonest brain density and the width of
its distribution are the same for every slice. HU slices take the same path, so that a DICOM slice and a screenshot of
it meet the network as one input.
"""

import hashlib
import json
import os
from dataclasses import asdict, dataclass
from functools import cached_property
from typing import Any

import cv2
import numpy as np

from hemoscope.preparation.gate import check_head_ct
from hemoscope.preparation.head import Head, find_head, shrink
from hemoscope.preparation.tissue import measure_tissue
from hemoscope.preparation.window import apply_window
from hemoscope.records import Notice, Slice
from hemoscope.terms import BRAIN, SOFT_TISSUE, Unit, Window

WHITE_BONE = 0.9
"""From this share of the way from brain to common bone, bone is made white, whatever its window clipped it to."""
VERSION = 1
"""Raised whenever the same settings would give another input."""


@dataclass(frozen=True)
class PreparationSettings:
    """Everything that decides how a slice becomes an input; travels in the bundle.

    Attributes:
        size: Rows and columns of the input in pixels.
        margin: Space left around the skull, as a share of its longer side.
        window: The window in HU that the input shows.
        tissue_level: HU given to the commonest density of the brain. Measured by benchmarks/tissue_units.py.
        tissue_spread: HU given to the shortest interval that holds half of the brain's densities. Measured likewise.
        version: Version of the method itself.
    """

    size: int = 128
    margin: float = 0.04
    window: Window = BRAIN
    tissue_level: float = 30.3
    tissue_spread: float = 6.9
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
        inputs: float32, shape (1, size, size, 1), in [0, 1]: brain in tissue units, bone 1, outside the skull 0.
        notices: "gate.no_brain" where there is little or no brain; to travel with the result.
    """

    inputs: np.ndarray
    notices: tuple[Notice, ...]


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
        RefusedError: "gate.empty", "gate.no_head", "gate.no_tissue", "gate.no_contrast", "gate.not_a_head" or
            "gate.not_ct".
    """
    settings = settings or PreparationSettings()
    grey = apply_window(image.pixels, SOFT_TISSUE) if image.unit is Unit.HU else image.pixels
    head = find_head(grey)
    small, _ = shrink(grey)
    level, spread = measure_tissue(small, head.tissue)
    notices = check_head_ct(small, head, level=level, spread=spread)
    tissue_units = (grey - level) * (settings.tissue_spread / spread) + settings.tissue_level
    shown = apply_window(tissue_units, settings.window)
    white = head.bone & (small > level + WHITE_BONE * (np.median(small[head.bone]) - level))
    return Prepared(_crop(shown, head, white, settings)[np.newaxis, :, :, np.newaxis], notices)


def _crop(shown: np.ndarray, head: Head, white: np.ndarray, settings: PreparationSettings) -> np.ndarray:
    """Blank what lies outside the skull, whiten its bone, and cut a square around it at the common resolution."""
    top, left, bottom, right = head.box
    side = max(bottom - top, right - left) * (1 + 2 * settings.margin)
    zoom = settings.size / side
    shift = settings.size / 2 - zoom * np.array([(left + right) / 2, (top + bottom) / 2])
    cut = _warp(_soften(shown, zoom), zoom, shift, settings.size)
    hull, bone = (
        _warp(mask.astype(np.float32), zoom * head.scale, shift, settings.size) for mask in (head.hull, white)
    )
    return np.clip(np.maximum(cut, bone) * hull, 0.0, 1.0).astype(np.float32)


def _soften(shown: np.ndarray, zoom: float) -> np.ndarray:
    """Blur before shrinking, so that noise and fine texture do not alias into the input."""
    if zoom >= 1:
        return shown
    return np.asarray(cv2.GaussianBlur(shown, (0, 0), 0.5 * np.sqrt(1 / zoom**2 - 1)))


def _warp(image: np.ndarray, zoom: float, shift: np.ndarray, size: int) -> np.ndarray:
    """Zoom about the picture's corner, then shift; pixel centers lie at half-integers on both sides."""
    offset = shift + 0.5 * zoom - 0.5
    matrix = np.array([[zoom, 0.0, offset[0]], [0.0, zoom, offset[1]]])
    return np.asarray(cv2.warpAffine(image, matrix, (size, size), flags=cv2.INTER_LINEAR, borderValue=0.0))
