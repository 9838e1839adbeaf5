"""The one door into this room: a path in, a `Slice` out, or an error that says why not."""

import os
from typing import BinaryIO

from hemoscope.errors import ReadingError
from hemoscope.reading.picture import read_picture
from hemoscope.reading.sniff import HEAD_BYTES, MediaFormat, identify, name_foreign
from hemoscope.reading.source import io_failed, name_of, open_source
from hemoscope.records import Slice

_UNPACK = "Unpack it and read the files inside."
_CONVERT = "Save the slice as PNG, or better export the DICOM, and read that."


def read_slice(path: str | os.PathLike[str], *, frame: int | None = None) -> Slice:
    """Read one slice from a PNG, JPEG, TIFF, BMP or DICOM file, whatever its name says, or from a NIfTI volume.

    Args:
        path: The file.
        frame: Which slice of a NIfTI volume, counted from 0 along its third axis; None for a file that is a slice.

    Returns:
        Pixels as float32, shape (rows, columns): HU from a CT, grey in [0, 1] from anything else, with a notice for
        everything that had to be assumed or mended.

    Raises:
        InputError: The path names no readable file.
        ReadingError: The bytes are not a picture or DICOM that can be decoded.
        RefusedError: It reads well but is no CT slice: another modality, or a localizer.
    """
    source = name_of(path)
    if frame is not None:
        from hemoscope.reading.nifti_slice import read_nifti_slice

        return read_nifti_slice(path, frame)
    with open_source(path) as file:
        try:
            head = file.read(HEAD_BYTES)
            file.seek(0)
            return _read(file, head, source)
        except OSError as error:
            # A disk or network share that fails half-way is no fault of the format.
            raise io_failed(source, error) from error


def _read(file: BinaryIO, head: bytes, source: str) -> Slice:
    media_format = identify(head)
    if media_format is None:
        raise unknown_format(head, source)
    if media_format is MediaFormat.DICOM:
        # Imported here: pydicom takes a third of a second that readers of pictures should not wait for.
        from hemoscope.reading.dicom import read_dicom

        return read_dicom(file, source=source)
    return read_picture(file, media_format, source=source)


def unknown_format(head: bytes, source: str) -> ReadingError:
    """Build the error for bytes that are nothing to read here, naming what they are where that is known."""
    if not head:
        return ReadingError("read.empty", f"Expected a picture or DICOM, but {source} has no bytes.", "Fetch it again.")
    foreign = name_foreign(head)
    if foreign is not None:
        return ReadingError(
            "read.unsupported_format",
            f"Expected PNG, JPEG, TIFF, BMP or DICOM, received {foreign} in {source}.",
            _UNPACK if foreign in ("gzip", "ZIP") else _CONVERT,
        )
    return ReadingError(
        "read.unknown_format",
        f"Expected PNG, JPEG, TIFF, BMP or DICOM, received bytes of no known image format in {source}.",
        "Open the file in a viewer to see what it is, and export the slice again.",
    )
