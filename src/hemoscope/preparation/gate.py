"""Is this a head CT? Says no to what find_head takes for a head and is none, and warns where there is no brain.

`find_head` asks only for something bright around something dimmer. A photograph of a cup, a framed screenshot, an
inverted CT and an MRI have that too. So the gate asks what every window of every head CT keeps: an outline without
corners that leaves most of the picture's border free, nothing bright around it, and tissue of even density well below
bone. The limits lie beyond what nearly all real head CT showed; `benchmarks/gate.py` prints what passes and what not.
"""

from dataclasses import dataclass

import cv2
import numpy as np

from hemoscope.errors import RefusedError
from hemoscope.preparation.head import Head
from hemoscope.preparation.masks import extent
from hemoscope.records import Notice

FAR = 0.12
"""From this share of the hull's extent away from it there is no scalp: air, a head holder, letters."""
MOST_BRAINLESS = 0.15
"""Share of the hull up to which enclosed tissue is little: a neck, a face, the skull base's foramen, the vertex."""
MOST_BRAINLESS_OPEN = 0.4
"""... and up to which tissue that nothing encloses is; skull base and craniectomy show more."""
LEAST_REGION = 0.3
"""... unless one region as dense as the tissue fills this share of the hull: brain that the bones enclose in parts."""
MOST_OUTSIDE = 0.75
"""... and unless tissue beyond the bones' hull has more than this share of the hull's area: around a brain there is
scalp, around a neck's or a face's bones muscle. The most of a slice with hemorrhage here was 0.48, the second 0.30."""
FEWEST_PIXELS = 50
"""Fewer pixels than this say nothing about what surrounds the head."""


@dataclass(frozen=True, slots=True)
class Appearance:
    """What the gate looks at, each a ratio that no linear window changes much.

    Attributes:
        border: Share of the picture's border, two working pixels wide, that the hull covers.
        fill: Share of the smallest rectangle around the hull that it fills: 0.79 for an ellipse, 1 for a frame.
        aspect: Shorter side of that rectangle over the longer.
        surround: Median grey beyond the scalp over the tissue's; 0 where the hull leaves no room.
        bright_surround: Share of what lies just around the hull that is nearer to bone than to tissue.
        contrast: Way from tissue to common bone over the way from the darkest percentile to common bone.
        tissue_spread: Spread of the tissue's densities over the way from tissue to common bone.
        bone_spread: Spread of the bone's, the middle 80 %, over the same.
        dark: Share of the hull without its bone that is much darker than the tissue, as air and fat are.
    """

    border: float
    fill: float
    aspect: float
    surround: float
    bright_surround: float
    contrast: float
    tissue_spread: float
    bone_spread: float
    dark: float


@dataclass(frozen=True, slots=True)
class Limit:
    """What one ratio of a head CT never leaves, and what it means where it does."""

    ratio: str
    least: float
    most: float
    found: str


SHAPE = (
    Limit("border", 0.0, 0.45, "an outline that runs along most of the picture's border"),
    Limit("fill", 0.6, 0.90, "an outline with corners"),
    Limit("aspect", 0.4, 1.0, "a long and narrow outline"),
)
"""Limits of the head's outline: beyond them "gate.not_a_head"."""
CONTRAST = (
    Limit("surround", 0.0, 0.6, "surroundings as bright as tissue"),
    Limit("bright_surround", 0.0, 0.3, "surroundings as bright as bone"),
    Limit("contrast", 0.3, 1.0, "tissue nearly as bright as the brightest parts"),
    Limit("tissue_spread", 0.0, 0.65, "tissue as uneven as its distance from bone"),
    Limit("bone_spread", 0.0, 0.9, "bright parts too uneven for a skull"),
    Limit("dark", 0.0, 0.62, "mostly air or fat between the bones"),
)
"""Limits of brightness and evenness: beyond them "gate.not_ct"."""


def check_head_ct(head: Head, *, level: float, spread: float) -> tuple[Notice, ...]:
    """Refuse what is no axial head CT slice; warn where it shows little or no brain.

    Args:
        head: What `find_head` found in the slice.
        level: The tissue's commonest grey, by `measure_tissue`.
        spread: The width of its shortest half, likewise.

    Returns:
        "gate.no_brain" where bone encloses little tissue, as in a face, a neck or the vertex; else nothing.

    Raises:
        RefusedError: "gate.not_a_head" by its outline, "gate.not_ct" by its brightness.
    """
    seen = measure_appearance(head, level=level, spread=spread)
    for found in _broken(seen, SHAPE):
        raise RefusedError(
            "gate.not_a_head",
            f"Expected the outline of a head in an axial slice; found {found}, as in a photograph or a screenshot.",
            "Choose an axial CT slice of the head, and crop a screenshot to the slice alone.",
        )
    for found in _broken(seen, CONTRAST):
        raise RefusedError(
            "gate.not_ct",
            f"Expected CT of a head, bone bright, brain even and air dark; found {found}, as in an MRI, a radiograph, "
            "another part of the body or an inverted picture.",
            "Choose an axial CT slice of the head, in a brain or soft-tissue window and not inverted.",
        )
    return () if shows_brain(head, level=level) else (NO_BRAIN,)


NO_BRAIN = Notice(
    "gate.no_brain",
    "The slice shows little or no brain to judge, as in a face, a neck or the vertex: it was scored as showing none, "
    "and the low score says nothing of the brain.",
)


def shows_brain(head: Head, *, level: float) -> bool:
    """Tell whether enough tissue lies within the bones to be brain.

    Args:
        head: What `find_head` found in the slice.
        level: The tissue's commonest grey, by `measure_tissue`.

    Returns:
        Whether the tissue, or one dense region between the bones, is large enough.
    """
    hull = np.count_nonzero(head.hull)
    if np.count_nonzero((head.small > 0.6 * level) & ~head.hull) > MOST_OUTSIDE * hull:
        return False
    if np.count_nonzero(head.tissue) > (MOST_BRAINLESS if head.is_closed else MOST_BRAINLESS_OPEN) * hull:
        return True
    dense = (head.hull & ~head.bone & (head.small > 0.6 * level)).astype(np.uint8)
    thick = cv2.morphologyEx(dense, cv2.MORPH_OPEN, cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (9, 9)))
    _, _, regions, _ = cv2.connectedComponentsWithStats(thick, connectivity=4)
    return bool(regions[1:, cv2.CC_STAT_AREA].max(initial=0) > LEAST_REGION * hull)


def measure_appearance(head: Head, *, level: float, spread: float) -> Appearance:
    """Measure the ratios that tell a head CT from other pictures.

    Args:
        head: What `find_head` found in the slice.
        level: The tissue's commonest grey, by `measure_tissue`.
        spread: The width of its shortest half, likewise.

    Returns:
        The ratios.
    """
    # percentiles of what is sorted are found much sooner
    low, common, high = (float(value) for value in np.percentile(np.sort(head.small[head.bone]), [10, 50, 90]))
    darkest = float(np.percentile(np.sort(head.small[::2, ::2], axis=None), 1))
    step = max(common - level, 1e-6)
    fill, aspect = _rectangle(head.hull)
    surround, bright_surround = _surroundings(head, level, step)
    inside = head.small[head.hull & ~head.bone]
    return Appearance(
        border=_border_share(head.hull),
        fill=fill,
        aspect=aspect,
        surround=surround,
        bright_surround=bright_surround,
        contrast=(common - level) / max(common - darkest, 1e-6),
        tissue_spread=spread / step,
        bone_spread=(high - low) / step,
        dark=float(np.mean(inside < 0.4 * level)) if inside.size else 0.0,
    )


def _broken(seen: Appearance, limits: tuple[Limit, ...]) -> list[str]:
    """Say in words which limits are left."""
    return [limit.found for limit in limits if not limit.least <= getattr(seen, limit.ratio) <= limit.most]


def _border_share(hull: np.ndarray) -> float:
    edges = np.concatenate([hull[:2].ravel(), hull[-2:].ravel(), hull[2:-2, :2].ravel(), hull[2:-2, -2:].ravel()])
    return float(edges.mean())


def _rectangle(hull: np.ndarray) -> tuple[float, float]:
    """Return how much of its smallest rectangle the hull fills, and that rectangle's aspect ratio."""
    outlines, _ = cv2.findContours(hull.astype(np.uint8), cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_SIMPLE)
    _, sides, _ = cv2.minAreaRect(np.concatenate(outlines))
    short, long = sorted(float(side) + 1 for side in sides)  # sides run from pixel center to pixel center
    return np.count_nonzero(hull) / (short * long), short / long


def _surroundings(head: Head, level: float, step: float) -> tuple[float, float]:
    """Return how bright the air is, and how much of what is just around the hull is bright as bone."""
    far = FAR * extent(head.hull)
    distance = np.asarray(cv2.distanceTransform((~head.hull).astype(np.uint8), cv2.DIST_L2, 3))[::2, ::2]
    thinned = head.small[::2, ::2]  # a quarter of the pixels tells as much, in a quarter of the time
    beyond = thinned[distance > far]
    near = thinned[(distance > 0) & (distance <= far)]
    bright = near > level + step / 2
    return (
        float(np.median(np.sort(beyond))) / max(level, 1e-6) if beyond.size >= FEWEST_PIXELS else 0.0,
        float(bright.mean()) if near.size >= FEWEST_PIXELS else 0.0,
    )
