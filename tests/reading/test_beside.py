"""Reports and results that an archive keeps beside a study's images are left out; alone they are refused."""

from pathlib import Path

import numpy as np
import pytest
from pydicom import dcmread

from hemoscope.errors import RefusedError
from hemoscope.reading import open_studies, read_slice
from hemoscope.writing.dicom import write_series


def write(folder: Path, modality: str, manufacturer: str = "ACME") -> Path:
    """Write a slice that says that it is something else."""
    (path,) = write_series(np.zeros((1, 64, 64), np.float32), folder, spacing=(5.0, 1.0, 1.0), name=modality)
    dataset = dcmread(path)
    dataset.Modality, dataset.Manufacturer = modality, manufacturer
    dataset.SOPClassUID = "1.2.840.10008.5.1.4.1.1.7"
    dataset.save_as(path.with_name(f"{modality}-{manufacturer}.dcm"))
    path.unlink()
    return path.with_name(f"{modality}-{manufacturer}.dcm")


@pytest.mark.parametrize(
    ("modality", "manufacturer", "code"),
    [
        ("SR", "ACME", "dicom.no_picture"),
        ("SEG", "ACME", "dicom.no_picture"),
        ("KO", "Hemoscope", "dicom.own_result"),
        ("OT", "Hemoscope", "dicom.own_result"),
        ("MR", "ACME", "dicom.not_ct"),
    ],
)
def test_what_holds_no_head_ct_is_refused_alone(tmp_path, modality, manufacturer, code):
    path = write(tmp_path, modality, manufacturer)
    with pytest.raises(RefusedError) as caught:
        read_slice(path)
    assert caught.value.code == code
    with open_studies(tmp_path) as found:
        assert [problem.error.code for problem in found.problems] == [code]


def test_beside_a_study_it_is_left_out(tmp_path):
    write(tmp_path, "SR")
    write(tmp_path, "OT", "Hemoscope")
    write_series(np.zeros((3, 64, 64), np.float32), tmp_path, spacing=(5.0, 1.0, 1.0), name="head")
    with open_studies(tmp_path) as found:
        assert found.problems == found.pictures == ()
        assert sorted(found.ignored) == ["OT-Hemoscope.dcm", "SR-ACME.dcm"]
        assert len(found.studies) == 1


def test_a_capture_of_another_maker_is_still_read(tmp_path):
    assert read_slice(write(tmp_path, "OT")).unit == "grey"
