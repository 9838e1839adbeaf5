"""DICOM files to a DICOMweb server, some at a time."""

from collections.abc import Callable, Sequence
from pathlib import Path

from pydicom import dcmread
from pydicom.dataset import Dataset

from hemoscope.errors import ReadingError
from hemoscope.pacs.dicomweb import Web
from hemoscope.reading.quiet import quiet_libraries

AT_ONCE = 16
"""Files in a request: a study in one would have to fit the memory, here and there."""


def push_files(web: Web, paths: Sequence[Path], *, on_progress: Callable[[int, int], None]) -> None:
    """Store files.

    Args:
        web: The server.
        paths: DICOM files.
        on_progress: Called with how many are stored, and how many there are.

    Raises:
        ReadingError: "delivery.not_dicom", before anything of its request was sent.
        DeliveryError: As `Web.store`.
    """
    for start in range(0, len(paths), AT_ONCE):
        some = paths[start : start + AT_ONCE]
        web.store([_read(path) for path in some])
        on_progress(start + len(some), len(paths))


def _read(path: Path) -> Dataset:
    try:
        with quiet_libraries():
            return dcmread(path)
    except Exception as error:  # damaged headers make pydicom raise nearly anything
        raise ReadingError("delivery.not_dicom", f"{path.name!r} is no DICOM file.", "Leave it out.") from error
