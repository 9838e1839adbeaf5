"""Coordinates and soft shapes in mm: x to the patient's left, y to the back, z to the vertex.

Every shape is a depth in mm, positive inside, which `soften` turns into the share of each pixel that it fills; so edges
show partial volume, and the same head can be drawn at any resolution.
"""

import math
from dataclasses import dataclass
from itertools import pairwise

import cv2
import numpy as np

NOWHERE = -99.0
"""The depth, in mm, of a shape that this slice does not cut."""

Point = tuple[float, float, float]


@dataclass(frozen=True, slots=True, eq=False)
class Level:
    """One slice's place in the head.

    Attributes:
        x: mm to the left of the midline, float32, shape (rows, columns).
        y: mm behind the middle of the head, same shape.
        z: mm above the lowest part of the skull base that is drawn.
        spacing: mm per pixel.
        thickness: mm that the slice takes up along z.
    """

    x: np.ndarray
    y: np.ndarray
    z: float
    spacing: float
    thickness: float

    def soften(self, depth: np.ndarray, *, blur: float = 0.0) -> np.ndarray:
        """Turn a depth in mm into the share of each pixel inside, in [0, 1]; the edge is a pixel and `blur` mm wide."""
        return np.clip(depth / np.float32(1.2 * self.spacing + blur) + np.float32(0.5), 0, 1)

    def ellipsoid(self, center: Point, axes: Point, *, degrees: float = 0.0) -> np.ndarray:
        """Measure the depth inside an ellipsoid, turned in the plane by `degrees`, about as far as its edge is near."""
        cut = 1 - ((self.z - center[2]) / axes[2]) ** 2 if axes[2] > 0 else 0.0
        if cut <= 0 or min(axes) <= 0:
            return np.full_like(self.x, NOWHERE)
        across, along = axes[0] * math.sqrt(cut), axes[1] * math.sqrt(cut)
        cosine, sine = math.cos(math.radians(degrees)), math.sin(math.radians(degrees))
        x, y = self.x - center[0], self.y - center[1]
        reach = np.hypot((cosine * x + sine * y) / across, (cosine * y - sine * x) / along)
        return np.asarray((1 - reach) * min(across, along))

    def paired_ellipsoid(self, center: Point, axes: Point, *, degrees: float = 0.0) -> np.ndarray:
        """Measure the depth inside an ellipsoid on the left and its mirror image on the right."""
        return self._folded().ellipsoid(center, axes, degrees=degrees)

    def tube(self, *knots: tuple[float, float, float, float]) -> np.ndarray:
        """Measure the depth inside a bent tube.

        Args:
            knots: (x, y, z, radius) along it, in mm.
        """
        depth = np.full_like(self.x, NOWHERE)
        for start, end in pairwise(knots):
            widest = max(start[3], end[3]) + 2 * self.spacing
            if min(start[2], end[2]) - widest < self.z < max(start[2], end[2]) + widest:
                np.maximum(depth, self._segment(start, end), out=depth)
        return depth

    def paired_tube(self, *knots: tuple[float, float, float, float]) -> np.ndarray:
        """Measure the depth inside a bent tube on the left and its mirror image on the right."""
        return self._folded().tube(*knots)

    def _segment(self, start: tuple[float, float, float, float], end: tuple[float, float, float, float]) -> np.ndarray:
        way = [end[axis] - start[axis] for axis in range(3)]
        length = math.fsum(one * one for one in way)
        x, y, z = self.x - start[0], self.y - start[1], self.z - start[2]
        share = np.clip((x * way[0] + y * way[1] + z * way[2]) / length, 0, 1)
        off = np.sqrt((x - share * way[0]) ** 2 + (y - share * way[1]) ** 2 + (z - share * way[2]) ** 2)
        return np.asarray(start[3] + share * (end[3] - start[3]) - off)

    def _folded(self) -> "Level":
        return Level(np.abs(self.x), self.y, self.z, self.spacing, self.thickness)


def blend(hu: np.ndarray, value: float | np.ndarray, share: np.ndarray) -> np.ndarray:
    """Put a tissue over what is there, mixed by the share of each pixel that it fills: partial volume."""
    return np.asarray(hu + share * (value - hu))


def ramp(value: float, start: float, end: float) -> float:
    """Go from 0 at `start` to 1 at `end`, straight, and stay there."""
    return min(1.0, max(0.0, (value - start) / (end - start)))


def smooth_noise(
    generator: np.random.Generator, shape: tuple[int, int, int], *, blur: tuple[float, float], wraps: bool = False
) -> np.ndarray:
    """Make texture that is smooth in the plane and between neighboring levels.

    Args:
        generator: Source of randomness.
        shape: (levels, rows, columns).
        blur: Standard deviation of the blur along (rows, columns), in cells.
        wraps: Whether the last row borders on the first, as angles do.

    Returns:
        float32 of that shape, mean 0 and deviation 1 overall.
    """
    white = generator.standard_normal(shape, dtype=np.float32)
    margin = shape[1] // 4 if wraps else 0
    padded = np.pad(white, ((0, 0), (margin, margin), (0, 0)), mode="wrap")
    soft = np.stack([cv2.GaussianBlur(one, (0, 0), sigmaX=blur[1], sigmaY=blur[0]) for one in padded])
    soft = soft[:, margin : margin + shape[1]]
    soft = soft + np.roll(soft, 1, axis=0)
    return np.asarray((soft - soft.mean()) / soft.std(), dtype=np.float32)
