"""One slice of a NIfTI volume, and where its slices lie; for labelled collections that come as volumes."""

import os
from functools import lru_cache
from pathlib import Path

import nibabel
import numpy as np
from nibabel.orientations import apply_orientation, axcodes2ornt, io_orientation, ornt_transform

from hemoscope.errors import ReadingError
from hemoscope.reading.limits import check_size
from hemoscope.reading.source import name_of, open_source
from hemoscope.records import Notice, Slice
from hemoscope.terms import Unit

AIR = -1024.0
_OURS = axcodes2ornt(("P", "L", "S"))
"""Rows run to the back of the patient, columns to the left, slices to the head."""
_THROUGH_SLICES = 2
_KEPT_OPEN = 4
"""Volumes kept in memory: their slices are read one after the other, by a few threads."""


def read_nifti_slice(path: str | os.PathLike[str], frame: int) -> Slice:
    """Read one axial slice of a volume in HU, turned so that rows run to the back and columns to the patient's left.

    Args:
        path: A .nii or .nii.gz file of one CT volume, its slices along the third axis.
        frame: The slice, counted from 0 along that axis as the file keeps it, whichever way it runs.

    Returns:
        float32 HU from -1024 up, shape (rows, columns).

    Raises:
        InputError: The path names no readable file.
        ReadingError: "nifti.invalid", "nifti.not_axial", "nifti.no_frame" or "nifti.not_finite".

    Source: NIfTI-1 standard, methods 2 and 3 (qform, sform).
    """
    stored, affine, notices = _open(path)
    source = name_of(path)
    if not 0 <= frame < stored.shape[2]:
        raise ReadingError(
            "nifti.no_frame",
            f"Expected a slice from 0 to {stored.shape[2] - 1} of {source}, received {frame}.",
            "Correct the number of the slice.",
        )
    pixels = turn_slice(np.asarray(stored[:, :, frame], np.float32), affine)
    if not np.isfinite(pixels).all():
        raise ReadingError("nifti.not_finite", f"Expected finite HU in {source}.", "Export the volume again.")
    below = int((pixels < AIR).sum())
    if below:
        notices = (*notices, Notice("nifti.below_air", f"{below:,} pixels below -1024 HU were taken as air."))
    sizes = np.sqrt((affine[:3, :3] ** 2).sum(axis=0))
    turn = _turn(affine)
    spacing = (float(sizes[int(np.argmax(turn[:, 0] == 0))]), float(sizes[int(np.argmax(turn[:, 0] == 1))]))
    return Slice(np.maximum(pixels, np.float32(AIR)), Unit.HU, source, "nifti", spacing, notices)


def read_nifti_mask(path: str | os.PathLike[str], frame: int) -> np.ndarray:
    """Read one slice of a label map, turned as `read_nifti_slice` turns the image of the same geometry.

    Returns:
        The label of each pixel, integer, shape (rows, columns).

    Raises:
        InputError, ReadingError: As `read_nifti_slice`.
    """
    stored, affine, _ = _open(path)
    if not 0 <= frame < stored.shape[2]:
        raise ReadingError(
            "nifti.no_frame",
            f"Expected a slice from 0 to {stored.shape[2] - 1} of {name_of(path)}, received {frame}.",
            "Fetch the mask of this volume again.",
        )
    return np.rint(turn_slice(np.asarray(stored[:, :, frame], np.float32), affine)).astype(np.int32)


def nifti_labels(path: str | os.PathLike[str]) -> list[tuple[int, ...]]:
    """Return the labels above 0 that each slice of a label map holds, in the order of its third axis.

    Raises:
        InputError, ReadingError: As `read_nifti_slice`.
    """
    stored, _, _ = _open(path)
    planes = (np.rint(np.asarray(stored[:, :, frame], np.float32)) for frame in range(stored.shape[2]))
    return [tuple(int(value) for value in np.unique(plane) if value > 0) for plane in planes]


def nifti_positions(path: str | os.PathLike[str]) -> tuple[float, ...]:
    """Say where the slices of a volume lie, from its header alone: in mm towards the head, at their centers.

    Raises:
        InputError, ReadingError: As `read_nifti_slice`.
    """
    image = _load(path)
    rows, columns, slices = image.shape[:3]
    center = (rows - 1) / 2, (columns - 1) / 2
    return tuple(float((image.affine @ (*center, frame, 1))[2]) for frame in range(slices))


def turn_slice(stored: np.ndarray, affine: np.ndarray) -> np.ndarray:
    """Turn one plane of a volume, as stored, so that rows run to the back and columns to the patient's left."""
    turn = _turn(affine)
    return np.ascontiguousarray(apply_orientation(stored[:, :, None], turn)[:, :, 0])


def _turn(affine: np.ndarray) -> np.ndarray:
    """Return the orientation transform of the first two axes; the third stays as the file keeps it."""
    turn = np.asarray(ornt_transform(io_orientation(affine), _OURS))
    turn[_THROUGH_SLICES, 1] = 1
    return turn


def _open(path: str | os.PathLike[str]) -> tuple[np.ndarray, np.ndarray, tuple[Notice, ...]]:
    with open_source(path):
        state = Path(path).stat()
    return _volume(Path(path), state.st_size, state.st_mtime_ns)


@lru_cache(maxsize=_KEPT_OPEN)
def _volume(path: Path, size: int, changed: int) -> tuple[np.ndarray, np.ndarray, tuple[Notice, ...]]:  # noqa: ARG001
    """Read a volume once for all of its slices: a compressed file cannot be entered in the middle."""
    image = _load(path)
    if io_orientation(image.affine)[_THROUGH_SLICES, 0] != _THROUGH_SLICES:
        raise ReadingError(
            "nifti.not_axial",
            f"Expected axial slices along the third axis of {path.name}; it runs another way through the patient.",
            "Save the volume anew with axial slices.",
        )
    assumed: tuple[Notice, ...] = ()
    if int(image.header["sform_code"]) == 0 and int(image.header["qform_code"]) == 0:
        assumed = (Notice("nifti.orientation_assumed", "The file does not say how the patient lies; RAS was assumed."),)
    try:
        stored = np.asarray(image.dataobj, np.float32).reshape(image.shape[:3])
    except Exception as error:  # nibabel and the decompressors raise almost every builtin exception on damaged bytes
        raise _invalid(path.name, error) from error
    return stored, np.asarray(image.affine), assumed


def _load(path: str | os.PathLike[str]) -> nibabel.Nifti1Image:
    """Read a header, checked: one volume of sensible size."""
    with open_source(path):
        source = name_of(path)
    try:
        image = nibabel.Nifti1Image.from_filename(path)
        shape = image.shape
        is_volume = len(shape) >= 3 and all(length == 1 for length in shape[3:]) and np.isfinite(image.affine).all()
    except Exception as error:  # as above
        raise _invalid(source, error) from error
    if not is_volume or not np.linalg.det(image.affine[:3, :3]):
        raise ReadingError(
            "nifti.invalid",
            f"Expected one volume in {source}, received an array of {' x '.join(map(str, shape))} or no geometry.",
            "Export the volume again.",
        )
    check_size(int(shape[0]), int(shape[1]), source=source)
    return image


def _invalid(source: str, error: Exception) -> ReadingError:
    return ReadingError(
        "nifti.invalid",
        f"Expected a NIfTI volume, but {source} cannot be interpreted ({type(error).__name__}).",
        "Fetch the file again.",
    )
