"""A NIfTI volume as a series: axial slices cut as its affine says, read one at a time."""

from dataclasses import dataclass, replace
from pathlib import Path, PurePath
from typing import Any

import numpy as np

from hemoscope.errors import ReadingError
from hemoscope.reading.geometry import Grid, measure
from hemoscope.reading.intercept import USUAL_INTERCEPT, mend
from hemoscope.reading.nifti_header import Cut, cut_of, grid_of, open_volume, placed, truncated
from hemoscope.reading.orientation import Axes
from hemoscope.reading.rescale import AIR, Rescale, StoredFormat
from hemoscope.reading.study import Series
from hemoscope.reading.traits import Traits
from hemoscope.records import Edges, ErrorReport, Notice, Slice
from hemoscope.terms import Unit

_NO_AIR = -200.0
"""HU. A head CT with its surroundings holds air, far below this; fat ends above it."""
_BEYOND_CT = 31_000.0
"""HU. Above the extended scale of any scanner."""
_LOOKED_AT = (0.1, 0.3, 0.5, 0.7, 0.9)
"""Shares of the way from feet to head at which slices are looked at to tell whether they hold HU."""
_LEAST_ELONGATED = 2.5
"""Row and column spacing that differ by more are those of a volume that was not acquired in axial slices."""


@dataclass(frozen=True, slots=True, eq=False)
class NiftiFrames:
    """The axial slices of a volume, feet to head; nibabel opens the file anew for each, under a lock of its own.

    Attributes:
        image: A nibabel image.
        cut: How to cut slices out of it.
        source: File name.
        spacing: (row, column) in mm.
        edges: What of the patient lies at each edge of a slice; None where the header does not say.
        offset: What to add to the values to get HU.
    """

    image: Any
    cut: Cut
    source: str
    spacing: tuple[float, float]
    edges: Edges | None = None
    offset: float = 0.0

    def __len__(self) -> int:
        """Count the slices."""
        return int(self.image.shape[self.cut.order[2]])

    def name_of(self, index: int) -> str:
        """Name the file and the slice."""
        return f"{self.source}[{index}]"

    def instance_uid(self, index: int) -> str | None:
        """Return None: NIfTI has none."""
        return None

    def files(self) -> tuple[Path, ...]:
        """Return the file; nothing for a volume in memory."""
        name = self.image.get_filename()
        return () if name is None else (Path(name),)

    def values(self, index: int) -> np.ndarray:
        """Read the values of one slice as the file scales them, as displayed, shape (rows, columns).

        Raises:
            ReadingError: "nifti.truncated" or "read.io_failed".
        """
        row, column, through = self.cut.order
        where: list[Any] = [slice(None), slice(None), slice(None)] + [0] * (len(self.image.shape) - 3)
        where[through] = len(self) - 1 - index if self.cut.flips[2] else index
        try:
            pixels = np.asarray(self.image.dataobj[tuple(where)])
        except (OSError, EOFError, ValueError) as error:
            raise truncated(self.source) from error
        pixels = pixels if row < column else pixels.T
        return pixels[:: -1 if self.cut.flips[0] else 1, :: -1 if self.cut.flips[1] else 1]

    def read(self, index: int) -> Slice:
        """Read one slice in HU; what is no number, or below -1024 HU, is air."""
        values = self.values(index).astype(np.float64) + self.offset
        notices = []
        if not np.isfinite(values).all():
            notices.append(Notice("nifti.not_finite", "Pixels without a number were taken as air."))
            values = np.where(np.isfinite(values), values, AIR)
        below = int((values < AIR).sum())
        if below:
            notices.append(Notice("nifti.below_air", f"{below:,} pixels below -1024 HU were taken as air."))
        hu = np.ascontiguousarray(np.maximum(values, AIR), np.float32)
        return Slice(hu, Unit.HU, self.name_of(index), "nifti", self.spacing, tuple(notices), self.edges)


def nifti_series(path: Path, *, name: str) -> Series:
    """Read the header of a NIfTI volume, and look into a few of its slices.

    Args:
        path: The file, not packed.
        name: What to call it: its path below the input.

    Returns:
        A series of its axial slices. Where its values cannot be HU, it carries the error "nifti.not_hounsfield".

    Raises:
        ReadingError: It is no volume that can be cut into slices; see the codes "nifti.*" and "read.too_large".
    """
    return series_of(open_volume(path, source=PurePath(name).name), name=name)


def series_of(image: Any, *, name: str) -> Series:
    """Describe an open volume as a series, and look into a few of its slices.

    Args:
        image: As `open_volume` gives it; the series reads from it.
        name: As for `nifti_series`.

    Returns:
        As `nifti_series`.

    Raises:
        ReadingError: "nifti.invalid".
    """
    source = PurePath(name).name
    frames, grid, notices = frames_of(image, source=source)
    if max(frames.spacing) > _LEAST_ELONGATED * min(frames.spacing):
        notices = (*notices, _not_axial(frames.spacing))
    error, offset, said = _hounsfield(frames)
    return Series(
        uid=None,
        source=source,
        geometry=measure(grid),
        traits=Traits(),
        frames=replace(frames, offset=offset),
        warnings=(*notices, *said),
        error=error,
        place=name,
    )


def frames_of(image: Any, *, source: str) -> tuple[NiftiFrames, Grid, tuple[Notice, ...]]:
    """Cut an open volume into axial slices, whatever its values mean.

    Args:
        image: As `open_volume` gives it.
        source: File name for the messages.

    Returns:
        The slices, feet to head; where they lie; what had to be assumed of that.

    Raises:
        ReadingError: "nifti.invalid".
    """
    affine, notices = placed(image, source=source)
    cut = cut_of(affine)
    grid = grid_of(affine, cut, image.shape, source=source)
    # of notices there are those that nothing says how it lies, and that two statements contradict each other
    edges = None if notices else Axes(grid.across, grid.down).edges
    return NiftiFrames(image, cut, source, grid.pixel_spacing or (1.0, 1.0), edges), grid, notices


def _hounsfield(frames: NiftiFrames) -> tuple[ErrorReport | None, float, tuple[Notice, ...]]:
    """Tell from a few slices whether the values are HU: an error, what to add to them, and what was assumed."""
    if frames.image.get_data_dtype().kind not in "iuf":
        return ErrorReport.of(_not_hounsfield(frames.source, "colors or complex numbers")), 0.0, ()
    try:
        sample = np.stack([frames.values(int(share * (len(frames) - 1))) for share in _LOOKED_AT]).astype(np.float64)
    except ReadingError as error:
        return ErrorReport.of(error), 0.0, ()
    sample = sample[np.isfinite(sample)]
    low, high = (float(sample.min()), float(sample.max())) if sample.size else (0.0, 0.0)
    if low < _NO_AIR and high <= _BEYOND_CT:
        return None, 0.0, ()
    if high > _BEYOND_CT or (low >= 0 and high <= 255):
        return ErrorReport.of(_not_hounsfield(frames.source, f"values from {low:g} to {high:g}")), 0.0, ()
    whole = np.round(sample).astype(np.int32)[None]
    _, rescale, _ = mend(whole, StoredFormat(32, 32, is_signed=True), Rescale(), padded=np.zeros(whole.shape, bool))
    if rescale.intercept == USUAL_INTERCEPT:
        text = "The values would put air near 0 HU; 1024 was taken off them, which puts it near -1000 HU."
        return None, USUAL_INTERCEPT, (Notice("nifti.intercept_corrected", text),)
    text = f"Expected air near -1000 HU, the lowest value seen is {low:g}; the values were taken as HU all the same."
    return None, 0.0, (Notice("nifti.hounsfield_doubtful", text),)


def _not_hounsfield(source: str, what: str) -> ReadingError:
    return ReadingError(
        "nifti.not_hounsfield",
        f"Expected Hounsfield units in {source}, air near -1000 and bone near 1000; received {what}.",
        "Convert the CT series without windowing or normalizing its values.",
    )


def _not_axial(spacing: tuple[float, float]) -> Notice:
    text = (
        f"Axial slices of this volume have pixels of {spacing[0]:.2f} by {spacing[1]:.2f} mm: it was not acquired in "
        "axial slices, and small bleeds may be blurred."
    )
    return Notice("nifti.not_axial", text)
