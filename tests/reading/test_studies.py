"""The door to whole studies."""

from pathlib import Path

import numpy as np
import pytest

from hemoscope.reading import FoundPicture, open_studies
from hemoscope.terms import Unit
from hemoscope.writing.dicom import write_series
from hemoscope.writing.nifti import write_nifti
from hemoscope.writing.picture import write_picture

SPACING = (5.0, 0.5, 0.25)


@pytest.fixture(scope="module")
def volume() -> np.ndarray:
    """Six slices that differ, int16 HU, shape (6, 16, 24)."""
    return np.random.default_rng(3).integers(-1024, 1500, (6, 16, 24)).astype(np.int16)


def test_a_folder_gives_its_study_feet_to_head(volume: np.ndarray, tmp_path: Path):
    write_series(volume, tmp_path, spacing=SPACING, name="plain")
    with open_studies(tmp_path) as found:
        (study,) = found.studies
        assert study.chosen is not None
        assert len(study.chosen) == 6
        assert study.chosen.geometry.spacing == pytest.approx(5.0)
        assert study.chosen.geometry.pixel_spacing == (0.5, 0.25)
        assert study.chosen.name_of(2) == "slice-003.dcm"
        for index, expected in enumerate(volume):
            slice_ = study.chosen.read(index)
            assert slice_.unit is Unit.HU
            assert np.array_equal(slice_.pixels, expected)


def test_a_nifti_gives_the_same_slices_as_the_folder(volume: np.ndarray, tmp_path: Path):
    write_nifti(volume, tmp_path / "head.nii.gz", spacing=SPACING)
    with open_studies(tmp_path / "head.nii.gz") as found:
        (study,) = found.studies
        assert study.chosen is not None
        assert study.chosen.name_of(2) == "head.nii.gz[2]"
        assert [np.array_equal(study.chosen.read(i).pixels, volume[i]) for i in range(6)] == [True] * 6


def test_a_picture_belongs_to_no_study(tmp_path: Path):
    write_picture(np.zeros((8, 8)), tmp_path / "slice.png")
    with open_studies(tmp_path) as found:
        assert found.studies == ()
        assert found.pictures == (FoundPicture(tmp_path / "slice.png", "slice.png"),)
