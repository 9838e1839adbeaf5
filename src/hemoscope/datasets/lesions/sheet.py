"""A contact sheet: what is painted, for a radiologist to look at."""

import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np

from hemoscope.datasets.lesions.lookalikes import LOOKALIKES
from hemoscope.datasets.lesions.slices import Canvas
from hemoscope.errors import DatasetError, HemoscopeError
from hemoscope.preparation.window import apply_window
from hemoscope.reading import read_slice
from hemoscope.records import Slice
from hemoscope.terms import BRAIN, SUBTYPES, Unit

TILE = 256
"""Rows and columns of each picture on the sheet."""
OUTLINE = (0.85, 0.15, 0.1)
"""Red, green and blue of the outline of a mask."""


@dataclass(frozen=True, slots=True, eq=False)
class Sheet:
    """A contact sheet.

    Attributes:
        image: float32, shape (rows, columns, 3), in [0, 1].
        columns: What stands in each column, left to right.
        left_out: The names of files that could not be painted into, with the reason.
    """

    image: np.ndarray
    columns: tuple[str, ...]
    left_out: dict[str, str]


def draw_sheet(paths: Sequence[str | os.PathLike[str]], *, kinds: str = "bleeds", seed: int = 0) -> Sheet:
    """Paint every kind into every slice.

    Args:
        paths: Pictures or DICOM slices without hemorrhage.
        kinds: "bleeds" or "lookalikes".
        seed: Another seed, other lesions.

    Raises:
        DatasetError: "lesion.nothing_painted" where no file could be painted into.
    """
    rows, left_out = [], {}
    for number, path in enumerate(paths):
        try:
            canvas = Canvas(read_slice(path))
        except HemoscopeError as error:
            left_out[Path(path).name] = str(error)
            continue
        tiles = _bleeds(canvas, seed + number) if kinds == "bleeds" else _lookalikes(canvas, seed + number)
        rows.append(np.hstack([_tile(canvas.image, None), *tiles]))
    if not rows:
        raise DatasetError(
            "lesion.nothing_painted", "No slice could be painted into.", "Name head CT slices that show brain."
        )
    names = [str(label) for label in SUBTYPES] if kinds == "bleeds" else list(LOOKALIKES)
    return Sheet(np.vstack(rows), ("as it is", *names), left_out)


def _bleeds(canvas: Canvas, seed: int) -> list[np.ndarray]:
    painted = [canvas.paint(label, seed=seed) for label in SUBTYPES]
    return [_tile(one.image, np.asarray(one.masks.any(axis=0))) for one in painted]


def _lookalikes(canvas: Canvas, seed: int) -> list[np.ndarray]:
    return [_tile(canvas.add_lookalike(name, seed=seed), None) for name in LOOKALIKES]


def _tile(image: Slice, mask: np.ndarray | None) -> np.ndarray:
    """Draw a slice in the brain window, with the outline of a mask."""
    shown = apply_window(image.pixels, BRAIN) if image.unit is Unit.HU else image.pixels
    zoom = TILE / max(shown.shape)
    rows, columns = (max(1, round(side * zoom)) for side in shown.shape)
    tile = np.zeros((TILE, TILE, 3), np.float32)
    tile[:rows, :columns] = cv2.resize(shown, (columns, rows), interpolation=cv2.INTER_AREA)[:, :, np.newaxis]
    if mask is not None:
        small = cv2.resize(mask.astype(np.uint8), (columns, rows), interpolation=cv2.INTER_NEAREST)
        outline = cv2.dilate(small, np.ones((3, 3), np.uint8)) > small
        tile[:rows, :columns][outline] = OUTLINE
    return tile
