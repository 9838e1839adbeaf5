"""A volume as a NIfTI file."""

import os
from pathlib import Path

import nibabel
import numpy as np

from hemoscope.writing.atomic import write_atomically


def write_nifti(volume: np.ndarray, path: str | os.PathLike[str], *, spacing: tuple[float, float, float]) -> None:
    """Write a volume with an affine in NIfTI's RAS+ coordinates, in mm.

    Our arrays run feet to head, front to back, and right to left of the patient (DICOM's LPS+); NIfTI stores columns
    first and counts to the right and to the front, so both in-plane axes are negative in the affine.

    Args:
        volume: int16, uint8 or float32, shape (slices, rows, columns).
        path: The file to write or replace, ending in .nii or .nii.gz.
        spacing: (slices, rows, columns) in mm.

    Source: NIfTI-1 standard, method 3 (sform).
    """
    affine = np.diag([-spacing[2], -spacing[1], spacing[0], 1.0])
    image = nibabel.Nifti1Image(np.ascontiguousarray(volume.transpose(2, 1, 0)), affine)
    image.header.set_xyzt_units("mm")
    write_atomically(Path(path), lambda temporary: nibabel.save(image, temporary))
