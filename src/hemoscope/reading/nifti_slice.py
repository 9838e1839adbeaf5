"""Single slices of NIfTI volumes by their number in the file, for labelled collections that come as volumes."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import cached_property, lru_cache
from pathlib import Path
from typing import Any

import numpy as np

from hemoscope.errors import ReadingError
from hemoscope.reading.archive_single import is_packed_file, open_single, unpack_to_memory
from hemoscope.reading.nifti import NiftiFrames, frames_of, series_of
from hemoscope.reading.nifti_header import open_volume, open_volume_stream, placed
from hemoscope.reading.source import name_of
from hemoscope.reading.study import Series
from hemoscope.records import Slice

_THROUGH_SLICES = 2
"""The array axis that slices are numbered along."""
_KEPT_OPEN = 4
"""Volumes kept open, packed ones in memory: their slices are read one after the other, by a few threads."""


@dataclass(frozen=True, eq=False)
class _Volume:
    """A volume that slices are read from.

    Attributes:
        image: A nibabel image.
        source: File name.
    """

    image: Any
    source: str

    @cached_property
    def frames(self) -> NiftiFrames:
        """Its axial slices, feet to head, whatever its values mean."""
        return frames_of(self.image, source=self.source)[0]

    @cached_property
    def series(self) -> Series:
        """The same as a series in HU."""
        return series_of(self.image, name=self.source)

    @property
    def count(self) -> int:
        """How many slices the file numbers."""
        return int(self.image.shape[_THROUGH_SLICES])

    def place_of(self, frame: int) -> int:
        """Return where a slice of the file stands from feet to head.

        Raises:
            ReadingError: "nifti.other_axis" or "nifti.no_frame".
        """
        if self.frames.cut.order[2] != _THROUGH_SLICES:
            raise ReadingError(
                "nifti.other_axis",
                f"Expected axial slices along the third axis of {self.source}; it runs another way through the head.",
                "Save the volume anew with axial slices along its third axis.",
            )
        if not 0 <= frame < self.count:
            raise ReadingError(
                "nifti.no_frame",
                f"Expected a slice from 0 to {self.count - 1} of {self.source}, received {frame}.",
                "Correct the number of the slice, or fetch the volume again.",
            )
        return self.count - 1 - frame if self.frames.cut.flips[2] else frame


def read_nifti_slice(path: str | os.PathLike[str], frame: int) -> Slice:
    """Read one axial slice of a CT volume, as it is read as a part of its series.

    Args:
        path: A NIfTI file, packed or not, of one CT volume, its slices along the third axis.
        frame: The slice, counted from 0 along that axis as the file keeps it, whichever way it runs.

    Returns:
        float32 HU from -1024 up, shape (rows, columns), the patient's right on the left of the picture, front up; with
        what had to be assumed of the volume and of the slice.

    Raises:
        InputError: The path names no readable file.
        ReadingError: "nifti.no_frame" or "nifti.other_axis", the volume cannot be opened ("nifti.*", "archive.*",
            "read.too_large"), or its values cannot be HU ("nifti.not_hounsfield").
    """
    volume = _open(path)
    place, series = volume.place_of(frame), volume.series
    if series.error is not None:
        raise ReadingError(series.error.code, series.error.message, series.error.next_step)
    image = series.read(place)
    return replace(image, source=volume.source, warnings=(*series.warnings, *image.warnings))


def read_nifti_mask(path: str | os.PathLike[str], frame: int) -> np.ndarray:
    """Read one slice of a label map, turned as `read_nifti_slice` turns the image of the same geometry.

    Returns:
        The label of each pixel, int32, shape (rows, columns).

    Raises:
        InputError, ReadingError: As `read_nifti_slice`; a label map need not hold HU.
    """
    volume = _open(path)
    return np.rint(volume.frames.values(volume.place_of(frame))).astype(np.int32)


def nifti_labels(path: str | os.PathLike[str]) -> list[tuple[int, ...]]:
    """Return the labels above 0 that each slice of a label map holds, in the order of its third axis.

    Raises:
        InputError, ReadingError: As `read_nifti_mask`.
    """
    volume = _open(path)
    maps = (volume.frames.values(volume.place_of(frame)) for frame in range(volume.count))
    found = (np.unique(np.rint(np.unique(values))) for values in maps)
    return [tuple(int(value) for value in numbers if value > 0) for numbers in found]


def nifti_positions(path: str | os.PathLike[str]) -> tuple[float, ...]:
    """Say where the slices of a volume lie, from its header alone: in mm towards the head, at their centers.

    Raises:
        InputError, ReadingError: As `read_nifti_slice`.
    """
    with _header_of(Path(path)) as image:
        affine, _ = placed(image, source=name_of(path))
        rows, columns, slices = image.shape[:3]
    center = (rows - 1) / 2, (columns - 1) / 2
    return tuple(float((affine @ (*center, frame, 1))[2]) for frame in range(slices))


def _open(path: str | os.PathLike[str]) -> _Volume:
    place = Path(path)
    is_packed = is_packed_file(place)
    state = place.stat()
    return _volume(place, state.st_size, state.st_mtime_ns, is_packed=is_packed)


@lru_cache(maxsize=_KEPT_OPEN)
def _volume(path: Path, size: int, changed: int, *, is_packed: bool) -> _Volume:  # noqa: ARG001
    """Open a volume once for all of its slices: a packed file cannot be entered in the middle."""
    source = name_of(path)
    if not is_packed:
        return _Volume(open_volume(path, source=source), source)
    memory = unpack_to_memory(path)
    return _Volume(open_volume_stream(memory, source=source, file_bytes=memory.getbuffer().nbytes), source)


@contextmanager
def _header_of(path: Path) -> Iterator[Any]:
    """Open a volume for its header, without unpacking the rest."""
    if not is_packed_file(path):
        yield open_volume(path, source=name_of(path))
        return
    with open_single(path) as stream:
        yield open_volume_stream(stream, source=name_of(path), file_bytes=None)
