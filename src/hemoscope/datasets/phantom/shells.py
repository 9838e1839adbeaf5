"""Scalp, skull and face: the nested shells around the brain, and what the skull base adds to them.

Densities: air -1000, fat -80 (about -100 to -50), muscle 55 (35 to 60), compact bone above 1000, diploe 300 to 800 HU.
Source: Bushberg et al., The Essential Physics of Medical Imaging, chapter on computed tomography.
"""

import math
from dataclasses import dataclass

import numpy as np

from hemoscope.datasets.phantom.build import Build
from hemoscope.datasets.phantom.space import Level, blend, ramp

EQUATOR = 56.0
"""mm above the skull base at which the head is widest."""
DOME, BASE = 76.0, 150.0
"""Half axes of the inner table in mm, above and below the equator."""
AIR, FAT, SKIN, MUSCLE, CSF = -1000.0, -80.0, 60.0, 55.0, 8.0
TABLE, DIPLOE, BASE_BONE = 1200.0, 600.0, 850.0
DIRECTIONS = 4096
"""Directions from the axis at which the outline is computed; 0.1 mm apart at the surface."""
PLASTIC, FOAM = 90.0, -880.0
BASE_TOP = 48.0
"""mm up to which the skull base reaches: the top of the frontal sinus."""


@dataclass(frozen=True, slots=True, eq=False)
class Shells:
    """The outline of a head in one slice, computed once for all that follows it.

    Attributes:
        z: Height of the slice in mm.
        angle: Direction from the axis in radians, 0 at the left, pi / 2 at the back, shape (rows, columns).
        distance: mm from the axis, same shape.
        outline: Radius in mm of the inner table at its widest, in the direction of each pixel, same shape.
    """

    z: float
    angle: np.ndarray
    distance: np.ndarray
    outline: np.ndarray

    @classmethod
    def of(cls, level: Level, build: Build) -> "Shells":
        """Compute the outline of a head."""
        angle = np.arctan2(level.y, level.x)
        cells = ((angle + np.float32(math.pi)) * np.float32(DIRECTIONS / (2 * math.pi))).astype(np.int32) % DIRECTIONS
        return cls(level.z, angle, np.hypot(level.x, level.y), _outline(build).take(cells))

    def below(self, extra: float) -> np.ndarray:
        """Measure the depth in mm, within the slice, below the shell that lies `extra` mm outside the inner table."""
        above = self.z - EQUATOR
        rest = 1 - (above / ((DOME if above > 0 else BASE) + extra)) ** 2
        if rest <= 0:
            return np.full_like(self.distance, -10.0)
        return np.asarray((self.outline + extra) * math.sqrt(rest) - self.distance)


def slant(level: Level) -> float:
    """Return over how many mm within the slice a shell's edge spreads, because the slice is thick and the shell slants.

    Within the dome, half an ellipse of half axes a (70 mm) and DOME: the slope of its radius, times the thickness.
    """
    above = max(0.0, level.z - EQUATOR) / DOME
    return min(12.0, level.thickness * 70 / DOME * above / math.sqrt(max(0.02, 1 - above * above)) * 0.6)


def draw_shells(level: Level, shells: Shells, build: Build, fibers: np.ndarray, *, has_head_holder: bool) -> np.ndarray:
    """Draw air, head holder, scalp and skull; inside the skull there is fluid."""
    hu = np.full_like(level.x, AIR)
    if has_head_holder:
        hu = _draw_head_holder(level, hu)
    blur = slant(level)
    hu = _draw_scalp(level, shells.below(build.skull + build.scalp), hu, blur)
    thickness = build.skull * (1 + 0.35 * ramp(level.z, 50, 0))
    bone = shells.below(thickness)
    # thinner at the temples, where a real skull is a few mm thick
    thin = 0.45 * thickness * np.cos(shells.angle) ** 4 * (1 - ramp(level.z, 40, 95))
    bone = bone - thin.astype(np.float32)
    inner = shells.below(0.0)
    hu = blend(hu, TABLE, level.soften(bone, blur=blur))
    marrow = np.minimum(bone - 2.2, -inner - 1.6)
    hu = blend(hu, DIPLOE + 70 * fibers, level.soften(marrow, blur=blur))
    return blend(hu, CSF, level.soften(inner, blur=blur))


def _outline(build: Build) -> np.ndarray:
    """Compute the outline of the inner table at its widest, by direction: an egg, fuller at the back, with waves."""
    angle = np.linspace(-np.pi, np.pi, DIRECTIONS, endpoint=False)
    cosine, sine = np.cos(angle), np.sin(angle)
    across, along = build.axes
    factor = 1 + 0.01 * sine + 0.10 * sine * cosine**2 - 0.012 * np.cos(4 * angle)
    for order, (amplitude, phase) in enumerate(build.waves, start=2):
        factor = factor + amplitude * np.cos(order * angle + phase)
    return np.asarray(factor / np.hypot(cosine / across, sine / along), dtype=np.float32)


def _draw_head_holder(level: Level, hu: np.ndarray) -> np.ndarray:
    """Draw a thin carbon shell around foam, behind the head and to its sides."""
    arc = np.hypot(level.x, level.y + 14) - 118
    is_behind = level.soften(level.y - 18 - level.x * 0.02)
    hu = blend(hu, FOAM, level.soften(4.0 - np.abs(arc + 5)) * is_behind)
    return blend(hu, PLASTIC, level.soften(2.0 - np.abs(arc)) * is_behind)


def _draw_scalp(level: Level, surface: np.ndarray, hu: np.ndarray, blur: float) -> np.ndarray:
    """Draw skin, the fat below it, and the muscles of temples and neck, from the depth below the skin."""
    hu = blend(hu, SKIN, level.soften(surface, blur=blur))
    hu = blend(hu, FAT, level.soften(surface - 2.8, blur=blur))
    size = 1 - ramp(level.z, 10, 68)
    temples = level.paired_ellipsoid((66, -22, 0), (14, 38, 75)) * (size > 0)
    neck = level.ellipsoid((0, 84, -25), (62, 14, 60))
    inside = level.soften(np.minimum(surface - 3.8, np.maximum(temples, neck)))
    return blend(hu, MUSCLE, inside)


def draw_base(
    level: Level, shells: Shells, build: Build, hu: np.ndarray, *, brain: np.ndarray, fibers: np.ndarray
) -> np.ndarray:
    """Draw bone and air where the skull base lies between the inner table and the brain, and the face before it.

    Args:
        level: The slice.
        shells: The outline of the head in it.
        build: The head.
        hu: The slice so far.
        brain: Depth in mm below the surface of the brain.
        fibers: Texture of the slice.
    """
    if level.z >= BASE_TOP:
        return hu
    inner, skin = shells.below(0.0), shells.below(build.skull + build.scalp)
    solid = np.minimum(inner + 1.0, -brain - 1.5)
    hu = blend(hu, BASE_BONE + 220 * fibers, level.soften(solid))
    cells = np.minimum(level.paired_ellipsoid((57, 20, 10), (15, 17, 26)), -brain - 3.0)
    hu = blend(hu, -750.0, level.soften(np.minimum(cells, 1.6 * fibers + 0.5)))
    within = np.minimum(skin - 3.0, -brain - 2.5)
    hu = _draw_orbits(level, hu, within)
    bone = np.minimum(shells.below(build.skull) - 1.8, -inner - 1.2)
    return _draw_sinuses(level, hu, within, bone, fibers)


def _draw_orbits(level: Level, hu: np.ndarray, within: np.ndarray) -> np.ndarray:
    """Draw the orbits: fat, globe with its lens, optic nerve and two muscles; all of it `within` a depth."""
    orbit = np.minimum(level.paired_ellipsoid((31, -64, 8), (17, 29, 20), degrees=18), within)
    hu = blend(hu, FAT, level.soften(orbit))
    nerve = level.paired_tube((31, -72, 8, 2.2), (14, -40, 10, 2.0))
    medial = level.paired_tube((19, -74, 8, 1.8), (12, -42, 9, 1.6))
    lateral = level.paired_tube((44, -70, 8, 1.8), (20, -42, 9, 1.6))
    strands = np.maximum.reduce([nerve, medial, lateral])
    hu = blend(hu, MUSCLE - 10, level.soften(np.minimum(strands, orbit)))
    globe = np.minimum(level.paired_ellipsoid((33, -77, 8), (12.5, 12.5, 13)), within)
    hu = blend(hu, MUSCLE - 10, level.soften(globe))
    hu = blend(hu, 12.0, level.soften(globe - 1.2))
    lens = np.minimum(level.paired_ellipsoid((33.5, -85, 8), (4.5, 2.2, 5)), globe)
    return blend(hu, 75.0, level.soften(lens))


def _draw_sinuses(level: Level, hu: np.ndarray, within: np.ndarray, bone: np.ndarray, fibers: np.ndarray) -> np.ndarray:
    """Draw the air of the ethmoid cells, with their walls, of the sphenoid sinus and, in the `bone`, of the frontal."""
    sinuses = np.maximum(level.paired_ellipsoid((6, -58, 4), (6.5, 24, 24)), level.ellipsoid((0, -28, 6), (13, 12, 17)))
    septa = np.abs(np.sin(level.y * 0.55 + fibers)) * 2.4 - 0.35
    hu = blend(hu, AIR, level.soften(np.minimum(np.minimum(sinuses, septa), within)))
    frontal = np.minimum(level.paired_ellipsoid((8, -86, 34), (9, 9, 13)), bone)
    return blend(hu, AIR, level.soften(np.minimum(frontal, np.abs(level.x) - 1.0)))
