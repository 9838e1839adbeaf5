"""Coordinates and soft shapes in millimeters: x to the patient's left, y to the back, z up."""

from dataclasses import dataclass

import cv2
import numpy as np


@dataclass(frozen=True, slots=True, eq=False)
class Level:
    """One slice's place in the head.

    Attributes:
        x: mm from the midline, shape (size, size).
        y: mm from the middle, front to back, shape (size, size).
        height: 0 at the skull base, 1 at the top of the skull.
        noise: Smooth texture of this slice, mean 0, deviation 1, shape (size, size).
        spacing: mm per pixel.
    """

    x: np.ndarray
    y: np.ndarray
    height: float
    noise: np.ndarray
    spacing: float

    @property
    def angle(self) -> np.ndarray:
        """Direction from the middle in radians: 0 to the left, pi/2 to the back."""
        return np.arctan2(self.y, self.x)

    @property
    def radius(self) -> np.ndarray:
        """Distance from the middle in mm."""
        return np.hypot(self.x, self.y)

    def soften(self, depth: np.ndarray) -> np.ndarray:
        """Turn depth inside a shape in mm into the share of each pixel that the shape fills, in [0, 1]."""
        return np.clip(depth / self.spacing + 0.5, 0.0, 1.0)

    def ellipse(self, center: tuple[float, float], axes: tuple[float, float], *, turn: float = 0.0) -> np.ndarray:
        """Return the share of each pixel inside an ellipse.

        Args:
            center: (x, y) in mm.
            axes: Half axes in mm; nothing is drawn where one is not positive.
            turn: Turned by so many radians.
        """
        if min(axes) <= 0:
            return np.zeros_like(self.x)
        along_x, along_y = self.x - center[0], self.y - center[1]
        turned_x = np.cos(turn) * along_x + np.sin(turn) * along_y
        turned_y = -np.sin(turn) * along_x + np.cos(turn) * along_y
        return self.soften((1 - np.hypot(turned_x / axes[0], turned_y / axes[1])) * min(axes))


def blend(hu: np.ndarray, value: float | np.ndarray, share: np.ndarray) -> np.ndarray:
    """Put a tissue over what is there, mixed by the share of each pixel it fills: partial volume."""
    return np.asarray(hu + share * (value - hu))


def smooth_noise(
    shape: tuple[int, int, int], generator: np.random.Generator, *, sigma: float, across: int
) -> np.ndarray:
    """Make texture that is smooth within slices and changes slowly across them.

    Args:
        shape: (slices, rows, columns).
        generator: Source of randomness.
        sigma: Blur within a slice, in pixels.
        across: How many neighboring slices share their texture.

    Returns:
        float32, mean 0, deviation 1 in every slice.
    """
    white = generator.standard_normal((shape[0] + across, *shape[1:]), dtype=np.float32)
    blurred = np.stack([cv2.GaussianBlur(one, (0, 0), sigma) for one in white])
    mixed = np.stack([blurred[index : index + across + 1].sum(axis=0) for index in range(shape[0])])
    mixed -= mixed.mean(axis=(1, 2), keepdims=True)
    return np.asarray(mixed / mixed.std(axis=(1, 2), keepdims=True))
