"""The brain: its surface, ventricles, cisterns and sulci as shapes that bleeds follow, and their tissues.

Densities: fluid 0 to 15, white matter 20 to 30, grey matter 37 to 41 HU; the spread of real scanners is wider.
Source: Bushberg et al., The Essential Physics of Medical Imaging, chapter on computed tomography.
"""

import math
from dataclasses import dataclass

import numpy as np

from hemoscope.datasets.phantom.build import ANGLES, CELL, CROWN_BLUR, FOLD_BLUR, Build, Head
from hemoscope.datasets.phantom.shells import CSF, Shells
from hemoscope.datasets.phantom.space import Level, blend, ramp

RIM = 1.2
"""mm of fluid between the inner table and the brain."""
WHITE, GREY, NUCLEUS, FALX, CALCIUM = 28.5, 36.5, 35.0, 50.0, 180.0


@dataclass(frozen=True, slots=True, eq=False)
class Anatomy:
    """The shapes of one slice, float32, shape (rows, columns); depths in mm are positive inside.

    Attributes:
        inner: Depth below the inner table.
        brain: Depth below the surface of the brain.
        inside: Share of each pixel that lies below the surface of the brain.
        ventricles: Depth inside the ventricles.
        cisterns: Depth inside the cisterns and the great fissures.
        sulci: Depth inside the sulci, roughly; falls off outside them and towards the deep white matter.
        fibers: Smooth texture, mean 0 and deviation 1.
    """

    inner: np.ndarray
    brain: np.ndarray
    inside: np.ndarray
    ventricles: np.ndarray
    cisterns: np.ndarray
    sulci: np.ndarray
    fibers: np.ndarray


def lay_out(level: Level, shells: Shells, head: Head) -> Anatomy:
    """Lay out the shapes of a slice."""
    inner, fibers = shells.below(0.0), head.fibers_at(level)
    brain = _surface(level, inner)
    return Anatomy(
        inner=inner,
        brain=brain,
        inside=level.soften(brain),
        ventricles=_ventricles(level, head.build) + 0.35 * fibers,
        cisterns=np.maximum(_cisterns(level), _fissures(level, head.build, brain, fibers)),
        sulci=head.build.sulci / 2 - _sulcus_distance(level, head, brain, fibers),
        fibers=fibers,
    )


def draw_brain(level: Level, build: Build, shapes: Anatomy, hu: np.ndarray) -> np.ndarray:
    """Draw white matter, cortex, deep nuclei and cerebellum, the spaces that hold fluid, falx and calcifications."""
    grey = np.maximum.reduce([_cortex(level, shapes), 0.8 * _nuclei(level), 0.55 * _cerebellum(level, shapes)])
    tissue = WHITE + (GREY - WHITE) * grey + np.float32(0.5) * shapes.fibers
    hu = blend(hu, tissue, shapes.inside)
    hu = blend(hu, CSF, _fluid(level, shapes))
    hu = blend(hu, FALX, _falx(level, shapes))
    if build.is_calcified:
        hu = blend(hu, CALCIUM, level.soften(_calcified(level)) * shapes.inside)
    return _harden(level, shapes, hu)


def _fluid(level: Level, shapes: Anatomy) -> np.ndarray:
    """Compute the share of each pixel that is ventricle, cistern, fissure or sulcus."""
    # a slice is thicker than a sulcus is straight, so that its fluid is never seen alone
    sulci = 0.8 * level.soften(shapes.sulci, blur=0.5)
    spaces = np.maximum(level.soften(shapes.ventricles), level.soften(shapes.cisterns))
    return np.asarray(np.maximum(spaces, sulci) * shapes.inside)


def _surface(level: Level, inner: np.ndarray) -> np.ndarray:
    """Measure the depth below the brain's surface: the inner table above, three pairs of hollows in the skull base."""
    free = inner - RIM
    if level.z >= 46:
        return free
    hollows = [
        level.ellipsoid((0, 40, 40), (53, 37, 52)),
        level.paired_ellipsoid((37, -12, 32), (25, 29, 28), degrees=-12),
        level.ellipsoid((0, -36, 50), (50, 42, 34)),
        level.ellipsoid((0, 10, 20), (15, 17, 46)),
        inner - 62 * (1 - level.z / 46) ** 1.35,
    ]
    return np.asarray(np.minimum(np.maximum.reduce(hollows), free))


def _ventricles(level: Level, build: Build) -> np.ndarray:
    """Measure the depth inside the lateral ventricles, from horn to horn, the third and the fourth."""
    size = build.ventricles
    lateral = level.paired_tube(
        (15, -38, 67, 1.2 * size),
        (9, -28, 69, 3.8 * size),
        (6, -14, 72, 4.2 * size),
        (9, 2, 75, 4.6 * size),
        (14, 15, 75, 5.0 * size),
        (21, 28, 71, 6.0 * size),
        (23, 42, 67, 4.0 * size),
        (17, 58, 65, 1.0 * size),
    )
    temporal = level.paired_tube((21, 28, 71, 5.0 * size), (33, 12, 50, 2.4 * size), (31, -8, 42, 1.3 * size))
    lateral = np.maximum(lateral, temporal) + 0.5 * build.lopsided * np.sign(level.x)
    third = level.ellipsoid((0, 2, 57), (2.0 * size, 13, 11))
    fourth = level.ellipsoid((0, 33, 24), (8 * size, 5.5 * size, 13))
    return np.maximum.reduce([lateral, third, fourth])


def _cisterns(level: Level) -> np.ndarray:
    """Measure the depth inside the star around the midbrain, and the cisterns before and behind the brain stem."""
    if not 4 < level.z < 62:
        return np.full_like(level.x, -99.0)
    star = [
        level.ellipsoid((0, -14, 38), (11, 8, 8)),
        level.paired_tube((6, -15, 39, 3.2), (26, -22, 42, 2.2), (40, -16, 46, 2.0)),
        level.tube((0, -18, 40, 2.6), (0, -34, 44, 1.2)),
        level.paired_tube((9, -8, 39, 2.4), (17, 6, 43, 1.7), (15, 18, 47, 1.7), (6, 24, 50, 2.2)),
        level.ellipsoid((0, 25, 50), (9, 4.0, 7)),
        level.ellipsoid((0, -6, 22), (12, 3.2, 14)),
        level.ellipsoid((0, 70, 14), (9, 6, 9)),
    ]
    return np.maximum.reduce(star)


def _fissures(level: Level, build: Build, brain: np.ndarray, fibers: np.ndarray) -> np.ndarray:
    """Measure the depth inside the fissure between the hemispheres and inside the Sylvian fissures."""
    if level.z < 34:
        return np.full_like(level.x, -99.0)
    reach = 24 + 70 * ramp(level.z, 88, 94)
    front_only = np.where(level.y < 0, reach, reach * ramp(level.z, 58, 72))
    midline = np.minimum(0.45 * build.sulci - np.abs(level.x + 0.5 * fibers), front_only - brain)
    sylvian = level.paired_tube((30, -18, 44, 1.6), (42, -12, 52, 1.9), (47, -2, 60, 1.6), (52, 12, 70, 1.0))
    insula = level.paired_tube((39, -14, 52, 1.3), (39, 4, 62, 1.1))
    return np.maximum.reduce([midline, sylvian * build.sulci / 1.5, insula])


def _sulcus_distance(level: Level, head: Head, brain: np.ndarray, fibers: np.ndarray) -> np.ndarray:
    """Measure roughly how far in mm the nearest sulcus is; sulci end 6 to 24 mm below the surface.

    A sulcus is where a smooth texture crosses zero. The texture divided by its usual slope is about the distance.
    """
    per_cell = 2 * math.pi / ANGLES * np.hypot(level.x, level.y)
    distance = np.abs(head.folds_at(level, brain)) * (math.sqrt(2) * FOLD_BLUR) * per_cell
    flat = ramp(level.z, 92, 112)
    if flat > 0:
        distance = (1 - flat) * distance + flat * np.abs(head.crown_at(level)) * (math.sqrt(2) * CROWN_BLUR * CELL)
    reach = 13 + 5 * fibers + 30 * flat - 10 * ramp(level.z, 40, 30)
    return np.asarray(distance + np.maximum(0, brain - reach) * 0.5 + 6 * ramp(level.z, 44, 36), dtype=np.float32)


def _cortex(level: Level, shapes: Anatomy) -> np.ndarray:
    """Compute the share of grey matter along the surface, the sulci, the fissures and the cisterns."""
    surface = level.soften(3.0 - shapes.brain, blur=1.5)
    folds = level.soften(3.8 + shapes.sulci, blur=1.5)
    fissures = level.soften(3.4 + shapes.cisterns, blur=1.5)
    return np.maximum.reduce([surface, folds, fissures])


def _nuclei(level: Level) -> np.ndarray:
    """Compute the share of thalamus, lentiform nucleus and head of the caudate."""
    if not 44 < level.z < 86:
        return np.zeros_like(level.x)
    thalamus = level.paired_ellipsoid((11, 8, 63), (7.5, 13, 13), degrees=-22)
    lentiform = level.paired_ellipsoid((25, -6, 60), (6.5, 16, 14), degrees=-12)
    caudate = level.paired_ellipsoid((15, -22, 66), (4.2, 9, 14), degrees=-15)
    return level.soften(np.maximum.reduce([thalamus, lentiform, caudate]), blur=2.0)


def _cerebellum(level: Level, shapes: Anatomy) -> np.ndarray:
    """Compute the share of cerebellum, whose folia are too fine to be drawn one by one."""
    if level.z > 60:
        return np.zeros_like(level.x)
    whole = level.soften(level.ellipsoid((0, 44, 26), (48, 34, 32)), blur=4.0)
    return np.asarray(whole * np.clip(0.8 + 0.25 * shapes.fibers, 0, 1))


def _falx(level: Level, shapes: Anatomy) -> np.ndarray:
    """Compute the share of the falx, in front and behind and all along above the ventricles, and of the sinus in it."""
    if level.z < 44:
        return np.zeros_like(level.x)
    reach = np.where(level.y > 0, 20 + 12 * ramp(level.z, 60, 90), 14) + 70 * ramp(level.z, 88, 94)
    sheet = np.minimum(0.8 - np.abs(level.x + 0.3 * shapes.fibers), reach - shapes.brain)
    sinus = (7.0 - shapes.inner) * 0.5 - np.abs(level.x)
    sinus = np.where(level.y > 0, sinus, sinus - 1.8)
    return np.asarray(level.soften(np.maximum(sheet, sinus)) * level.soften(shapes.inner))


def _calcified(level: Level) -> np.ndarray:
    pineal = level.ellipsoid((0, 19, 58), (2.4, 2.8, 4.0))
    return np.maximum(pineal, level.paired_ellipsoid((21, 31, 67), (2.4, 4.0, 5.0)))


def _harden(level: Level, shapes: Anatomy, hu: np.ndarray) -> np.ndarray:
    """Brighten the rim below the skull and darken the band between the petrous bones, as beam hardening does."""
    rim = 2.5 * np.exp(-np.maximum(shapes.inner, 0) / 4)
    near = max(0.0, 1 - abs(level.z - 17) / 16)
    band = 9 * near * np.exp(-(((level.y - 14) / 6) ** 2)) * np.clip(1.5 - np.abs(level.x) / 26, 0, 1)
    return np.asarray(hu + (rim - band) * shapes.inside, dtype=np.float32)
