"""Where a model input lies in the picture that it was cut from."""

from dataclasses import dataclass

import cv2
import numpy as np

HEAD_LENGTH_MM = 180.0
"""Length of an adult's skull, front to back, near enough: gives millimeters where a picture gives none."""


@dataclass(frozen=True, slots=True)
class Frame:
    """Where the model input lies in the picture that it was cut from.

    Attributes:
        zoom: Pixels of the input per pixel of the picture.
        shift: Where the picture's upper left corner comes to lie in the input: right, then down, in pixels.
        size: Rows and columns of the input.
    """

    zoom: float
    shift: tuple[float, float]
    size: int

    def to_input(self, picture: np.ndarray, *, scale: float = 1.0) -> np.ndarray:
        """Bring a picture, or a mask of it, into the input's geometry.

        Args:
            picture: float32, shape (rows, columns).
            scale: Pixels of the original picture per pixel of this one.

        Returns:
            float32, shape (size, size), interpolated linearly, 0 beyond the picture.
        """
        return self._warp(picture, (self.size, self.size), scale=scale, flags=cv2.INTER_LINEAR)

    def to_picture(self, inputs: np.ndarray, *, shape: tuple[int, int]) -> np.ndarray:
        """Bring a map of the input's geometry back onto the picture.

        Args:
            inputs: float32, shape (size, size).
            shape: Rows and columns of the picture.

        Returns:
            float32 of that shape, interpolated linearly, 0 beyond the input.
        """
        return self._warp(inputs, (shape[1], shape[0]), scale=1.0, flags=cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP)

    def resized(self, size: int) -> "Frame":
        """Return where the same input lies once it has another number of rows and columns, as a map's cells have.

        >>> Frame(0.5, (8.0, -4.0), 192).resized(48)
        Frame(zoom=0.125, shift=(2.0, -1.0), size=48)
        """
        share = size / self.size
        return Frame(self.zoom * share, (self.shift[0] * share, self.shift[1] * share), size)

    def seen_from(self, corner: tuple[float, float], *, scale: float) -> "Frame":
        """Return where the input lies in a grid that is laid over the picture.

        Args:
            corner: Where the grid begins in the picture: right, then down, in pixels.
            scale: Pixels of the picture per cell of the grid.
        """
        right, down = (shift + self.zoom * start for shift, start in zip(self.shift, corner, strict=True))
        return Frame(self.zoom * scale, (right, down), self.size)

    @property
    def box(self) -> tuple[float, float, float, float]:
        """What the input shows, in pixels of the picture: left, top, right, bottom."""
        left, top = (-shift / self.zoom for shift in self.shift)
        side = self.size / self.zoom
        return left, top, left + side, top + side

    def _warp(self, image: np.ndarray, size: tuple[int, int], *, scale: float, flags: int) -> np.ndarray:
        """Zoom about the corner, then shift; pixel centers lie at half-integers on both sides."""
        zoom = self.zoom * scale
        right, down = (shift + 0.5 * zoom - 0.5 for shift in self.shift)
        matrix = np.array([[zoom, 0.0, right], [0.0, zoom, down]])
        return np.asarray(cv2.warpAffine(image, matrix, size, flags=flags, borderValue=0.0))
