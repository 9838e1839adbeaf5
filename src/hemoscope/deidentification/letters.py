"""Letters in the pixels: what an image says of itself, and rows of small bright shapes outside the head."""

from dataclasses import dataclass

import cv2
import numpy as np
from pydicom.dataset import Dataset

from hemoscope.records import Notice

SECONDARY_CAPTURE = "1.2.840.10008.5.1.4.1.1.7"
"""Secondary Capture Image Storage and, with further numbers, its multi-frame kin (PS3.4 B.5)."""
AIR = 0.25
"""Share of a picture's range from its dark end, above which it is not air."""
MARGIN = 0.015
"""Share of the picture's side about the body that is left out: its edge is bright and ragged."""
HEIGHTS = (5, 48)
"""Pixels that a letter is high."""
WIDEST = 1.6
"""Of its height."""
FEWEST = 4
"""Letters in a row: fewer may be wires, tubes, or noise."""
LIKE = 0.25
"""How far letters of a row differ in height, and in where they stand, as a share of the height."""
RUNNING = 0.5
"""Strokes that the middle one of a piece's lines crosses, per height of its width, where letters run into each other:
the ragged edge of skin or of a headrest has fewer."""
FILLED = 0.3
"""Share of their box that such letters fill at least; a curved edge fills less."""
APART = 2.5
"""Heights between neighbors of a row at most."""


@dataclass(frozen=True, slots=True)
class _Shape:
    left: int
    top: int
    width: int
    height: int
    letters: int = 1


def declared_letters(dataset: Dataset) -> Notice | None:
    """Say whether a data set says, or its kind suggests, that something is written in its pixels."""
    kinds = [str(kind).upper() for kind in dataset.get("ImageType", None) or ()]
    if str(dataset.get("BurnedInAnnotation", "")).upper() == "YES":
        return _flag("says so: (0028,0301) Burned In Annotation")
    if str(dataset.get("SOPClassUID", "")).startswith(SECONDARY_CAPTURE):
        return _flag("is a secondary capture, as screens and scanned papers are")
    if any("SCREEN" in kind or kind in ("OTHER", "REPORT", "DOSE") for kind in kinds):
        return _flag("is a picture of a screen or a report, by its Image Type")
    if int(dataset.get("SamplesPerPixel", 1) or 1) > 1 and str(dataset.get("Modality", "")) in ("CT", "MR"):
        return _flag("is in color, as no scanner's own slice is")
    return None


def seen_letters(pixels: np.ndarray) -> Notice | None:
    """Say whether rows of letters stand beside the body.

    What is written over the body is not seen, nor are single letters, handwriting, or faces in slices.

    Args:
        pixels: Any unit, shape (rows, columns), or (frames, rows, columns).
    """
    frames = pixels if pixels.ndim == 3 else pixels[np.newaxis]
    return _flag("has a row of letters beside the body") if any(map(has_letters, frames)) else None


def has_letters(picture: np.ndarray) -> bool:
    """Whether a row of at least FEWEST shapes of like height stands outside the largest bright part.

    Args:
        picture: Shape (rows, columns), any unit.
    """
    values = picture.astype(np.float32)
    low, high = (float(each) for each in np.percentile(values[::2, ::2], (1, 99.5)))
    if high <= low:
        return False
    bright = (values > low + AIR * (high - low)).astype(np.uint8)
    return any(_row_from(shape, shapes) for shapes in [_shapes(bright)] for shape in shapes)


def _shapes(bright: np.ndarray) -> list[_Shape]:
    """Return what outside the body is about as high and wide as a letter."""
    _, labels, boxes, _ = cv2.connectedComponentsWithStats(bright, connectivity=8)
    if len(boxes) < 2:
        return []
    body = (labels == 1 + int(np.argmax(boxes[1:, cv2.CC_STAT_AREA]))).astype(np.uint8)
    radius = max(1, round(MARGIN * max(bright.shape)))
    near = cv2.dilate(body, cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (2 * radius + 1, 2 * radius + 1)))
    found = []
    for left, top, width, height, area in boxes[1:].tolist():
        place = slice(top, top + height), slice(left, left + width)
        if not HEIGHTS[0] <= height <= HEIGHTS[1] or area < height or near[place].any():
            continue
        count = 1 if width <= WIDEST * height else _running_letters(bright[place])
        if count:
            found.append(_Shape(left, top, width, height, count))
    return found


def _running_letters(piece: np.ndarray) -> int:
    """Return how many letters a wide piece may be that run into each other; 0 where it is crossed too seldom."""
    height, width = piece.shape
    strokes = np.median((np.diff(piece, axis=1, prepend=np.uint8(0)) == 1).sum(axis=1))
    if piece.mean() < FILLED:
        return 0
    return round(width / height) if strokes >= max(FEWEST, RUNNING * width / height) else 0


def _row_from(first: _Shape, shapes: list[_Shape]) -> bool:
    """Whether enough shapes follow one to the right, each like it and near the last."""
    count, last = first.letters, first
    for shape in sorted(shapes, key=lambda each: each.left):
        gap = shape.left - (last.left + last.width)
        is_alike = abs(shape.height - first.height) <= max(1.0, LIKE * first.height)
        stands_level = abs(shape.top + shape.height - first.top - first.height) <= max(1.0, LIKE * first.height)
        if shape.left > last.left and gap <= APART * first.height and is_alike and stands_level:
            count, last = count + shape.letters, shape
    return count >= FEWEST


def _flag(reason: str) -> Notice:
    return Notice("deidentify.burnt_in", f"The image {reason}: what stands in its pixels stays there.")
