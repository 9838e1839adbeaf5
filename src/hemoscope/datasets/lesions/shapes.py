"""Where each kind of bleed lies: the share of each pixel that blood fills.

Shapes and places after what radiology teaches of them: epidural, a lens at the inner table, between sutures; subdural,
a crescent along the convexity, the falx or the tentorium; subarachnoid, in sulci and cisterns; intraventricular,
layering in the dependent (posterior) horns or a cast of a ventricle; intraparenchymal, irregular, deep or lobar
(Heit 2017, doi:10.5853/jos.2016.00563).
"""

from collections.abc import Callable
from itertools import pairwise

import cv2
import numpy as np

from hemoscope.datasets.lesions.landmarks import Landmarks
from hemoscope.datasets.lesions.noise import edge, grain
from hemoscope.terms import Label

EDGE_MM = 1.2
"""Width over which a sharp outline fades: partial volume of a slice some 5 mm thick."""
CONTUSIONS, FISSURES, BOTH_SIDES = 0.2, 0.35, 0.15
"""How often clots of the brain are contusions, subarachnoid blood fills fissures, and a crescent has another across."""
Shape = Callable[[Landmarks, np.random.Generator], np.ndarray]


def intraparenchymal(marks: Landmarks, rng: np.random.Generator) -> np.ndarray:
    """Draw an irregular clot in the brain, or up to three close together; most lie deep. Or draw contusions."""
    if rng.random() < CONTUSIONS:
        return _contusions(marks, rng)
    radius = float(np.clip(rng.lognormal(np.log(8.5), 0.6), 2.2, 32.0))
    least = min(float(marks.depth.max()) * 0.9, 20.0 if rng.random() < 0.6 else 0.5 * radius + 2)
    middle = _pick(marks.depth >= least, rng)
    filled = _blob(marks, middle, radius, rng)
    for _ in range(rng.choice(3, p=(0.75, 0.15, 0.1))):
        beside = (middle[0] + rng.normal(0, radius), middle[1] + rng.normal(0, radius))
        filled = np.maximum(filled, _blob(marks, beside, radius * rng.uniform(0.3, 0.8), rng))
    return filled * edge(marks.depth - 1.5, width=EDGE_MM)


def epidural(marks: Landmarks, rng: np.random.Generator) -> np.ndarray:
    """Draw a lens whose outer side is the inner table."""
    row, column = _pick((marks.depth > 0) & (marks.depth < 2.5), rng)
    half_length = rng.uniform(11, 36)
    half_depth = half_length * rng.uniform(0.35, 0.85)
    toward = np.arctan2(-_at(marks.ahead, row, column), -_at(marks.across, row, column))
    along, deep = _rotated(marks, (row, column), toward)
    outline = 1 - np.hypot(deep / half_depth, along / half_length) + 0.04 * _grain(marks, 8.0, rng)
    return edge(outline * half_depth, width=EDGE_MM) * marks.inside


def subdural(marks: Landmarks, rng: np.random.Generator) -> np.ndarray:
    """Draw a crescent along the convexity, or a band along the falx or the tentorium."""
    kind = rng.choice(3, p=(0.72, 0.16, 0.12))
    return (_crescents, _along_falx, _along_tentorium)[kind](marks, rng)


def subarachnoid(marks: Landmarks, rng: np.random.Generator) -> np.ndarray:
    """Fill sulci over a part of the convexity, the cisterns about the middle, or the fissures that lead from them."""
    if rng.random() < FISSURES:
        return _fissures(marks, rng)
    is_cistern = rng.random() < 0.4
    if is_cistern:
        row, column = _pick((np.abs(marks.across) < 12) & (np.abs(marks.ahead - 8) < 30) & marks.inside, rng)
        reach, depth = rng.uniform(12, 32), np.inf
    else:
        row, column = _pick((marks.depth > 0) & (marks.depth < 12), rng)
        reach, depth = rng.uniform(15, 50), rng.uniform(8, 26)
    across, aside = marks.across, _at(marks.across, row, column)
    if rng.random() < (0.6 if is_cistern else 0.25):  # of a burst aneurysm: on both sides
        across, aside = np.abs(across), abs(aside)
    away = np.hypot(marks.ahead - _at(marks.ahead, row, column), across - aside)
    region = edge(reach - away + 4 * _grain(marks, 6.0, rng), width=8.0) * edge(depth - marks.depth, width=4.0)
    width = rng.uniform(1.6, 4.5)
    scale = rng.uniform(4.0, 9.0)
    lines = edge(width / 2 - np.abs(_grain(marks, scale, rng)) * scale, width=EDGE_MM)
    sulci = marks.fluid * ~marks.ventricles
    return np.maximum(lines * rng.uniform(0.5, 1.0), sulci) * region * marks.inside


def intraventricular(marks: Landmarks, rng: np.random.Generator) -> np.ndarray:
    """Let blood sink to the back of the ventricles, or fill them; where none are seen, draw a cast of the horns or of
    the third or fourth ventricle."""
    if np.count_nonzero(marks.ventricles) * marks.millimeters**2 < 80:
        return _horns(marks, rng) if rng.random() < 0.5 else _midline_ventricle(marks, rng)
    filled = cv2.GaussianBlur(marks.ventricles.astype(np.float32), (0, 0), 0.7 / marks.millimeters)
    filled = np.clip(1.4 * filled, 0, 1)
    if rng.random() < 0.65:
        behind = marks.ahead[marks.ventricles]
        level = float(np.quantile(behind, rng.uniform(0.08, 0.6)))
        filled = filled * edge(level - marks.ahead, width=EDGE_MM * 1.5)
    elif rng.random() < 0.5:
        filled = filled * edge(np.sign(rng.uniform(-1, 1)) * marks.across + 2, width=3.0)
    return filled * edge(1.2 + _grain(marks, 4.0, rng), width=1.0)


SHAPES: dict[Label, Shape] = {
    Label.EPIDURAL: epidural,
    Label.INTRAPARENCHYMAL: intraparenchymal,
    Label.INTRAVENTRICULAR: intraventricular,
    Label.SUBARACHNOID: subarachnoid,
    Label.SUBDURAL: subdural,
}


def _crescents(marks: Landmarks, rng: np.random.Generator) -> np.ndarray:
    """Draw a crescent on one side, now and then one on each."""
    side = rng.choice((0.0, np.pi))
    filled = _crescent(marks, side, rng)
    return np.maximum(filled, _crescent(marks, np.pi - side, rng)) if rng.random() < BOTH_SIDES else filled


def _crescent(marks: Landmarks, side: float, rng: np.random.Generator) -> np.ndarray:
    angle = np.arctan2(marks.ahead, marks.across)
    span = np.deg2rad(rng.uniform(45, 175))
    middle = side + rng.normal(0, 0.5)
    place = 0.5 + ((angle - middle + np.pi) % (2 * np.pi) - np.pi) / span
    most = float(np.clip(rng.lognormal(np.log(6.5), 0.5), 2.5, 22.0))
    thickness = most * np.sin(np.pi * np.clip(place, 0, 1)) ** rng.uniform(0.4, 0.9)
    thickness = thickness * (1 + 0.15 * _grain(marks, 12.0, rng)) - 0.4
    return edge(thickness - marks.depth, width=EDGE_MM) * marks.inside


def _along_falx(marks: Landmarks, rng: np.random.Generator) -> np.ndarray:
    """Draw a band beside the midline, in its front or back part."""
    width, side = rng.uniform(2.0, 6.0), rng.choice((-1, 1))
    ends = np.sort(rng.choice((-1, 1)) * rng.uniform((10, 35), (30, 85)))
    lean = marks.across - side * width / 2 + 1.0 * _grain(marks, 12.0, rng)
    fade = edge(marks.ahead - ends[0], width=6.0) * edge(ends[1] - marks.ahead, width=6.0)
    return edge(width / 2 - np.abs(lean), width=EDGE_MM) * fade * marks.inside


def _along_tentorium(marks: Landmarks, rng: np.random.Generator) -> np.ndarray:
    """Draw a band that runs from the back of the midline forward and outward."""
    start, side, width = rng.uniform(-45, -20), rng.choice((-1, 1)), rng.uniform(2.0, 6.0)
    slope = np.deg2rad(rng.uniform(25, 65))
    forward, outward = marks.ahead - start, side * marks.across
    along = forward * np.sin(slope) + outward * np.cos(slope)
    beside = forward * np.cos(slope) - outward * np.sin(slope) + 1.2 * _grain(marks, 10.0, rng)
    fade = edge(along, width=5.0) * edge(rng.uniform(20, 55) - along, width=8.0)
    return edge(width / 2 - np.abs(beside), width=EDGE_MM) * fade * marks.inside


def _horns(marks: Landmarks, rng: np.random.Generator) -> np.ndarray:
    """Draw a cast of one or both lateral ventricles: slender, bent outward behind."""
    half_length, half_width, apart = rng.uniform(10, 24), rng.uniform(2, 5), rng.uniform(6, 14)
    middle, bend = rng.uniform(-12, 12), rng.uniform(-0.45, 0.1)
    filled = np.zeros(marks.inside.shape, np.float32)
    for side in ((-1, 1), (-1,), (1,))[rng.choice(3, p=(0.5, 0.25, 0.25))]:
        forward = marks.ahead - middle
        beside = side * marks.across - apart - bend * forward
        outline = 1 - np.hypot(forward / half_length, beside / half_width) + 0.1 * _grain(marks, 3.0, rng)
        filled = np.maximum(filled, edge(outline * half_width, width=EDGE_MM))
    return filled * (marks.depth > 4)


def _midline_ventricle(marks: Landmarks, rng: np.random.Generator) -> np.ndarray:
    """Draw a cast of the third ventricle, a slit, or of the fourth, a rounded triangle behind it."""
    if rng.random() < 0.4:
        middle, half_length, half_width = rng.uniform(-4, 16), rng.uniform(6, 14), rng.uniform(1.2, 3.2)
    else:
        middle, half_length, half_width = rng.uniform(-42, -12), rng.uniform(3.5, 9), rng.uniform(3.5, 10)
    forward, beside = marks.ahead - middle, marks.across - rng.normal(0, 1.5)
    outline = 1 - np.hypot(forward / half_length, beside / half_width) + 0.15 * _grain(marks, 3.0, rng)
    return edge(outline * min(half_length, half_width), width=EDGE_MM * 1.5) * (marks.depth > 4)


def _contusions(marks: Landmarks, rng: np.random.Generator) -> np.ndarray:
    """Draw several small clots close together under the inner table, most in front or at the sides."""
    near = (marks.depth > 3) & (marks.depth < 18)
    row, column = _pick(near & (marks.ahead > (10 if rng.random() < 0.7 else -90)), rng)
    filled = np.zeros(marks.inside.shape, np.float32)
    for _ in range(rng.integers(1, 6)):
        beside = (row + rng.normal(0, 8) / marks.millimeters, column + rng.normal(0, 8) / marks.millimeters)
        filled = np.maximum(filled, _blob(marks, beside, rng.uniform(2.0, 7.0), rng))
    return filled * edge(marks.depth - 1.0, width=EDGE_MM)


def _fissures(marks: Landmarks, rng: np.random.Generator) -> np.ndarray:
    """Draw blood along some of the fissures at the base: between the hemispheres, Sylvian, around the brain stem."""
    forward = marks.ahead + 2.5 * _grain(marks, 10.0, rng) - rng.normal(0, 4)
    beside = np.abs(marks.across + 2.5 * _grain(marks, 10.0, rng))
    sides = marks.across * rng.choice((-1, 1)) > (0 if rng.random() < 0.4 else -np.inf)
    chosen = [path for path in FISSURE_PATHS if rng.random() < 0.55] or [
        FISSURE_PATHS[rng.integers(len(FISSURE_PATHS))]
    ]
    filled = np.zeros(marks.inside.shape, np.float32)
    for path in chosen:
        away = np.min([_to_segment(forward, beside, *ends) for ends in pairwise(path)], axis=0)
        half_width = rng.uniform(1.2, 4.0) * (1 + 0.3 * _grain(marks, 6.0, rng))
        lines = edge(half_width - away, width=EDGE_MM * rng.uniform(1.0, 3.5)) * rng.uniform(0.5, 1.0)
        filled = np.maximum(filled, np.maximum(lines, marks.fluid * ~marks.ventricles * edge(7.0 - away, width=4.0)))
    return np.asarray(filled * sides * marks.inside, np.float32)


FISSURE_PATHS = (
    ((18.0, 0.0), (50.0, 0.0), (82.0, 0.0)),
    ((12.0, 4.0), (17.0, 18.0), (12.0, 34.0), (0.0, 44.0), (-12.0, 50.0)),
    ((10.0, 4.0), (2.0, 14.0), (-8.0, 17.0), (-18.0, 12.0), (-22.0, 0.0)),
    ((14.0, 0.0), (10.0, 10.0), (2.0, 14.0), (6.0, 0.0)),
    ((-20.0, 0.0), (-17.0, 10.0), (-10.0, 18.0)),
)
"""Corners of the fissures, in mm in front of the middle and beside the midline: interhemispheric, Sylvian, ambient,
suprasellar, quadrigeminal."""


def _to_segment(
    forward: np.ndarray, beside: np.ndarray, start: tuple[float, float], end: tuple[float, float]
) -> np.ndarray:
    """Measure the distance in mm from a segment."""
    along = np.subtract(end, start)
    share = np.clip(((forward - start[0]) * along[0] + (beside - start[1]) * along[1]) / (along @ along), 0, 1)
    return np.hypot(forward - start[0] - share * along[0], beside - start[1] - share * along[1])


def _blob(marks: Landmarks, middle: tuple[float, float], radius: float, rng: np.random.Generator) -> np.ndarray:
    """Draw an ellipse with an irregular outline."""
    stretch = rng.uniform(1.0, 1.6)
    one, other = _rotated(marks, middle, rng.uniform(0, np.pi))
    outline = 1 - np.hypot(one / (radius * stretch), other / (radius / stretch))
    outline = (
        outline + rng.uniform(0.05, 0.3) * _grain(marks, max(radius / 2.5, 2.0), rng) + 0.06 * _grain(marks, 2, rng)
    )
    return edge(outline * radius, width=EDGE_MM * rng.uniform(0.8, 2.0))


def _rotated(marks: Landmarks, middle: tuple[float, float], angle: float) -> tuple[np.ndarray, np.ndarray]:
    """Measure across and along a direction, in mm from a pixel."""
    forward = marks.ahead - _at(marks.ahead, *middle)
    right = marks.across - _at(marks.across, *middle)
    return right * -np.sin(angle) + forward * np.cos(angle), right * np.cos(angle) + forward * np.sin(angle)


def _grain(marks: Landmarks, scale_mm: float, rng: np.random.Generator) -> np.ndarray:
    return grain(marks.inside.shape, scale=max(1.0, scale_mm / marks.millimeters), rng=rng)


def _pick(where: np.ndarray, rng: np.random.Generator) -> tuple[float, float]:
    """Pick a pixel; the middle of the picture where none qualifies."""
    places = np.flatnonzero(where)
    if not places.size:
        return where.shape[0] / 2, where.shape[1] / 2
    row, column = np.unravel_index(places[rng.integers(places.size)], where.shape)
    return float(row), float(column)


def _at(values: np.ndarray, row: float, column: float) -> float:
    rows, columns = values.shape
    return float(values[min(max(int(row), 0), rows - 1), min(max(int(column), 0), columns - 1)])
