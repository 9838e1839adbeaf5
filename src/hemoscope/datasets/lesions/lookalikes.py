"""What looks like blood and is none: to be painted into negatives, so that a network learns the difference.

Calcified plexus, pineal gland, basal ganglia and falx are commoner with age and symmetrical or midline (Daghighi 2007,
Folia Morphologica 66:115); sinuses and arteries are denser than brain, more so with a high hematocrit or contrast;
beam hardening brightens brain beside bone and draws bands between dense bones (Barrett & Keat 2004,
doi:10.1148/rg.246045065).
"""

from collections.abc import Callable

import cv2
import numpy as np

from hemoscope.datasets.lesions.landmarks import Landmarks
from hemoscope.datasets.lesions.noise import edge, grain

Lookalike = Callable[[np.ndarray, Landmarks, np.random.Generator], np.ndarray]


def add_lookalike(hu: np.ndarray, marks: Landmarks, name: str, *, rng: np.random.Generator) -> np.ndarray:
    """Paint one look-alike of `LOOKALIKES` into a slice; see there for the names.

    Args:
        hu: float32, shape (rows, columns), in HU, of a picture as guessed.
        marks: Its landmarks.
        name: Which one.
        rng: Where chance comes from.

    Returns:
        A new slice of the same shape; no pixel of it is blood that was not blood before.
    """
    return np.asarray(LOOKALIKES[name](hu, marks, rng), np.float32)


def choroid_plexus(hu: np.ndarray, marks: Landmarks, rng: np.random.Generator) -> np.ndarray:
    """Calcify the plexus in both atria."""
    ahead, across = rng.uniform(-34, -8), rng.uniform(10, 27)
    for side in (-1, 1):
        place = (ahead + rng.normal(0, 3), side * across + rng.normal(0, 2))
        hu = _spot(hu, marks, place, rng.uniform(1.2, 4.5), rng.uniform(70, 220), rng)
    return hu


def pineal_gland(hu: np.ndarray, marks: Landmarks, rng: np.random.Generator) -> np.ndarray:
    """Calcify the pineal gland or the habenula."""
    return _spot(hu, marks, (rng.uniform(-16, 4), rng.normal(0, 1)), rng.uniform(1.2, 4), rng.uniform(70, 250), rng)


def basal_ganglia(hu: np.ndarray, marks: Landmarks, rng: np.random.Generator) -> np.ndarray:
    """Calcify the basal ganglia of both sides, faintly."""
    ahead, across, density = rng.uniform(2, 22), rng.uniform(12, 22), rng.uniform(48, 110)
    for side in (-1, 1):
        hu = _spot(hu, marks, (ahead + rng.normal(0, 1.5), side * across), rng.uniform(2, 5), density, rng)
    return hu


def falx(hu: np.ndarray, marks: Landmarks, rng: np.random.Generator) -> np.ndarray:
    """Make the falx dense: thin, straight, in the midline, in places calcified."""
    ends = np.sort(rng.uniform(-85, 85, 2))
    fade = edge(marks.ahead - ends[0], width=8.0) * edge(ends[1] - marks.ahead, width=8.0)
    line = edge(rng.uniform(0.5, 1.3) - np.abs(marks.across + 0.5 * grain(hu.shape, scale=15, rng=rng)), width=1.2)
    return _raise(hu, line * fade * marks.inside, rng.choice((rng.uniform(40, 60), rng.uniform(80, 200))))


def tentorium(hu: np.ndarray, marks: Landmarks, rng: np.random.Generator) -> np.ndarray:
    """Draw both leaves of the tentorium: thin, symmetrical, hardly denser than brain."""
    start, slope = rng.uniform(-40, -15), np.deg2rad(rng.uniform(30, 60))
    forward, outward = marks.ahead - start, np.abs(marks.across)
    beside = forward * np.cos(slope) - outward * np.sin(slope)
    along = forward * np.sin(slope) + outward * np.cos(slope)
    fade = edge(along, width=4.0) * edge(rng.uniform(20, 50) - along, width=8.0)
    line = edge(rng.uniform(0.4, 1.4) - np.abs(beside), width=1.5) * fade * marks.inside
    return _raise(hu, line, marks.level + rng.uniform(8, 22))


def dense_sinus(hu: np.ndarray, marks: Landmarks, rng: np.random.Generator) -> np.ndarray:
    """Draw the sagittal sinus at the inner table, behind or in front: a triangle some 50 to 65 HU dense."""
    column = np.abs(marks.across) < 4
    ends = marks.ahead[column & marks.inside]
    if not ends.size:
        return hu
    end, inward = (ends.min(), 1) if rng.random() < 0.8 else (ends.max(), -1)
    length, width = rng.uniform(5, 12), rng.uniform(2.5, 5.5)
    deep = inward * (marks.ahead - end)
    outline = np.minimum(length - deep, width * (1 - deep / length) - np.abs(marks.across))
    return _raise(hu, edge(outline, width=1.5) * marks.inside, marks.level + rng.uniform(12, 32))


def vessels(hu: np.ndarray, marks: Landmarks, rng: np.random.Generator) -> np.ndarray:
    """Draw arteries about the middle, as with contrast or a high hematocrit: dots and short thin lines."""
    density = rng.uniform(48, 95)
    for _ in range(rng.integers(1, 7)):
        place = (rng.uniform(-25, 35), rng.uniform(-30, 30))
        hu = _spot(hu, marks, place, rng.uniform(0.8, 1.7), density, rng)
    if rng.random() < 0.5:
        start, slope, side = rng.uniform(0, 20), rng.uniform(-0.3, 0.5), rng.choice((-1, 1))
        outward = side * marks.across
        beside = marks.ahead - start - slope * outward + 1.5 * grain(hu.shape, scale=8, rng=rng)
        fade = edge(outward - 5, width=3.0) * edge(rng.uniform(15, 35) - outward, width=5.0)
        hu = _raise(hu, edge(rng.uniform(0.6, 1.2) - np.abs(beside), width=1.0) * fade * marks.inside, density)
    return hu


def bright_rim(hu: np.ndarray, marks: Landmarks, rng: np.random.Generator) -> np.ndarray:
    """Brighten the brain beside bone all around, as beam hardening and thick slices near the vertex do."""
    rim = np.exp(-marks.depth / rng.uniform(1.5, 6)) * marks.inside
    return hu + rng.uniform(4, 22) * rim * (1 + 0.3 * grain(hu.shape, scale=15, rng=rng))


def cupping(hu: np.ndarray, marks: Landmarks, rng: np.random.Generator) -> np.ndarray:
    """Brighten the outer brain by a few HU, more slowly fading inwards: uncorrected hardening inside a thick skull."""
    shade = np.exp(-marks.depth / rng.uniform(7, 18)) * marks.inside
    return hu + rng.uniform(4, 13) * shade * (1 + 0.2 * grain(hu.shape, scale=20, rng=rng))


def bands(hu: np.ndarray, marks: Landmarks, rng: np.random.Generator) -> np.ndarray:
    """Draw dark and bright bands across the brain, as between the petrous bones."""
    angle = rng.normal(0, 0.25) + (np.pi / 2 if rng.random() < 0.2 else 0)
    beside = marks.ahead * np.cos(angle) + marks.across * np.sin(angle) - rng.uniform(-45, 45)
    wave = np.cos(2 * np.pi * beside / rng.uniform(6, 24) + rng.uniform(0, 6)) * np.exp(-((beside / 14) ** 2))
    return hu + rng.uniform(3, 13) * wave * marks.inside


def motion(hu: np.ndarray, marks: Landmarks, rng: np.random.Generator) -> np.ndarray:
    """Let the head move during the scan: a shifted ghost lies over the slice."""
    shift = rng.normal(0, 2.5, 2) / marks.millimeters
    matrix = cv2.getRotationMatrix2D((hu.shape[1] / 2, hu.shape[0] / 2), float(rng.normal(0, 2)), 1.0)
    matrix[:, 2] = matrix[:, 2] + shift
    ghost = cv2.warpAffine(hu, matrix, (hu.shape[1], hu.shape[0]), borderMode=cv2.BORDER_REPLICATE)
    return hu + rng.uniform(0.15, 0.5) * (ghost - hu) * marks.inside


def metal(hu: np.ndarray, marks: Landmarks, rng: np.random.Generator) -> np.ndarray:
    """Draw a clip, a coil or a filling, and the streaks that run out from it."""
    if rng.random() < 0.5:
        place = (rng.uniform(-20, 35), rng.uniform(-30, 30))
    else:
        angle = rng.uniform(0, 2 * np.pi)
        place = (90 * np.cos(angle), 72 * np.sin(angle))
    forward, right = marks.ahead - place[0], marks.across - place[1]
    around, away = np.arctan2(right, forward), np.hypot(forward, right)
    phases = rng.uniform(0, 2 * np.pi, 4)
    streaks = sum(np.cos(count * around + phase) for count, phase in zip((5, 9, 14, 22), phases, strict=True))
    hu = hu + rng.uniform(4, 18) * streaks * np.exp(-away / rng.uniform(15, 50)) * marks.inside
    return _raise(hu, edge(rng.uniform(1, 4) - away, width=1.2) * marks.inside, 300.0)


def catheter(hu: np.ndarray, marks: Landmarks, rng: np.random.Generator) -> np.ndarray:
    """Draw a drain from the convexity towards the middle: a thin straight bright line, often with a dark core."""
    angle, reach = rng.uniform(-0.6, np.pi + 0.6), rng.uniform(35, 75)
    target = rng.normal(0, 8, 2)
    forward, right = marks.ahead - target[0], marks.across - target[1]
    along = forward * np.sin(angle) + right * np.cos(angle)
    aside = np.abs(forward * np.cos(angle) - right * np.sin(angle))
    fade = edge(along, width=3.0) * edge(reach - along, width=3.0) * marks.inside
    hu = _raise(hu, edge(rng.uniform(0.8, 1.8) - aside, width=1.0) * fade, rng.uniform(70, 300))
    return hu - rng.uniform(0, 60) * edge(0.5 - aside, width=1.0) * fade


def air(hu: np.ndarray, marks: Landmarks, rng: np.random.Generator) -> np.ndarray:
    """Let air collect in front, or in bubbles under the inner table, as after surgery and fractures."""
    if rng.random() < 0.5:
        row = marks.ahead[marks.inside].max() - rng.uniform(4, 16)
        pocket = edge(marks.ahead - row + 2 * grain(hu.shape, scale=8, rng=rng), width=1.5)
        pocket = pocket * edge(rng.uniform(4, 12) - marks.depth, width=1.5)
    else:
        pocket = np.zeros(hu.shape, np.float32)
        for _ in range(rng.integers(1, 6)):
            turn, depth = rng.uniform(-0.4, np.pi + 0.4), rng.uniform(60, 85)
            away = np.hypot(marks.ahead - depth * np.sin(turn), marks.across - 0.8 * depth * np.cos(turn))
            pocket = np.maximum(pocket, edge(rng.uniform(1, 5) - away, width=1.2))
    return hu - pocket * marks.inside * (hu + 100)


def bone_in_slice(hu: np.ndarray, marks: Landmarks, rng: np.random.Generator) -> np.ndarray:
    """Let bone below or above reach into the slice, as petrous ridges and orbital roofs do: soft and very bright."""
    angle = np.arctan2(marks.ahead, np.abs(marks.across) if rng.random() < 0.7 else marks.across)
    middle, span = rng.uniform(-np.pi, np.pi), rng.uniform(0.15, 0.5)
    near = np.exp(-((((angle - middle + np.pi) % (2 * np.pi) - np.pi) / span) ** 2))
    reach = rng.uniform(4, 14) * near * (1 + 0.3 * grain(hu.shape, scale=5, rng=rng))
    return _raise(hu, np.clip(1.2 - marks.depth / np.maximum(reach, 0.5), 0, 1) ** 1.5 * marks.inside, 180.0)


def infarct(hu: np.ndarray, marks: Landmarks, rng: np.random.Generator) -> np.ndarray:
    """Darken a territory or many small spots, as strokes and old age do; what is left looks brighter beside it."""
    place = rng.uniform((-60, -50), (60, 50))
    away = np.hypot(marks.ahead - place[0], marks.across - place[1])
    reach = rng.uniform(8, 38) if rng.random() < 0.8 else rng.uniform(38, 75)
    region = edge(reach - away + 5 * grain(hu.shape, scale=8, rng=rng), width=rng.uniform(3, 10))
    return hu - rng.uniform(5, 17) * region * marks.inside


LOOKALIKES: dict[str, Lookalike] = {
    "choroid plexus": choroid_plexus,
    "pineal gland": pineal_gland,
    "basal ganglia": basal_ganglia,
    "falx": falx,
    "tentorium": tentorium,
    "dense sinus": dense_sinus,
    "vessels": vessels,
    "bright rim": bright_rim,
    "cupping": cupping,
    "bands": bands,
    "motion": motion,
    "metal": metal,
    "catheter": catheter,
    "air": air,
    "bone in the slice": bone_in_slice,
    "infarct": infarct,
}
"""The look-alikes by name."""


def _spot(
    hu: np.ndarray,
    marks: Landmarks,
    place: tuple[float, float],
    radius: float,
    density: float,
    rng: np.random.Generator,
) -> np.ndarray:
    """Draw a small irregular dense spot, in mm from the middle."""
    away = np.hypot(marks.ahead - place[0], marks.across - place[1])
    filled = edge(radius - away + 0.25 * radius * grain(hu.shape, scale=2, rng=rng), width=1.2)
    return _raise(hu, filled * marks.inside, density)


def _raise(hu: np.ndarray, filled: np.ndarray, density: float) -> np.ndarray:
    """Bring each pixel towards a density by the share that is filled; never darken."""
    return np.asarray(hu + filled * np.maximum(density - hu, 0), np.float32)
