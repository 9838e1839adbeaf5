"""Where the slices of a series lie: the geometry report, and what in it is not as it should be."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median

import numpy as np

from hemoscope.reading.orientation import HEADWARD, Vector
from hemoscope.reading.spacing import distance_findings
from hemoscope.records import Notice

LEAST_TILT = 0.5
"""Degrees. Less than this is how a head is laid, or rounding of the header, and moves no slice by a pixel."""
_EVEN = 0.01
"""Share of the median distance by which slices may stray from a regular grid and still have an affine."""


@dataclass(frozen=True, slots=True, eq=False)
class Geometry:
    """How the slices of a series lie in the patient, once put as displayed and in order.

    Attributes:
        positions: Of each slice along `normal`, in mm, ascending from feet to head; empty where no header tells.
        spacing: Median distance between neighboring slices along `normal`, in mm; None for one slice or no positions.
        pixel_spacing: (row, column) in mm, or None.
        shape: (rows, columns).
        thickness: (0018,0050) Slice Thickness in mm, or None.
        tilt: Degrees between the slice normal and the patient's long axis, as a gantry tilt or a tilted reformat has.
        shear: Degrees between the slice normal and the way from slice to slice: not 0 where the table moved straight
            under a tilted gantry, so that the slices are no rectangular grid.
        normal: Unit direction from slice to slice, LPS (left, back, head).
        affine: (4, 4): index (column, row, slice) to mm in LPS, or None where the slices are on no regular grid.
        findings: All that is not as it should be, as notices "series.*".
    """

    positions: tuple[float, ...]
    spacing: float | None
    pixel_spacing: tuple[float, float] | None
    shape: tuple[int, int]
    thickness: float | None
    tilt: float
    shear: float
    normal: Vector
    affine: np.ndarray | None
    findings: tuple[Notice, ...] = ()

    @property
    def extent(self) -> float | None:
        """Distance from the first to the last slice in mm."""
        return self.positions[-1] - self.positions[0] if self.positions else None


@dataclass(frozen=True, slots=True)
class Grid:
    """What is known of the slices once they are in order and as displayed.

    Attributes:
        corners: Center of the first pixel of each slice, LPS mm; empty where no header tells.
        across: Unit direction in which the column index grows.
        down: Unit direction in which the row index grows.
        pixel_spacing: (row, column) in mm, or None.
        shape: (rows, columns).
        thickness: In mm, or None.
    """

    corners: tuple[Vector, ...]
    across: Vector
    down: Vector
    pixel_spacing: tuple[float, float] | None
    shape: tuple[int, int]
    thickness: float | None = None

    @property
    def normal(self) -> Vector:
        """Unit direction through the slices."""
        return self.across.cross(self.down).unit()


def measure(grid: Grid, *, positions: Sequence[float] = ()) -> Geometry:
    """Measure a grid of slices.

    Args:
        grid: The slices, in order.
        positions: Of each slice in mm, where they are known without corners, as from (0020,1041) Slice Location.

    Returns:
        The report. Its findings are gaps, uneven spacing and tilt; others add what they know.
    """
    normal = grid.normal
    if grid.corners:
        positions = [corner.dot(normal) for corner in grid.corners]
    steps = np.diff(positions).tolist()
    tilt, shear = normal.angle_to(HEADWARD), _shear(grid.corners, normal)
    return Geometry(
        positions=tuple(positions),
        spacing=median(steps) if steps else None,
        pixel_spacing=grid.pixel_spacing,
        shape=grid.shape,
        thickness=grid.thickness,
        tilt=tilt,
        shear=shear,
        normal=normal,
        affine=_affine(grid, steps),
        findings=(*distance_findings(positions), *_tilt_finding(tilt, shear)),
    )


def _shear(corners: Sequence[Vector], normal: Vector) -> float:
    if len(corners) < 2:
        return 0.0
    way = Vector(*(last - first for first, last in zip(corners[0], corners[-1], strict=True)))
    return way.angle_to(normal) if math.hypot(*way) > 0 else 0.0


def _affine(grid: Grid, steps: Sequence[float]) -> np.ndarray | None:
    """Build the matrix of NiBabel's DICOM chapter and PS3.3 C.7.6.2.1.1 (equation C.7.6.2.1-1), if there is a grid."""
    if not grid.corners or grid.pixel_spacing is None:
        return None
    row_mm, column_mm = grid.pixel_spacing
    corners = np.array(grid.corners)
    if len(corners) == 1:
        step = np.array(grid.normal) * (grid.thickness or 1.0)
    else:
        step = (corners[-1] - corners[0]) / (len(corners) - 1)
        ideal = corners[0] + np.arange(len(corners))[:, None] * step
        if np.linalg.norm(corners - ideal, axis=1).max() > _EVEN * median(steps) + 1e-3:
            return None
    affine = np.eye(4)
    affine[:3, 0], affine[:3, 1] = np.array(grid.across) * column_mm, np.array(grid.down) * row_mm
    affine[:3, 2], affine[:3, 3] = step, corners[0]
    affine.setflags(write=False)
    return affine


def _tilt_finding(tilt: float, shear: float) -> tuple[Notice, ...]:
    if tilt < LEAST_TILT and shear < LEAST_TILT:
        return ()
    if shear < LEAST_TILT:
        text = f"The slices are tilted {tilt:.1f} degrees; they stand square on the way from slice to slice."
    else:
        text = (
            f"The slices are tilted {tilt:.1f} degrees, and the way from slice to slice leans {shear:.1f} degrees off "
            "their normal, as under a tilted gantry; each slice was kept as it is, none was resampled."
        )
    return (Notice("series.tilted", text),)
