"""A drawn head: nested shells for scalp, skull and brain, with ventricles, sulci, falx and skull base.

Densities are textbook values: air -1000, fat -80, CSF 0 to 15, white matter 20 to 30, grey matter 37 to 41, diploe 500
to 700, tables of the skull 900 to 1400 HU.
"""

from dataclasses import dataclass

import numpy as np

from hemoscope.datasets.phantom.space import Level, blend

HEIGHT = 140.0
"""mm from the skull base to the top of the skull."""
EQUATOR = 56.0
"""mm from the skull base to the widest slice."""
DOME, BASE = 76.0, 125.0
"""Half axes of the inner table in mm, above and below the equator."""
RIM = 1.5
"""mm of fluid between the inner table and the brain."""
FACE = 40.0
"""mm above the skull base up to which the face shows."""

AIR, FAT, SKIN, CSF, WHITE, GREY = -1000.0, -80.0, 20.0, 8.0, 28.0, 37.0
TABLE, DIPLOE, FALX, CALCIUM, MUSCLE, FOAM = 1150.0, 600.0, 46.0, 150.0, 55.0, -400.0


@dataclass(frozen=True, slots=True)
class Build:
    """What differs from head to head; lengths in mm.

    Attributes:
        axes: Half axes of the inner table at its widest, (across, along).
        harmonics: Amplitude and phase of the outline's waves of order 2 to 5.
        skull: Thickness of the skull.
        scalp: Thickness of the scalp.
        ventricles: Size of the ventricles, 1 is common.
        sulci: Width of the sulci.
        shift: Where the middle of the head lies, (x, y) from the middle of the picture.
        turn: Turn of the head in radians.
        is_calcified: Whether pineal gland and choroid plexus are.
    """

    axes: tuple[float, float]
    harmonics: tuple[tuple[float, float], ...]
    skull: float
    scalp: float
    ventricles: float
    sulci: float
    shift: tuple[float, float]
    turn: float
    is_calcified: bool

    @classmethod
    def draw(cls, generator: np.random.Generator) -> "Build":
        """Draw a head."""
        largest = (0.012, 0.012, 0.008, 0.005)
        return cls(
            axes=(float(generator.uniform(61, 67)), float(generator.uniform(77, 83))),
            harmonics=tuple((generator.uniform(0, most), generator.uniform(0, 2 * np.pi)) for most in largest),
            skull=float(generator.uniform(5.5, 7.5)),
            scalp=float(generator.uniform(4.5, 6.5)),
            ventricles=float(generator.uniform(0.85, 1.25)),
            sulci=float(generator.uniform(1.0, 1.8)),
            shift=(float(generator.uniform(-3, 3)), float(generator.uniform(-8, -4))),
            turn=float(generator.uniform(-0.06, 0.06)),
            is_calcified=bool(generator.random() < 0.6),
        )


@dataclass(frozen=True, slots=True, eq=False)
class Anatomy:
    """The shapes of one slice that bleeds follow; all of shape (size, size), shares in [0, 1].

    Attributes:
        depth: mm below the surface of the brain; the inner table lies at -RIM.
        brain: Share of each pixel that is inside the brain's surface and not skull base.
        ventricles: Share that is ventricle.
        sulci: Share that is sulcus or fissure.
        cisterns: Share that is a cistern below the brain.
    """

    depth: np.ndarray
    brain: np.ndarray
    ventricles: np.ndarray
    sulci: np.ndarray
    cisterns: np.ndarray


def outline(level: Level, build: Build) -> Anatomy:
    """Lay out the shapes of a slice."""
    depth = _below(level, build, -RIM)
    brain = level.soften(depth) * (1 - _face(level)) * (1 - _petrous(level))
    ventricles = _ventricles(level, build) * brain
    sulci = np.maximum(_sulci(level, build, depth), _fissures(level, build, depth)) * brain * (1 - ventricles)
    return Anatomy(depth, brain, ventricles, sulci, _cisterns(level) * brain)


def draw(level: Level, build: Build, shapes: Anatomy, *, has_head_holder: bool) -> np.ndarray:
    """Draw a slice without bleeds, in HU, free of noise."""
    hu = np.full(level.x.shape, AIR)
    if has_head_holder:
        hu = _draw_head_holder(level, hu)
    hu = _draw_skull(level, build, hu)
    hu = blend(hu, CSF, level.soften(shapes.depth + RIM))
    hu = _draw_brain(level, build, shapes, hu)
    return _draw_base(level, build, hu)


def _radius(level: Level, build: Build) -> np.ndarray:
    """Compute the outline of the inner table at its widest: an ellipse, fuller at the back, with the head's waves."""
    angle = level.angle
    across, along = build.axes
    factor = 1 + 0.025 * np.sin(angle) - 0.015 * np.cos(4 * angle)
    for order, (amplitude, phase) in enumerate(build.harmonics, start=2):
        factor = factor + amplitude * np.cos(order * angle + phase)
    return np.asarray(factor / np.hypot(np.cos(angle) / across, np.sin(angle) / along))


def _below(level: Level, build: Build, extra: float | np.ndarray) -> np.ndarray:
    """Measure the depth in mm below the shell that lies `extra` mm outside the inner table."""
    above = level.height * HEIGHT - EQUATOR
    rest = 1 - (above / ((DOME if above > 0 else BASE) + extra)) ** 2
    inside = (_radius(level, build) + extra) * np.sqrt(np.maximum(rest, 0)) - level.radius
    return np.asarray(np.where(rest > 0, inside, -10.0))


def _rise(level: Level, low: float, high: float) -> float:
    """Rise from 0 at `low` mm above the skull base to 1 halfway and fall to 0 at `high`, as half an ellipse does."""
    place = (2 * level.height * HEIGHT - low - high) / (high - low)
    return float(np.sqrt(max(0.0, 1 - place * place)))


def _draw_head_holder(level: Level, hu: np.ndarray) -> np.ndarray:
    """Draw a thin shell with a foam rest below the head."""
    arc = np.hypot(level.x, level.y + 20) - 126
    is_below = level.soften(level.y - 45)
    hu = blend(hu, FOAM, level.soften(3.0 - np.abs(arc + 4.5)) * is_below * 0.5)
    return blend(hu, 60.0, level.soften(1.8 - np.abs(arc)) * is_below)


def _draw_skull(level: Level, build: Build, hu: np.ndarray) -> np.ndarray:
    """Draw skin, fat and the two tables of the skull with the diploe between."""
    outer = _below(level, build, build.skull + build.scalp)
    hu = blend(hu, SKIN, level.soften(outer))
    hu = blend(hu, FAT, level.soften(outer - 1.8))
    temporal = np.abs(np.cos(level.angle)) ** 6 * _rise(level, -40, 80)
    hu = blend(hu, MUSCLE, level.soften(outer - 2.2) * np.clip(temporal * 1.4, 0, 1) * 0.8)
    thickness = build.skull * (1 - 0.35 * temporal)
    bone = _below(level, build, thickness)
    hu = blend(hu, TABLE, level.soften(bone))
    marrow = level.soften(bone - 1.8) * level.soften(thickness - 1.8 - bone)
    return blend(hu, DIPLOE + 60 * level.noise, marrow)


def _draw_brain(level: Level, build: Build, shapes: Anatomy, hu: np.ndarray) -> np.ndarray:
    """Draw white matter, the cortex that follows the sulci, deep nuclei, falx, and every space that holds fluid."""
    hu = blend(hu, WHITE + 0.6 * level.noise, shapes.brain)
    hu = blend(hu, GREY + 0.6 * level.noise, np.maximum(_cortex(level, build, shapes), _nuclei(level)) * shapes.brain)
    for space in (shapes.sulci, shapes.cisterns, shapes.ventricles):
        hu = blend(hu, CSF, space)
    hu = blend(hu, FALX, _falx(level, shapes))
    if build.is_calcified:
        hu = blend(hu, CALCIUM, _calcified(level) * shapes.brain)
    return hu


def _sulcus_distance(level: Level, build: Build) -> np.ndarray:
    """Measure roughly how far in mm each pixel is from the nearest of many wavy lines that run inwards."""
    scale = np.sqrt(max(0.05, 1 - max(0.0, (level.height * HEIGHT - EQUATOR) / DOME) ** 2))
    lines = max(4, int(34 * scale))
    phase = lines * level.angle + 0.9 * level.noise + 2.5 * np.sin(3 * level.angle + 40 * build.turn)
    return np.asarray(np.abs(np.sin(phase / 2)) * 2 * level.radius / lines)


def _sulci(level: Level, build: Build, depth: np.ndarray) -> np.ndarray:
    """Cut the sulci, of different depths; none where the skull base lies around the brain."""
    reach = 9 + 5 * level.noise
    width = build.sulci * np.clip((reach - depth) / 8, 0, 1) / 2
    is_cerebral = np.clip((level.height - 0.28) / 0.08, 0, 1)
    return np.asarray(level.soften(width - _sulcus_distance(level, build)) * (width > 0.05) * is_cerebral)


def _fissures(level: Level, build: Build, depth: np.ndarray) -> np.ndarray:
    """Cut the fissure between the hemispheres and the Sylvian fissures."""
    reach = 22 if level.height < 0.66 else 90
    midline = level.soften(build.sulci * 0.9 - np.abs(level.x + 0.6 * level.noise)) * level.soften(reach - depth)
    sylvian = np.zeros_like(depth)
    for side in (-1, 1):
        wedge = (4.0, 15.0 * _rise(level, 46, 82))
        sylvian = np.maximum(sylvian, level.ellipse((side * 50, -14), wedge, turn=side * 1.15) * 0.85)
    return np.asarray(np.maximum(midline * (level.height > 0.36), sylvian))


def _cisterns(level: Level) -> np.ndarray:
    """Draw the star around the midbrain: suprasellar in front, quadrigeminal behind, ambient at the sides."""
    size = _rise(level, 32, 56)
    front = level.ellipse((0, -20), (15 * size, 8 * size))
    around = (
        level.ellipse((0, 2), (18 * size, 15 * size)) * (1 - level.ellipse((0, 2), (15.5 * size, 13.5 * size))) * 0.6
    )
    behind = level.ellipse((0, 17), (7 * size, 4 * size))
    return np.asarray(np.maximum(np.maximum(front, around), behind) * 0.9)


def _ventricles(level: Level, build: Build) -> np.ndarray:
    """Draw the lateral ventricles from their horns to their roof, the third and the fourth."""
    horns, bodies = build.ventricles * _rise(level, 50, 80), build.ventricles * _rise(level, 70, 94)
    share = level.ellipse((0, 6), (2.2 * build.ventricles, 11 * _rise(level, 48, 68)))
    share = np.maximum(share, level.ellipse((0, 32), (7 * _rise(level, 14, 36), 5 * _rise(level, 14, 36))))
    for side in (-1, 1):
        front = level.ellipse((side * 9, -22), (4.5 * horns, 14 * horns), turn=side * 0.3)
        back = level.ellipse((side * 22, 32), (5.5 * horns, 17 * horns), turn=-side * 0.25)
        body = level.ellipse((side * 13, 2), (5.5 * bodies, 32 * bodies), turn=-side * 0.12)
        share = np.maximum.reduce([share, front, back, body])
    return np.asarray(share)


def _cortex(level: Level, build: Build, shapes: Anatomy) -> np.ndarray:
    """Line the surface, the sulci and the midline with grey matter; the cerebellum is grey with finer white."""
    surface = level.soften(3.2 - shapes.depth)
    near = level.soften(3.4 - _sulcus_distance(level, build)) * level.soften(13 + 5 * level.noise - shapes.depth)
    reach = 26 if level.height < 0.66 else 90
    midline = level.soften(4.0 - np.abs(level.x)) * level.soften(reach - shapes.depth)
    base = np.clip((0.3 - level.height) / 0.08, 0, 1) * np.clip(0.75 + 0.25 * level.noise, 0, 1)
    return np.asarray(np.clip(np.maximum.reduce([surface, near, midline, np.full_like(surface, base)]), 0, 1))


def _nuclei(level: Level) -> np.ndarray:
    """Draw thalamus, lentiform nucleus and the head of the caudate on both sides."""
    size = _rise(level, 48, 82)
    share = np.zeros_like(level.x)
    for side in (-1, 1):
        thalamus = level.ellipse((side * 11, 8), (7 * size, 12 * size), turn=-side * 0.4)
        lentiform = level.ellipse((side * 25, -6), (6 * size, 15 * size), turn=-side * 0.25)
        caudate = level.ellipse((side * 14, -22), (3.5 * size, 9 * size), turn=-side * 0.3)
        share = np.maximum.reduce([share, thalamus, lentiform, caudate])
    return share


def _falx(level: Level, shapes: Anatomy) -> np.ndarray:
    """Draw the falx in front and behind, and all along above the ventricles."""
    if level.height < 0.42:
        return np.zeros_like(shapes.depth)
    reach = 18 if level.height < 0.68 else 90
    return np.asarray(level.soften(0.7 - np.abs(level.x)) * level.soften(reach - shapes.depth) * shapes.brain)


def _calcified(level: Level) -> np.ndarray:
    pineal, plexus = _rise(level, 52, 64), _rise(level, 60, 74)
    share = level.ellipse((0, 20), (2.4 * pineal, 2.8 * pineal))
    for side in (-1, 1):
        share = np.maximum(share, level.ellipse((side * 20, 26), (2.2 * plexus, 3.4 * plexus)))
    return np.asarray(share)


def _face(level: Level) -> np.ndarray:
    """Return the share in front of the brain: orbits, nose and their bone, sinking back towards the skull base."""
    front = -12 - 66 * np.clip(level.height * HEIGHT / FACE, 0, 1) ** 1.4
    if level.height * HEIGHT >= FACE:
        return np.zeros_like(level.x)
    return level.soften(front + 0.10 * np.abs(level.x) - level.y)


def _petrous(level: Level) -> np.ndarray:
    """Return the share of the petrous bones: two wedges that run inwards and to the front."""
    size = _rise(level, -14, 34)
    share = np.zeros_like(level.x)
    for side in (-1, 1):
        share = np.maximum(share, level.ellipse((side * 42, 8), (8 * size, 30 * size), turn=side * 1.0))
    return share


def _draw_base(level: Level, build: Build, hu: np.ndarray) -> np.ndarray:
    """Draw petrous bones with mastoid cells, and the face with orbits, globes and sinuses."""
    inside = level.soften(_below(level, build, 0.0))
    petrous = _petrous(level) * inside
    hu = blend(hu, 1000.0 + 120 * level.noise, petrous)
    size = _rise(level, -14, 30)
    for side in (-1, 1):
        cells = level.ellipse((side * 54, 17), (7 * size, 6 * size)) * np.clip(0.5 + level.noise, 0, 1)
        hu = blend(hu, -700.0, cells * inside)
    face = _face(level) * inside
    if not face.any():
        return hu
    hu = blend(hu, 650.0 + 150 * level.noise, face)
    return _draw_orbits_and_sinuses(level, hu, face)


def _draw_orbits_and_sinuses(level: Level, hu: np.ndarray, face: np.ndarray) -> np.ndarray:
    orbit, sinus = _rise(level, -20, 34), _rise(level, -20, 36)
    for side in (-1, 1):
        hu = blend(hu, FAT, level.ellipse((side * 29, -50), (15 * orbit, 25 * orbit), turn=side * 0.35) * face)
        hu = blend(hu, MUSCLE, level.ellipse((side * 25, -42), (2 * orbit, 16 * orbit), turn=side * 0.4) * face)
        hu = blend(hu, 12.0, level.ellipse((side * 31, -60), (11 * orbit, 11 * orbit)) * face)
        hu = blend(hu, AIR, level.ellipse((side * 5.5, -44), (4.5 * sinus, 20 * sinus)) * face)
    return hu
