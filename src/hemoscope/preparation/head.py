"""Find the head in one axial slice: the bones, their convex hull, and the tissue that they enclose.

Works on any linear rendering of a slice, in HU or as a picture of an unknown window, because it asks only what every
window keeps: bone is the brightest large thing, and brain is the tissue that bone surrounds. Masks are found at a
working resolution at which all distances below are given.
"""

from dataclasses import dataclass

import cv2
import numpy as np

from hemoscope.errors import RefusedError
from hemoscope.preparation.masks import (
    around,
    close_and_fill,
    convex_hull,
    disk,
    extent,
    largest_part,
    number_parts,
    placed,
)
from hemoscope.preparation.tissue import measure_smoothed, smoothed

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
        smooth: float32, same shape: the slice as `smoothed`, which densities are measured in.
        bone: bool, same shape: the bones of the head, without head holder or letters.
        hull: bool, same shape: the convex hull of `bone`.
        tissue: bool, same shape: soft tissue enclosed by bone; all soft tissue of the hull where nothing is enclosed.
        is_closed: Whether bone encloses tissue, as around the brain and unlike in a face.
        scale: Pixels of the picture per pixel of the masks.
    """

    small: np.ndarray
    smooth: np.ndarray
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
    smooth = smoothed(small)
    tissue, brightest = _first_tissue(small)
    level, spread = measure_smoothed(smooth, tissue)
    threshold = level + min(BONE_ABOVE_TISSUE * (brightest - level), BONE_SPREADS_ABOVE_TISSUE * spread)
    bone = _head_bones(small > threshold)
    hull = convex_hull(bone)
    tissue, is_closed = _tissue(small, bone, hull)
    if not is_closed:
        hull = convex_hull(bone | _bulging_tissue(small, bone, tissue))
    return Head(small=small, smooth=smooth, bone=bone, hull=hull, tissue=tissue, is_closed=is_closed, scale=scale)


def _tissue(small: np.ndarray, bone: np.ndarray, hull: np.ndarray) -> tuple[np.ndarray, bool]:
    """Find the soft tissue of a head, and whether its bones enclose it."""
    shown = small > BACKGROUND * small.max()
    enclosed = _enclosed(bone, hull) & shown
    if np.count_nonzero(enclosed) >= max(FEWEST_PIXELS, SMALLEST_INSIDE * np.count_nonzero(hull)):
        return enclosed, True
    tissue = cv2.erode((hull & ~bone & shown).view(np.uint8), disk(2)).view(bool)
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
    dense = (smooth >= np.percentile(np.sort(smooth[tissue]), 10)) & ~bone
    thick = cv2.morphologyEx(dense.astype(np.uint8), cv2.MORPH_OPEN, disk(4))
    count, labels = cv2.connectedComponents(thick, connectivity=4)
    touching = np.unique(labels[tissue & (labels > 0)]) if count > 1 else np.array([], int)
    return np.isin(labels, touching)


def _first_tissue(small: np.ndarray) -> tuple[np.ndarray, float]:
    """Find the head's tissue without knowing its window; return also how bright bone is."""
    shown = np.sort(small[small > BACKGROUND * small.max()])  # a percentile of what is sorted is found much sooner
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
    window = around(bright)
    labels, sizes = number_parts(bright[window].astype(np.uint8), connectivity=8)
    areas = _closed_areas(labels, sizes, enough=SMALLEST_HEAD * bright.size)
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
    for part in _beside(skull, {part: placed(labels == part, window, bright.shape) for part in large}):
        skull[window] |= labels == part
    return skull


def _closed_areas(labels: np.ndarray, sizes: np.ndarray, *, enough: float) -> dict[int, int]:
    """Count the pixels of the largest parts with their holes, leaving out those too small to matter.

    Of a single part that has `enough` pixels, those without its holes are counted.
    """
    parts = _sizable_parts(labels, sizes)
    if len(parts) == 1 and (size := int(sizes[next(iter(parts)) - 1])) >= enough:
        return dict.fromkeys(parts, size)
    areas: dict[int, int] = {}
    for part, mask in parts.items():
        if mask.size >= SMALLEST_PART * max(areas.values(), default=0):  # a box holds its part with all holes
            areas[part] = _closed_area(mask)
    return areas


def _sizable_parts(labels: np.ndarray, sizes: np.ndarray) -> dict[int, np.ndarray]:
    """Cut out the largest parts whose box is no smaller than one beside the largest must be, largest first."""
    order = (1 + np.argsort(-sizes)[:MOST_PARTS]).tolist()
    least = SMALLEST_PART * int(sizes.max(initial=0))
    parts: dict[int, np.ndarray] = {}
    for part in order:
        if int(sizes[part - 1]) ** 2 < least:  # as wide and as high as it has pixels, at most: so are all that follow
            break
        mask = labels == part
        left, top, width, height = cv2.boundingRect(mask.view(np.uint8))
        if width * height >= least:
            parts[part] = mask[top : top + height, left : left + width]
    return parts


def _beside(skull: np.ndarray, parts: dict[int, np.ndarray]) -> list[int]:
    """Tell which parts are bones of the head too: near the skull's hull, yet not enclosed by it as a bleed is."""
    if not parts:
        return []
    hull = convex_hull(skull)
    near = cv2.dilate(hull.view(np.uint8), disk(round(NEAR * extent(hull)))).view(bool)
    found = [part for part, mask in parts.items() if near[mask].mean() > 0.5]
    if not found:
        return []
    near &= ~_enclosed(skull, hull)
    return [part for part in found if near[parts[part]].mean() > 0.5]


def _closed_area(part: np.ndarray) -> int:
    """Count the pixels of a part with its holes: a skull encloses a brain, a head holder nothing."""
    return int(np.count_nonzero(close_and_fill(part, radius=3)))


def _enclosed(bone: np.ndarray, hull: np.ndarray) -> np.ndarray:
    """Return the largest region that bone encloses, once narrow gaps are bridged."""
    window = around(hull)  # no gap is bridged beyond it
    bones, inside = bone[window], hull[window]
    filled = close_and_fill(bones, radius=max(2, round(LARGEST_GAP * extent(hull))))
    region = largest_part(cv2.erode((filled & ~bones & inside).view(np.uint8), disk(1)))
    return placed(region, window, bone.shape)
