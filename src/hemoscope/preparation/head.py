"""Find the head in one axial slice: the bones, their convex hull, and the tissue that they enclose.

Works on any linear rendering of a slice, in HU or as a picture of an unknown window, because it asks only what every
window keeps: bone is the brightest large thing, and brain is the tissue that bone surrounds. Masks are found at a
working resolution at which all distances below are given.
"""

from dataclasses import dataclass

import cv2
import numpy as np

from hemoscope.errors import RefusedError
from hemoscope.preparation.tissue import measure_tissue

WORKING_SIZE = 256
BACKGROUND = 0.04
"""Grey below which nothing is shown, as a share of the brightest bone."""
BONE_ABOVE_TISSUE = 0.75
"""Bone begins at this share of the way from brain to the brightest bone: 68 HU in a 40/80 window, 187 in 40/400."""
BONE_SPREADS_ABOVE_TISSUE = 10.0
"""... but at most this many tissue spreads above the brain (about 95 HU), so that thin bone closes in wide windows."""
MOST_BONE = 0.6
"""Share of the hull that bone may fill before the first split is thought to be too low."""
LOWEST_SPLIT, HIGHEST_SPLIT = 0.5, 0.95
"""The first split between bone and the rest lies between these shares of the brightest bone."""
LEAST_CONTRAST = 1e-3
"""A picture whose grey varies less than this, of 1, shows nothing."""
SMALLEST_HEAD = 0.02
"""Share of the picture that the closed bones must fill to be a head."""
MOST_PARTS = 12
"""Bright parts looked at, largest first."""
SMALLEST_PART = 0.01
"""A second bone belongs to the head when its closed area is at least this share of the largest one's."""
NEAR = 0.06
"""... and when it lies mostly within this share of the skull's extent from its hull, where no head holder is."""
LARGEST_GAP = 0.035
"""Openings in the skull up to twice this share of its extent are bridged before the inside is filled."""
SMALLEST_INSIDE = 0.03
"""Share of the hull that closed-in tissue must fill; below it, as in faces, all soft tissue of the hull counts."""
SMALLEST_OPEN = 0.15
"""Share of the hull that soft tissue must then fill; below it there is bone alone."""
FEWEST_PIXELS = 20


@dataclass(frozen=True, slots=True, eq=False)
class Head:
    """The head in one slice, as masks of the working resolution.

    Attributes:
        small: float32, shape (rows, columns): the slice itself.
        bone: bool, same shape: the bones of the head, without head holder or letters.
        hull: bool, same shape: the convex hull of `bone`.
        tissue: bool, same shape: soft tissue enclosed by bone; all soft tissue of the hull where nothing is enclosed.
        is_closed: Whether bone encloses tissue, as around the brain and unlike in a face.
        scale: Pixels of the picture per pixel of the masks.
    """

    small: np.ndarray
    bone: np.ndarray
    hull: np.ndarray
    tissue: np.ndarray
    is_closed: bool
    scale: float

    @property
    def box(self) -> tuple[float, float, float, float]:
        """Bounding box of the hull in pixels of the picture: top, left, bottom, right."""
        rows, columns = np.flatnonzero(self.hull.any(axis=1)), np.flatnonzero(self.hull.any(axis=0))
        edges = rows[0], columns[0], rows[-1] + 1, columns[-1] + 1
        top, left, bottom, right = (float(edge) * self.scale for edge in edges)
        return top, left, bottom, right


def shrink(grey: np.ndarray) -> tuple[np.ndarray, float]:
    """Bring a picture to the working resolution by area averaging.

    Args:
        grey: float32, shape (rows, columns).

    Returns:
        The picture with a longer side of `WORKING_SIZE`, and how many old pixels make a new one.
    """
    scale = max(grey.shape) / WORKING_SIZE
    rows, columns = (max(1, round(side / scale)) for side in grey.shape)
    how = cv2.INTER_AREA if scale > 1 else cv2.INTER_LINEAR
    return np.asarray(cv2.resize(grey, (columns, rows), interpolation=how)), scale


def find_head(grey: np.ndarray) -> Head:
    """Find the head in a slice rendered in any window from about 35/70 to 40/400 HU.

    Args:
        grey: float32 in [0, 1], shape (rows, columns), any size.

    Returns:
        The head's masks at the working resolution.

    Raises:
        RefusedError: "gate.empty" where nothing is shown, "gate.no_head" where no bone is, "gate.no_tissue" where
            bone encloses nothing, as above the vertex.
    """
    small, scale = shrink(grey)
    tissue, brightest = _first_tissue(small)
    level, spread = measure_tissue(small, tissue)
    threshold = level + min(BONE_ABOVE_TISSUE * (brightest - level), BONE_SPREADS_ABOVE_TISSUE * spread)
    bone = _head_bones(small > threshold)
    hull = convex_hull(bone)
    tissue, is_closed = _tissue(small, bone, hull)
    if not is_closed:
        hull = convex_hull(bone | _bulging_tissue(small, bone, tissue))
    return Head(small=small, bone=bone, hull=hull, tissue=tissue, is_closed=is_closed, scale=scale)


def _tissue(small: np.ndarray, bone: np.ndarray, hull: np.ndarray) -> tuple[np.ndarray, bool]:
    """Find the soft tissue of a head, and whether its bones enclose it."""
    shown = small > BACKGROUND * small.max()
    enclosed = _enclosed(bone, hull) & shown
    if np.count_nonzero(enclosed) >= max(FEWEST_PIXELS, SMALLEST_INSIDE * np.count_nonzero(hull)):
        return enclosed, True
    tissue = cv2.erode((hull & ~bone & shown).view(np.uint8), _disk(2)).view(bool)
    if np.count_nonzero(tissue) < max(FEWEST_PIXELS, SMALLEST_OPEN * np.count_nonzero(hull)):
        raise RefusedError(
            "gate.no_tissue",
            "Expected brain inside the skull; found none, as in a face, a neck or above the vertex.",
            "Choose a slice that shows brain.",
        )
    return tissue, False


def _bulging_tissue(small: np.ndarray, bone: np.ndarray, tissue: np.ndarray) -> np.ndarray:
    """Find tissue as dense as the head's that lies beyond its bones, as after a craniectomy."""
    smooth = np.asarray(cv2.GaussianBlur(small, (0, 0), 2.0))
    dense = (smooth >= np.percentile(smooth[tissue], 10)) & ~bone
    thick = cv2.morphologyEx(dense.astype(np.uint8), cv2.MORPH_OPEN, _disk(4))
    count, labels = cv2.connectedComponents(thick, connectivity=4)
    touching = np.unique(labels[tissue & (labels > 0)]) if count > 1 else np.array([], int)
    return np.isin(labels, touching)


def _first_tissue(small: np.ndarray) -> tuple[np.ndarray, float]:
    """Find the head's tissue without knowing its window; return also how bright bone is."""
    shown = small[small > BACKGROUND * small.max()]
    if np.ptp(small) < LEAST_CONTRAST or shown.size < SMALLEST_HEAD * small.size:
        raise RefusedError("gate.empty", "The picture shows nothing to judge.", "Choose a slice that shows a head.")
    brightest = float(np.percentile(shown, 99.5))
    threshold = min(max(_otsu(shown), LOWEST_SPLIT * brightest), HIGHEST_SPLIT * brightest)
    bone = _head_bones(small > threshold)
    hull = convex_hull(bone)
    if np.count_nonzero(bone) > MOST_BONE * np.count_nonzero(hull):  # a dim background was split off, not the brain
        threshold = min(_otsu(small[small > threshold]), HIGHEST_SPLIT * brightest)
        bone = _head_bones(small > threshold)
        hull = convex_hull(bone)
    return _tissue(small, bone, hull)[0], brightest


def _otsu(values: np.ndarray) -> float:
    """Split grey values in two by Otsu's method (doi:10.1109/TSMC.1979.4310076)."""
    low, high = float(values.min()), float(values.max())
    levels = ((values - low) / max(high - low, 1e-6) * 255).astype(np.uint8).reshape(-1, 1)
    split, _ = cv2.threshold(levels, 0, 255, cv2.THRESH_OTSU)
    return low + split / 255 * (high - low)


def _head_bones(bright: np.ndarray) -> np.ndarray:
    """Keep the bright parts that are bones of the head: the one that encloses most, and large ones beside it."""
    window = _around(bright)
    _, labels, boxes, _ = cv2.connectedComponentsWithStats(bright[window].astype(np.uint8), connectivity=8)
    areas = _closed_areas(labels, boxes)
    main = max(areas, key=areas.__getitem__, default=0)
    if not areas or areas[main] < SMALLEST_HEAD * bright.size:
        raise RefusedError(
            "gate.no_head",
            "Expected an axial head CT slice; found no bone that could be a skull.",
            "Choose an axial CT slice of the head, rendered in a brain or soft-tissue window.",
        )
    skull = np.zeros_like(bright)
    skull[window] = labels == main
    large = [part for part, area in areas.items() if part != main and area >= SMALLEST_PART * areas[main]]
    for part in _beside(skull, {part: _placed(labels == part, window, bright.shape) for part in large}):
        skull[window] |= labels == part
    return skull


def _closed_areas(labels: np.ndarray, boxes: np.ndarray) -> dict[int, int]:
    """Count the pixels of the largest parts with their holes, leaving out those too small to matter."""
    areas: dict[int, int] = {}
    for part in (1 + np.argsort(-boxes[1:, cv2.CC_STAT_AREA])[:MOST_PARTS]).tolist():
        left, top, width, height = boxes[part, :4].tolist()
        if width * height >= SMALLEST_PART * max(areas.values(), default=0):  # a box holds its part with all holes
            areas[part] = _closed_area(labels[top : top + height, left : left + width] == part)
    return areas


def _beside(skull: np.ndarray, parts: dict[int, np.ndarray]) -> list[int]:
    """Tell which parts are bones of the head too: near the skull's hull, yet not enclosed by it as a bleed is."""
    if not parts:
        return []
    hull = convex_hull(skull)
    near = cv2.dilate(hull.view(np.uint8), _disk(round(NEAR * _extent(hull)))).view(bool)
    found = [part for part, mask in parts.items() if near[mask].mean() > 0.5]
    if not found:
        return []
    near &= ~_enclosed(skull, hull)
    return [part for part in found if near[parts[part]].mean() > 0.5]


def _closed_area(part: np.ndarray) -> int:
    """Count the pixels of a part with its holes: a skull encloses a brain, a head holder nothing."""
    return int(np.count_nonzero(_close_and_fill(part, radius=3)))


def _enclosed(bone: np.ndarray, hull: np.ndarray) -> np.ndarray:
    """Return the largest region that bone encloses, once narrow gaps are bridged."""
    window = _around(hull)  # no gap is bridged beyond it
    bones, inside = bone[window], hull[window]
    filled = _close_and_fill(bones, radius=max(2, round(LARGEST_GAP * _extent(hull))))
    region = _largest_part(cv2.erode((filled & ~bones & inside).view(np.uint8), _disk(1)))
    return _placed(region, window, bone.shape)


def _around(mask: np.ndarray) -> tuple[slice, slice]:
    """Return the rows and columns of a mask and at least one more where there is one, from even ones on.

    Connected parts are numbered by blocks of two by two, so that beginning at an even place they keep their order.
    """
    left, top, width, height = cv2.boundingRect(mask.view(np.uint8))
    top, bottom, left, right = max(top - 1, 0) & ~1, top + height + 1, max(left - 1, 0) & ~1, left + width + 1
    return slice(top, bottom), slice(left, right)


def _placed(mask: np.ndarray, window: tuple[slice, slice], shape: tuple[int, ...]) -> np.ndarray:
    """Put a mask back to where it was cut from."""
    whole = np.zeros(shape, bool)
    whole[window] = mask
    return whole


def convex_hull(mask: np.ndarray) -> np.ndarray:
    """Return the convex hull of a mask, bool, of its shape; the mask is not empty."""
    hull = np.zeros(mask.shape, np.uint8)
    outlines, _ = cv2.findContours(mask.view(np.uint8), cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_SIMPLE)
    cv2.fillConvexPoly(hull, cv2.convexHull(np.concatenate(outlines)), 1)
    return hull.view(bool)


def _extent(mask: np.ndarray) -> int:
    return int(max(np.count_nonzero(mask.any(axis=0)), np.count_nonzero(mask.any(axis=1))))


def _close_and_fill(mask: np.ndarray, *, radius: int) -> np.ndarray:
    """Bridge gaps of up to twice the radius, then fill every hole."""
    margin = radius + 2
    padded = cv2.copyMakeBorder(mask.astype(np.uint8), margin, margin, margin, margin, cv2.BORDER_CONSTANT, value=0)
    closed = np.asarray(cv2.morphologyEx(padded, cv2.MORPH_CLOSE, _disk(radius)))
    cv2.floodFill(closed, None, (0, 0), 2)
    return closed[margin:-margin, margin:-margin] != 2


def _largest_part(mask: np.ndarray) -> np.ndarray:
    _, labels, boxes, _ = cv2.connectedComponentsWithStats(mask, connectivity=4)
    areas = boxes[1:, cv2.CC_STAT_AREA]
    return np.asarray(labels == 1 + np.argmax(areas)) if areas.size else np.zeros(mask.shape, bool)


def _disk(radius: int) -> np.ndarray:
    return np.asarray(cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (2 * radius + 1, 2 * radius + 1)))
