from pathlib import Path

import nibabel
import numpy as np
import pytest

from hemoscope.writing.nifti import write_nifti

VOLUME = np.arange(24, dtype=np.int16).reshape(2, 3, 4) - 5


@pytest.mark.parametrize("name", ["head.nii", "head.nii.gz"])
def test_volume_reads_back_the_same_with_its_zooms(tmp_path: Path, name: str) -> None:
    write_nifti(VOLUME, tmp_path / name, spacing=(5.0, 0.75, 0.5))
    image = nibabel.load(tmp_path / name)
    assert np.array_equal(np.asarray(image.dataobj).transpose(2, 1, 0), VOLUME)
    assert image.get_data_dtype() == np.int16
    assert image.header.get_zooms() == (0.5, 0.75, 5.0)
    assert image.header.get_xyzt_units()[0] == "mm"


def test_columns_run_left_rows_back_and_slices_up(tmp_path: Path) -> None:
    write_nifti(VOLUME, tmp_path / "head.nii", spacing=(5.0, 0.75, 0.5))
    affine = nibabel.load(tmp_path / "head.nii").affine
    assert nibabel.aff2axcodes(affine) == ("L", "P", "S")
    assert (affine[:3, :3] @ [1, 1, 1]).tolist() == [-0.5, -0.75, 5.0]


def test_a_mask_keeps_its_type(tmp_path: Path) -> None:
    write_nifti(np.ones((1, 2, 2), np.uint8), tmp_path / "mask.nii.gz", spacing=(5.0, 1.0, 1.0))
    assert nibabel.load(tmp_path / "mask.nii.gz").get_data_dtype() == np.uint8
