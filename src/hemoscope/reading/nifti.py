"""A NIfTI volume as a series: axial slices cut as its affine says, decoded one at a time."""

from dataclasses import dataclass
from pathlib import Path, PurePath
from typing import Any

import nibabel
import numpy as np
from nibabel.orientations import io_orientation

from hemoscope.errors import ReadingError
from hemoscope.reading.geometry import Grid, measure
from hemoscope.reading.orientation import Vector
from hemoscope.reading.rescale import AIR
from hemoscope.reading.study import Series
from hemoscope.reading.traits import Traits
from hemoscope.records import Slice
from hemoscope.terms import Unit

_TO_LPS = np.diag([-1.0, -1.0, 1.0, 1.0])


@dataclass(frozen=True, slots=True)
class Cut:
    """How to cut display slices out of the array.

    Attributes:
        order: Array axes that become (row, column, slice).
        flips: Whether each of those runs against the display.
    """

    order: tuple[int, int, int]
    flips: tuple[bool, bool, bool]


@dataclass(frozen=True, slots=True, eq=False)
class NiftiFrames:
    """The axial slices of a volume, feet to head."""

    image: Any
    cut: Cut
    name: str
    spacing: tuple[float, float]

    def __len__(self) -> int:
        """Count the slices."""
        return int(self.image.shape[self.cut.order[2]])

    def name_of(self, index: int) -> str:
        """Name the file and the slice."""
        return f"{self.name}[{index}]"

    def instance_uid(self, index: int) -> str | None:
        """Return None: NIfTI has none."""
        return None

    def read(self, index: int) -> Slice:
        """Read one slice."""
        row, column, through = self.cut.order
        at = len(self) - 1 - index if self.cut.flips[2] else index
        where: list[Any] = [slice(None)] * 3
        where[through] = at
        if len(self.image.shape) == 4:
            where.append(0)
        pixels = np.asarray(self.image.dataobj[tuple(where)])
        pixels = pixels if row < column else pixels.T
        pixels = pixels[:: -1 if self.cut.flips[0] else 1, :: -1 if self.cut.flips[1] else 1]
        hu = np.maximum(np.ascontiguousarray(pixels, np.float32), np.float32(AIR))
        return Slice(hu, Unit.HU, self.name_of(index), "nifti", self.spacing)


def nifti_series(path: Path, *, name: str) -> Series:
    """Read the header of a NIfTI volume.

    Args:
        path: The file.
        name: What to call it: its path below the input.

    Returns:
        A series of its axial slices.

    Raises:
        ReadingError: It cannot be read.
    """
    source = PurePath(name).name
    try:
        image = nibabel.load(path)
    except Exception as error:
        raise ReadingError(
            "nifti.invalid", f"Expected a NIfTI volume, but {source} cannot be read.", "Export it again."
        ) from error
    affine = _TO_LPS @ image.affine
    cut = cut_of(affine)
    shape = image.shape
    grid, turned = grid_of(affine, cut, shape)
    return Series(
        uid=None,
        source=source,
        geometry=measure(grid),
        traits=Traits(),
        frames=NiftiFrames(image, cut, source, turned),
    )


def cut_of(affine: np.ndarray) -> Cut:
    """Find the array axes nearest to the patient's, LPS."""
    found = io_orientation(affine)
    axis_of = {int(world): axis for axis, (world, _) in enumerate(found)}
    order = (axis_of[1], axis_of[0], axis_of[2])
    return Cut(order, tuple(bool(found[axis, 1] < 0) for axis in order))  # type: ignore[arg-type]


def grid_of(affine: np.ndarray, cut: Cut, shape: tuple[int, ...]) -> tuple[Grid, tuple[float, float]]:
    """Describe the display slices."""
    steps = [affine[:3, axis] * (-1 if flip else 1) for axis, flip in zip(cut.order, cut.flips, strict=True)]
    corner = affine[:3, 3].copy()
    for axis, flip in zip(cut.order, cut.flips, strict=True):
        if flip:
            corner += affine[:3, axis] * (shape[axis] - 1)
    row, column, through = (float(np.linalg.norm(step)) for step in steps)
    corners = tuple(Vector(*(corner + index * steps[2]).tolist()) for index in range(shape[cut.order[2]]))
    grid = Grid(
        corners=corners,
        across=Vector(*steps[1].tolist()).unit(),
        down=Vector(*steps[0].tolist()).unit(),
        pixel_spacing=(row, column),
        shape=(shape[cut.order[0]], shape[cut.order[1]]),
        thickness=through,
    )
    return grid, (row, column)
