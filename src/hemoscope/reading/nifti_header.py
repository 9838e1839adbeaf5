"""What the header of a NIfTI volume says, checked: shape, units, where it lies, how to cut axial slices out of it."""

from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

import nibabel
import numpy as np
from nibabel.fileholders import FileHolder
from nibabel.orientations import io_orientation

from hemoscope.errors import HemoscopeError, ReadingError
from hemoscope.reading.geometry import Grid
from hemoscope.reading.limits import check_size
from hemoscope.reading.orientation import Vector
from hemoscope.reading.quiet import quiet_libraries
from hemoscope.records import Notice

_HEADER_BYTES = 352
"""nifti1.h: 348 of the header and 4 that announce extensions; NIfTI-2 tells itself in its first 8."""
_TO_LPS = np.diag([-1.0, -1.0, 1.0, 1.0])
"""NIfTI's world runs to the right and the front (nifti1.h, "+x = Right +y = Anterior +z = Superior")."""
_MM_OF = {"meter": 1000.0, "micron": 0.001}
"""nifti1.h, NIFTI_UNITS_METER and _MICRON; mm and unknown stay."""
_SAME_FORM = 0.1
"""mm. Two affines that place no corner further apart than this agree."""
_SQUARE = 0.02
"""Cosine between two array axes up to which a slice counts as a rectangle: about a degree."""
_FARTHEST = 100_000.0
"""mm. No scanner's coordinates reach further; NaN does not either."""
_EXPORT = "Convert the series again, for example with dcm2niix."


@dataclass(frozen=True, slots=True)
class Cut:
    """How to cut slices as displayed out of the array.

    Attributes:
        order: Array axes that become (row, column, slice).
        flips: Whether each of those runs against the display, which goes to the back, the left and the head.
    """

    order: tuple[int, int, int]
    flips: tuple[bool, bool, bool]


def open_volume(path: Path, *, source: str) -> Any:
    """Open a NIfTI-1 or NIfTI-2 file whatever its name, without reading its values.

    Args:
        path: The file, not packed.
        source: File name for the messages.

    Returns:
        A nibabel image of three dimensions, or more of length 1.

    Raises:
        ReadingError: "nifti.invalid", "nifti.two_files", "nifti.not_a_volume", "nifti.truncated" or "read.too_large".
    """
    with path.open("rb") as file:
        head = file.read(_HEADER_BYTES)
    return _open(FileHolder(filename=str(path)), head, source, file_bytes=path.stat().st_size)


def open_volume_stream(stream: IO[bytes], *, source: str, file_bytes: int | None) -> Any:
    """Open a volume that lies in memory, or that comes out of a packed file.

    Args:
        stream: At its start; the image reads from it, and can be read no longer than it.
        source: File name for the messages.
        file_bytes: How long it is; None where nobody knows, to read the header alone.

    Returns:
        As `open_volume`.

    Raises:
        ReadingError: As `open_volume`.
    """
    head = stream.read(_HEADER_BYTES)
    stream.seek(0)
    return _open(FileHolder(fileobj=stream), head, source, file_bytes=file_bytes)


def placed(image: Any, *, source: str) -> tuple[np.ndarray, tuple[Notice, ...]]:
    """Find where the volume lies: by the sform, else the qform, else as NIfTI's method 1 with a warning.

    Args:
        image: A nibabel image.
        source: File name for the messages.

    Returns:
        Affine (4, 4) from array index to mm in LPS, and "nifti.orientation_assumed" or "nifti.forms_disagree".

    Raises:
        ReadingError: "nifti.invalid": the affine is no way to place slices.

    Source: nifti1.h, "3D IMAGE (VOLUME) ORIENTATION AND LOCATION IN SPACE", methods 1 to 3.
    """
    header = image.header
    sform, qform = header.get_sform(coded=True)[0], header.get_qform(coded=True)[0]
    notices: tuple[Notice, ...] = ()
    if sform is None and qform is None:
        text = "Neither sform nor qform says how the volume lies; its axes were taken as right, front and head."
        notices = (Notice("nifti.orientation_assumed", text),)
        chosen = np.diag([*header.get_zooms()[:3], 1.0])
    else:
        chosen = qform if sform is None else sform
        if sform is not None and qform is not None and _differ(sform, qform, image.shape):
            notices = (Notice("nifti.forms_disagree", "sform and qform place the volume differently; sform was used."),)
    affine = _TO_LPS @ np.asarray(chosen, np.float64)
    affine[:3] *= _MM_OF.get(header.get_xyzt_units()[0], 1.0)
    if not np.abs(affine).max() < _FARTHEST or abs(np.linalg.det(affine[:3, :3])) < 1e-9:
        raise invalid(source, "its affine places no slices")
    return affine, notices


def cut_of(affine: np.ndarray) -> Cut:
    """Find which array axes are nearest to the back, the left and the head.

    Args:
        affine: (4, 4), array index to LPS.

    >>> cut_of(np.diag([-1.0, -1.0, 5.0, 1.0]))
    Cut(order=(1, 0, 2), flips=(True, True, False))
    """
    found = io_orientation(affine)
    axis_of = {int(world): axis for axis, (world, _) in enumerate(found)}
    order = (axis_of[1], axis_of[0], axis_of[2])
    row, column, through = (bool(found[axis, 1] < 0) for axis in order)
    return Cut(order, (row, column, through))


def grid_of(affine: np.ndarray, cut: Cut, shape: tuple[int, ...], *, source: str) -> Grid:
    """Describe the slices that a cut gives.

    Args:
        affine: (4, 4), array index to LPS.
        cut: The cut.
        shape: Of the array.
        source: File name for the message.

    Raises:
        ReadingError: "nifti.invalid": rows and columns are not at right angles.
    """
    corner = affine[:3, 3] + sum(
        affine[:3, axis] * (shape[axis] - 1) for axis, flip in zip(cut.order, cut.flips, strict=True) if flip
    )
    steps = [affine[:3, axis] * (-1 if flip else 1) for axis, flip in zip(cut.order, cut.flips, strict=True)]
    down, across = (Vector(*step.tolist()).unit() for step in steps[:2])
    if abs(down.dot(across)) > _SQUARE:
        raise invalid(source, "its rows and columns are not at right angles")
    row, column, _ = (float(np.linalg.norm(step)) for step in steps)
    rows, columns, slices = (shape[axis] for axis in cut.order)
    return Grid(
        corners=tuple(Vector(*(corner + index * steps[2]).tolist()) for index in range(slices)),
        across=across,
        down=down,
        pixel_spacing=(row, column),
        shape=(rows, columns),
        thickness=abs(Vector(*steps[2].tolist()).dot(across.cross(down).unit())),
    )


def invalid(source: str, why: str) -> ReadingError:
    """Build the error for a volume that cannot be used as it is."""
    return ReadingError("nifti.invalid", f"Expected a NIfTI volume of head CT, but of {source} {why}.", _EXPORT)


def truncated(source: str) -> ReadingError:
    """Build the error for a volume that ends before its values do."""
    return ReadingError(
        "nifti.truncated", f"Expected a whole NIfTI volume, but {source} ends early.", "Fetch the file again."
    )


def _open(holder: FileHolder, head: bytes, source: str, *, file_bytes: int | None) -> Any:
    """Open a volume, and check its header."""
    if head[344:348] == b"ni1\x00" or head[4:8] == b"ni2\x00":
        raise ReadingError(
            "nifti.two_files",
            f"Expected header and values in one NIfTI file, received the header of a pair in {source}.",
            "Save the volume as a single .nii or .nii.gz file.",
        )
    kind = nibabel.Nifti2Image if head[4:8] == b"n+2\x00" else nibabel.Nifti1Image
    try:
        with quiet_libraries():
            image = kind.from_file_map({"image": holder, "header": holder})
        _check_shape(image, source)
        if file_bytes is not None:
            _check_length(image, file_bytes, source)
    except HemoscopeError:
        raise
    except Exception as error:
        # nibabel raises almost every builtin exception on damaged headers; none may reach the user bare.
        raise invalid(source, f"its header cannot be interpreted ({type(error).__name__})") from error
    return image


def _check_shape(image: Any, source: str) -> None:
    shape = image.shape
    if len(shape) < 3 or any(length != 1 for length in shape[3:]):
        raise ReadingError(
            "nifti.not_a_volume",
            f"Expected one volume (columns, rows, slices) in {source}, received the shape {shape}.",
            "Save each volume as a file of its own.",
        )
    if min(shape) < 0:
        raise invalid(source, f"an axis has the length {min(shape)}")
    # Any two axes may become a slice, and an axis of length 0 is none.
    longest = sorted(shape[:3])
    check_size(longest[0] and longest[2], longest[1], source=source)


def _check_length(image: Any, file_bytes: int, source: str) -> None:
    values = int(np.prod(image.shape, dtype=np.int64)) * image.get_data_dtype().itemsize
    if file_bytes < image.dataobj.offset + values:
        raise truncated(source)


def _differ(one: np.ndarray, other: np.ndarray, shape: tuple[int, ...]) -> bool:
    far = [shape[0] - 1, shape[1] - 1, shape[2] - 1]
    corners = np.array([[far[0] * a, far[1] * b, far[2] * c, 1] for a in (0, 1) for b in (0, 1) for c in (0, 1)])
    apart = np.abs((np.asarray(one) - np.asarray(other)) @ corners.T)
    return not bool(apart.max() <= _SAME_FORM)
