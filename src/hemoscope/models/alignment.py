"""Bring the maps of a study's slices onto one grid: each slice was cropped to its own skull."""

from collections.abc import Sequence

import numpy as np

from hemoscope.preparation.frame import HEAD_LENGTH_MM, Frame

CELL_MM = 4.0
"""Side of a cell of the grid: about that of a cell of a map of an adult's head."""
MOST_CELLS = 128
"""Along each side of the grid: what a wrong pixel spacing can cost stays bounded."""
NOTHING = -10.0
"""Logit of blood where a slice's map says nothing: as sure as any map is that there is none."""
LARGEST = 10.0
"""Percentile of the frames' zoom that stands for the study's largest heads; beyond lie whole pictures without brain."""


def align_maps(maps: np.ndarray, frames: Sequence[Frame | None], *, pixel_mm: float) -> tuple[np.ndarray, float]:
    """Bring maps onto one grid over the picture that all slices share.

    Args:
        maps: Logits, shape (n, cells, cells, labels); not read where there is no frame.
        frames: Where each slice's input lies in its picture; None where a slice has no input.
        pixel_mm: Millimeters per pixel of the picture.

    Returns:
        float32, shape (n, rows, columns, labels), NOTHING where a map says nothing, and millimeters per cell of it.
    """
    boxes = np.array([frame.box for frame in frames if frame is not None]).reshape(-1, 4)
    if not len(boxes):
        return np.full((len(frames), 1, 1, maps.shape[-1]), NOTHING, np.float32), CELL_MM
    corner = float(boxes[:, 0].min()), float(boxes[:, 1].min())
    extent = float(boxes[:, 2].max()) - corner[0], float(boxes[:, 3].max()) - corner[1]
    scale = max(CELL_MM / pixel_mm, max(extent) / MOST_CELLS)
    columns, rows = (max(1, int(np.ceil(side / scale))) for side in extent)
    aligned = np.full((len(frames), rows, columns, maps.shape[-1]), NOTHING, np.float32)
    for index, frame in enumerate(frames):
        if frame is not None:
            laid = frame.resized(maps.shape[1]).seen_from(corner, scale=scale)
            aligned[index] = _lay(maps[index], laid, (rows, columns))
    return aligned, scale * pixel_mm


def _lay(cells: np.ndarray, frame: Frame, shape: tuple[int, int]) -> np.ndarray:
    """Warp three labels at a time, as OpenCV's arithmetic differs by their number.

    What lies beyond the input is 0 there, so NOTHING is brought to 0 before.
    """
    above = np.maximum(np.asarray(cells, np.float32) - np.float32(NOTHING), 0)
    parts = [above[:, :, start : start + 3] for start in range(0, above.shape[-1], 3)]
    laid = [frame.to_picture(np.ascontiguousarray(part), shape=shape).reshape(*shape, -1) for part in parts]
    return np.concatenate(laid, axis=-1) + np.float32(NOTHING)


def estimate_pixel_mm(frames: Sequence[Frame | None]) -> float:
    """Estimate the size of a pixel where nobody says it: the largest heads of a study are as long as an adult's.

    Args:
        frames: Where each slice's input lies in its picture; None where a slice has no input.

    >>> estimate_pixel_mm([Frame(0.5, (0.0, 0.0), 192)])
    0.46875
    """
    zooms = [frame.zoom / frame.size for frame in frames if frame is not None]
    return HEAD_LENGTH_MM * float(np.percentile(zooms, LARGEST)) if zooms else 1.0


def cell_areas_mm2(frames: Sequence[Frame | None], *, cells: int, pixel_mm: float) -> np.ndarray:
    """Measure a cell of each slice's own map in mm2; 0 where there is no frame. Shape (n,).

    >>> cell_areas_mm2([Frame(1.0, (0.0, 0.0), 192), None], cells=48, pixel_mm=0.5).tolist()
    [4.0, 0.0]
    """
    sides = [0.0 if frame is None else pixel_mm / frame.resized(cells).zoom for frame in frames]
    return np.square(sides)
