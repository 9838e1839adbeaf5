"""Which way a slice lies in the patient, and the exact turn that shows it as radiologists look at it.

Directions are in the patient's coordinates of DICOM, LPS: x to the left, y to the back, z to the head, in mm.
"""

import math
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from hemoscope.records import Edges


class Vector(NamedTuple):
    """A point or direction in the patient, LPS."""

    x: float
    y: float
    z: float

    def dot(self, other: "Vector") -> float:
        """Return the scalar product."""
        return self.x * other.x + self.y * other.y + self.z * other.z

    def cross(self, other: "Vector") -> "Vector":
        """Return the vector product.

        >>> Vector(1, 0, 0).cross(Vector(0, 1, 0))
        Vector(x=0, y=0, z=1)
        """
        return Vector(
            self.y * other.z - self.z * other.y,
            self.z * other.x - self.x * other.z,
            self.x * other.y - self.y * other.x,
        )

    def moved(self, direction: "Vector", distance: float) -> "Vector":
        """Return the point `distance` further along a direction."""
        return Vector(*(at + distance * along for at, along in zip(self, direction, strict=True)))

    def unit(self) -> "Vector":
        """Return the same direction with length 1; the vector must not be zero."""
        length = math.hypot(*self)
        return Vector(self.x / length, self.y / length, self.z / length)

    def angle_to(self, other: "Vector") -> float:
        """Return the angle between two lines in degrees, from 0 to 90, whichever way they point."""
        across = math.hypot(*self.cross(other))
        return math.degrees(math.atan2(across, abs(self.dot(other))))


HEADWARD = Vector(0.0, 0.0, 1.0)
PLANES = ("sagittal", "coronal", "axial")
"""Named by the axis that the normal is nearest to: x, y, z."""
_TOWARD = (("R", "L"), ("A", "P"), ("F", "H"))
"""Where each axis comes from and goes to: x, y, z."""


@dataclass(frozen=True, slots=True)
class Axes:
    """How the picture lies: (0020,0037) Image Orientation (Patient), PS3.3 C.7.6.2.1.1.

    Attributes:
        across: Unit direction in which the column index grows.
        down: Unit direction in which the row index grows.
    """

    across: Vector
    down: Vector

    @property
    def normal(self) -> Vector:
        """Unit direction through the slice, right-handed with `across` and `down`."""
        return self.across.cross(self.down).unit()

    @property
    def plane(self) -> str:
        """The plane that the slice is nearest to: "axial", "coronal" or "sagittal"."""
        return PLANES[_main_axis(self.normal)]

    @property
    def edges(self) -> Edges:
        """What of the patient each edge of the picture is nearest to.

        >>> Axes(Vector(-1, 0, 0), Vector(0, 1, 0)).edges
        Edges(left='L', top='A', right='R', bottom='P')
        """
        (left, right), (top, bottom) = (
            _TOWARD[_main_axis(way)][:: 1 if way[_main_axis(way)] > 0 else -1] for way in (self.across, self.down)
        )
        return Edges(left, top, right, bottom)

    def is_near(self, other: "Axes", *, degrees: float = 1.0) -> bool:
        """Whether both in-plane directions agree within an angle, sign included."""
        least = math.cos(math.radians(degrees))
        return self.across.dot(other.across) >= least and self.down.dot(other.down) >= least


AXIAL = Axes(Vector(1.0, 0.0, 0.0), Vector(0.0, 1.0, 0.0))
"""Patient's right on the left of the picture, front up."""


@dataclass(frozen=True, slots=True)
class Turn:
    """An exact change of a picture: rows and columns swapped first, then mirrored. No pixel value changes.

    Attributes:
        transpose: Swap rows and columns.
        flip_rows: Then mirror top to bottom.
        flip_columns: Then mirror left to right.
    """

    transpose: bool = False
    flip_rows: bool = False
    flip_columns: bool = False

    @property
    def changes(self) -> bool:
        """Whether anything is done at all."""
        return self.transpose or self.flip_rows or self.flip_columns

    def apply(self, pixels: np.ndarray) -> np.ndarray:
        """Turn a picture of shape (rows, columns).

        >>> Turn(flip_columns=True).apply(np.array([[1, 2]])).tolist()
        [[2, 1]]
        """
        turned = pixels.T if self.transpose else pixels
        turned = turned[:: -1 if self.flip_rows else 1, :: -1 if self.flip_columns else 1]
        return np.ascontiguousarray(turned) if self.changes else pixels

    def undo(self, pixels: np.ndarray) -> np.ndarray:
        """Turn a picture of shape (rows, columns) back to how it was before `apply`.

        >>> turn = Turn(transpose=True, flip_rows=True)
        >>> turn.undo(turn.apply(np.array([[1, 2, 3], [4, 5, 6]]))).tolist()
        [[1, 2, 3], [4, 5, 6]]
        """
        flipped = pixels[:: -1 if self.flip_rows else 1, :: -1 if self.flip_columns else 1]
        back = flipped.T if self.transpose else flipped
        return np.ascontiguousarray(back) if self.changes else pixels

    def swap(self, pair: tuple[float, float]) -> tuple[float, float]:
        """Turn a (row, column) pair, such as a spacing, along."""
        return (pair[1], pair[0]) if self.transpose else pair

    def turned_edges(self, edges: Edges) -> Edges:
        """Return what lies at each edge of the turned picture.

        >>> Turn(flip_columns=True).turned_edges(Edges("L", "A", "R", "P"))
        Edges(left='R', top='A', right='L', bottom='P')
        """
        left, top, right, bottom = (edges.top, edges.left, edges.bottom, edges.right) if self.transpose else edges
        left, right = (right, left) if self.flip_columns else (left, right)
        top, bottom = (bottom, top) if self.flip_rows else (top, bottom)
        return Edges(left, top, right, bottom)

    def turned(self, axes: Axes) -> Axes:
        """Return the directions of the turned picture."""
        across, down = (axes.down, axes.across) if self.transpose else (axes.across, axes.down)
        return Axes(_reversed(across, self.flip_columns), _reversed(down, self.flip_rows))


def upright(axes: Axes) -> Turn:
    """Find the turn that puts an axial picture as displayed: the patient's right on its left, the front up.

    A picture of another plane stays as it is.

    Args:
        axes: How the picture lies.

    Returns:
        The turn after which `across` points most to the patient's left and `down` most to the back.

    >>> upright(Axes(Vector(-1, 0, 0), Vector(0, 1, 0)))
    Turn(transpose=False, flip_rows=False, flip_columns=True)
    """
    if axes.plane != "axial":
        return Turn()
    transpose = abs(axes.across.y) + abs(axes.down.x) > abs(axes.across.x) + abs(axes.down.y)
    turned = Turn(transpose=transpose).turned(axes)
    return Turn(transpose, flip_rows=turned.down.y < 0, flip_columns=turned.across.x < 0)


def corner_after(turn: Turn, corner: Vector, axes: Axes, extent: tuple[float, float]) -> Vector:
    """Find the center of the first pixel once the picture is turned.

    Args:
        turn: The turn.
        corner: (0020,0032) Image Position (Patient): the center of the first pixel before.
        axes: How the picture lay before.
        extent: From the center of the first to that of the last pixel, down the rows and across the columns, in mm.

    Returns:
        The position of the pixel that is first afterwards.
    """
    before = Turn(transpose=turn.transpose).turned(axes)
    down_mm, across_mm = turn.swap(extent)
    corner = corner.moved(before.down, down_mm) if turn.flip_rows else corner
    return corner.moved(before.across, across_mm) if turn.flip_columns else corner


def _reversed(direction: Vector, is_flipped: bool) -> Vector:
    return Vector(-direction.x, -direction.y, -direction.z) if is_flipped else direction


def _main_axis(direction: Vector) -> int:
    sizes = [abs(part) for part in direction]
    return sizes.index(max(sizes))
