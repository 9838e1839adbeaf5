"""One slice with what is seen in it, as a picture for people: colors, outlines, a scale, sides, and the words below.

Nothing but colors and outlines ever lies over the slice; letters and bars stand around it.
"""

from dataclasses import dataclass

import cv2
import numpy as np

from hemoscope.preparation.window import apply_window
from hemoscope.records import Edges, Shown
from hemoscope.results.palette import COLORS, HEAT, LIMIT, find_areas, number_of
from hemoscope.results.picture import LARGEST_SIDE, to_bytes
from hemoscope.terms import BRAIN, Label, Unit

SMALLEST, LARGEST = 512, 1024
"""Pixels of the longer side: smaller slices are enlarged to the one, larger ones reduced to the other."""
FILL = 0.22
"""Share of color in an area, so that the slice is seen through it."""
HOTTEST = 0.6
"""Share of color where a map of another method is at its maximum."""
_EVEN = 1.01
"""Pixels whose sides differ by less than this factor are taken as square."""


@dataclass(frozen=True, slots=True, eq=False)
class Canvas:
    """A slice at the size in which it is drawn, its pixels square.

    Attributes:
        grey: uint8, shape (rows, columns): HU in the brain window, a picture as it is.
        areas: uint8, same shape: what is seen where, as `find_areas` numbers it; None where there is nothing to draw.
        heat: float32, same shape, in [0, 1]: a map of another method than the network's own; None without.
        pixel_mm: Of a pixel; None where the file does not say.
        edges: What of the patient lies at each edge; None where the file does not say.
    """

    grey: np.ndarray
    areas: np.ndarray | None = None
    heat: np.ndarray | None = None
    pixel_mm: float | None = None
    edges: Edges | None = None


def lay_out(shown: Shown, *, is_heat: bool = False, smallest: int = SMALLEST, largest: int = LARGEST) -> Canvas:
    """Bring a slice and its maps to the size in which they are drawn.

    Args:
        shown: The slice; withheld maps are left out.
        is_heat: Whether the map of `any` is another method's, in [0, 1], rather than the network's own.
        smallest: Pixels that the longer side has at least.
        largest: Pixels that it has at most.
    """
    image = shown.image
    size, pixel_mm = _size(image.pixels.shape[:2], image.spacing, smallest=smallest, largest=largest)
    pixels = apply_window(image.pixels, BRAIN) if image.unit is Unit.HU else image.pixels
    grey = to_bytes(resample(pixels, size))
    if shown.maps is None or shown.withheld is not None:
        return Canvas(grey, None, None, pixel_mm, image.edges)
    if is_heat:
        return Canvas(grey, None, resample(shown.maps[Label.ANY], size, is_map=True), pixel_mm, image.edges)
    if shown.maps[Label.ANY].max() < LIMIT:
        return Canvas(grey, np.zeros(grey.shape, np.uint8), None, pixel_mm, image.edges)
    areas = find_areas({label: resample(of_one, size, is_map=True) for label, of_one in shown.maps.items()})
    return Canvas(grey, areas, None, pixel_mm, image.edges)


def paint(canvas: Canvas) -> np.ndarray:
    """Color a slice with what is seen in it.

    Returns:
        uint8, shape (rows, columns, 3); where nothing is seen the slice's own grey.
    """
    colored = np.stack([canvas.grey] * 3, axis=-1)
    if canvas.heat is not None:
        share = (HOTTEST * canvas.heat)[..., np.newaxis]
        return np.asarray(np.round(colored * (1 - share) + np.array(HEAT.rgb, np.float32) * share).astype(np.uint8))
    if canvas.areas is None or not canvas.areas.any():
        return colored
    inside = canvas.areas > 0
    colors = _lookup()[canvas.areas[inside]]
    colored[inside] = np.round(colored[inside] * (1 - FILL) + colors * FILL).astype(np.uint8)
    edge = outline_of(canvas.areas, thickness=max(1, round(max(canvas.grey.shape) / 320)))
    colored[edge] = _lookup()[canvas.areas[edge]]
    return colored


def thumbnail(shown: Shown) -> np.ndarray:
    """Color a slice as `paint` does, its longer side at most `LARGEST_SIDE` pixels.

    Returns:
        uint8, shape (rows, columns, 3).
    """
    return paint(lay_out(shown, smallest=1, largest=LARGEST_SIDE))


def outline_of(areas: np.ndarray, *, thickness: int) -> np.ndarray:
    """Find the pixels of areas that lie at their border, so that no outline covers what is not marked.

    Args:
        areas: uint8, shape (rows, columns); 0 is outside.
        thickness: Of the outline in pixels.

    Returns:
        bool of that shape.
    """
    around = np.ones((2 * thickness + 1, 2 * thickness + 1), np.uint8)
    is_uniform = cv2.dilate(areas, around) == cv2.erode(areas, around)
    return np.asarray((areas > 0) & ~is_uniform)


def scale_bar(pixel_mm: float, *, room: int) -> tuple[int, int]:
    """Choose how long a scale is drawn: 5 cm where that fits, else 1 cm.

    Args:
        pixel_mm: Of a pixel.
        room: Pixels that it may take.

    Returns:
        Its length in cm and in pixels.

    >>> scale_bar(0.5, room=256), scale_bar(0.1, room=256)
    ((5, 100), (1, 100))
    """
    centimeters = 5 if 50 / pixel_mm <= room else 1
    return centimeters, round(10 * centimeters / pixel_mm)


def _lookup() -> np.ndarray:
    table = np.zeros((len(COLORS) + 1, 3), np.uint8)
    for label, color in COLORS.items():
        table[number_of(label)] = color.rgb
    return table


def _size(
    shape: tuple[int, ...], spacing: tuple[float, float] | None, *, smallest: int, largest: int
) -> tuple[tuple[int, int], float | None]:
    """Choose rows and columns, and say how large a pixel then is."""
    rows, columns = shape
    row_mm, column_mm = spacing or (1.0, 1.0)
    finer = min(row_mm, column_mm)
    if max(row_mm, column_mm) < _EVEN * finer:
        high, wide = float(rows), float(columns)
    else:
        high, wide = rows * row_mm / finer, columns * column_mm / finer
    zoom = min(max(1.0, smallest / max(high, wide)), largest / max(high, wide))
    return (max(1, round(high * zoom)), max(1, round(wide * zoom))), None if spacing is None else finer / zoom


def resample(picture: np.ndarray, size: tuple[int, int], *, is_map: bool = False) -> np.ndarray:
    """Bring a picture or a map to (rows, columns): a windowed picture is enlarged sharply, a map without overshoot."""
    if picture.shape == size:
        return picture
    is_larger = size[0] * size[1] > picture.size
    method = cv2.INTER_AREA if not is_larger else cv2.INTER_LINEAR if is_map else cv2.INTER_CUBIC
    return np.asarray(cv2.resize(picture, size[::-1], interpolation=method))
