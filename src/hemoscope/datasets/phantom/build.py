"""What differs from head to head: sizes, drawn from a seed, and the textures of its tissues."""

from dataclasses import dataclass

import cv2
import numpy as np

from hemoscope.datasets.phantom.space import Level, smooth_noise

HEIGHT = 140.0
"""mm from the lowest part of the skull base that is drawn to the top of the skull."""
STEP = 6.0
"""mm between the levels of a texture."""
LAYERS = int(HEIGHT / STEP) + 4
CELL = 2.0
"""mm per cell of a texture laid out in the plane."""
ANGLES, DEPTHS = 256, 48
"""Cells of the folds' texture, around the head and inwards from the surface (1 mm each)."""
FOLD_BLUR = 1.7
"""In cells of angle: sulci lie about 4.4 times as far apart, that is 12 mm at the surface."""
CROWN_BLUR = 2.0
"""In cells of the plane: 18 mm apart."""


@dataclass(frozen=True, slots=True)
class Build:
    """The sizes of one head; lengths in mm.

    Attributes:
        axes: Half axes of the inner table at its widest, (across, along).
        waves: Amplitude and phase of the outline's waves of order 2 to 5.
        skull: Thickness of the skull.
        scalp: Thickness of the scalp.
        ventricles: Size of the ventricles, 1 is common.
        lopsided: How much wider in mm the left ventricle is than the right one.
        sulci: Width of the sulci.
        shift: Where the middle of the head lies, (x, y) from the middle of the picture.
        turn: Turn of the head in radians.
        is_calcified: Whether pineal gland and choroid plexus are.
    """

    axes: tuple[float, float]
    waves: tuple[tuple[float, float], ...]
    skull: float
    scalp: float
    ventricles: float
    lopsided: float
    sulci: float
    shift: tuple[float, float]
    turn: float
    is_calcified: bool

    @classmethod
    def draw(cls, generator: np.random.Generator) -> "Build":
        """Draw a head's sizes."""

        def pick(low: float, high: float) -> float:
            return float(generator.uniform(low, high))

        return cls(
            axes=(pick(62, 68), pick(78, 84)),
            waves=tuple((pick(0, most), pick(0, 2 * np.pi)) for most in (0.010, 0.012, 0.008, 0.005)),
            skull=pick(6.0, 8.5),
            scalp=pick(4.5, 7.0),
            ventricles=pick(0.75, 1.3),
            lopsided=pick(-1.0, 1.0),
            sulci=pick(0.8, 1.6),
            shift=(pick(-4, 4), pick(-12, -6)),
            turn=pick(-0.08, 0.08),
            is_calcified=bool(generator.random() < 0.6),
        )


@dataclass(frozen=True, slots=True, eq=False)
class Head:
    """A head that can be cut at any level.

    Attributes:
        build: Its sizes.
        fibers: Texture in the plane, deviation 1, shape (levels, rows, columns), CELL mm per cell, STEP mm per level.
        folds: Texture whose zero lines are the sulci, shape (levels, ANGLES, DEPTHS).
        crown: The same for the vertex, where the brain is cut flat, laid out as `fibers` is.
    """

    build: Build
    fibers: np.ndarray
    folds: np.ndarray
    crown: np.ndarray

    @classmethod
    def draw(cls, generator: np.random.Generator) -> "Head":
        """Draw a head."""
        plane = (LAYERS, 96, 112)
        return cls(
            Build.draw(generator),
            fibers=smooth_noise(generator, plane, blur=(2.2, 2.2)),
            folds=smooth_noise(generator, (LAYERS, ANGLES, DEPTHS), blur=(FOLD_BLUR, 9.0), wraps=True),
            crown=smooth_noise(generator, plane, blur=(CROWN_BLUR, CROWN_BLUR)),
        )

    def fibers_at(self, level: Level) -> np.ndarray:
        """Cut the fibers' texture: float32, the shape of the slice."""
        return _cut_flat(self.fibers, level)

    def crown_at(self, level: Level) -> np.ndarray:
        """Cut the crown's texture: float32, the shape of the slice."""
        return _cut_flat(self.crown, level)

    def folds_at(self, level: Level, depth: np.ndarray) -> np.ndarray:
        """Cut the folds' texture at the depths below the brain's surface that are given in mm."""
        cells = (np.arctan2(level.y, level.x) + np.float32(np.pi)) * np.float32(ANGLES / (2 * np.pi))
        rows = np.clip(depth, 0, DEPTHS - 1).astype(np.float32)
        return cv2.remap(_between(self.folds, level.z), rows, cells, cv2.INTER_LINEAR, borderMode=cv2.BORDER_WRAP)


def _between(texture: np.ndarray, z: float) -> np.ndarray:
    """Mix the two levels of a texture that are nearest, keeping its spread."""
    place = min(max(z / STEP + 1, 0.0), LAYERS - 1.001)
    lower, share = int(place), place - int(place)
    mixed = texture[lower] * (1 - share) + texture[lower + 1] * share
    # two levels share half of what made them, so that their mixture is flatter halfway
    return np.asarray(mixed / (1 - share * (1 - share)) ** 0.5)


def _cut_flat(texture: np.ndarray, level: Level) -> np.ndarray:
    rows, columns = texture.shape[1:]
    across = level.x / np.float32(CELL) + np.float32(columns / 2)
    along = level.y / np.float32(CELL) + np.float32(rows / 2 - 4)
    return cv2.remap(_between(texture, level.z), across, along, cv2.INTER_CUBIC, borderMode=cv2.BORDER_REFLECT)
