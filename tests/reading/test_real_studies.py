"""Real studies come out with the warnings that fit them."""

import random
import shutil
from pathlib import Path

import numpy as np
import pytest

from hemoscope.reading import Study, open_studies


def codes(study: Study) -> list[str]:
    return [notice.code for notice in study.notices]


@pytest.mark.real_data
def test_the_thin_study_of_cq500_has_its_faults_told(real_data: Path):
    with open_studies(real_data / "cq500-ct-0") as found:
        assert found.problems == ()
        assert found.ignored == ("reads.csv",)
        thin, single = found.studies
        assert thin.chosen is not None
        assert codes(thin) == ["series.contrast", "series.gap", "series.tilted", "series.missing_instances"]
        assert thin.chosen.geometry.findings[2].message == (
            "(0020,0013) Instance Number runs from 1 to 239, but 1 is not there: 237."
        )
        assert thin.chosen.source == "CQ500-CT-0"
        assert len(thin.chosen) == 238
        assert thin.chosen.geometry.tilt == pytest.approx(8.5, abs=1e-3)
        assert thin.chosen.geometry.shear == pytest.approx(8.5, abs=1e-3)
        assert thin.chosen.geometry.spacing == pytest.approx(0.625 * np.cos(np.radians(8.5)), abs=1e-4)
        assert thin.chosen.geometry.thickness == 0.625
        first, gap = thin.chosen.read(0), thin.chosen.geometry.findings[0].message
        assert first.pixels.min() == -1024
        assert gap.startswith("About 1 slice is missing: the slices are 0.62 mm apart")
        assert codes(single) == ["series.partial_cover", "series.tilted"]


@pytest.mark.real_data
def test_shuffled_names_leave_the_order_of_cq500_as_it_is(real_data: Path, tmp_path: Path):
    paths = sorted((real_data / "cq500-ct-0" / "CQ500-CT-0").glob("*.dcm"))
    names = [f"{name}.dcm" for name in range(len(paths))]
    random.Random(2).shuffle(names)
    for path, name in zip(paths, names, strict=True):
        shutil.copy(path, tmp_path / name)
    with open_studies(real_data / "cq500-ct-0" / "CQ500-CT-0") as found, open_studies(tmp_path) as shuffled:
        one, other = found.studies[0].chosen, shuffled.studies[0].chosen
        assert one is not None
        assert other is not None
        assert one.geometry.positions == other.geometry.positions
        assert list(map(one.instance_uid, range(238))) == list(map(other.instance_uid, range(238)))


@pytest.mark.real_data
def test_a_stray_slice_of_another_patient_is_kept_apart(real_data: Path, tmp_path: Path):
    for path in sorted((real_data / "cq500-ct-0" / "CQ500-CT-0").glob("*.dcm"))[:20]:
        shutil.copy(path, tmp_path)
    (stray,) = (real_data / "cq500-ct-0" / "CQ500-CT-1").glob("*.dcm")
    shutil.copy(stray, tmp_path / "stray.dcm")
    with open_studies(tmp_path) as found:
        assert sorted(len(study.series[0]) for study in found.studies) == [1, 20]
        assert ["study.mixed_patients" in codes(study) for study in found.studies] == [True, True]


@pytest.mark.real_data
def test_the_rsna_study_is_told_to_be_tilted_and_nothing_else(real_data: Path):
    with open_studies(real_data / "rsna-2019-study") as found:
        (study,) = found.studies
        assert study.uid == "ID_1f6d1e8aeb"
        assert codes(study) == ["series.tilted"]
        assert study.reason == (
            "The only series of the study: axial, original, no sign of contrast, kernel not known, 32 slices 5.0 mm "
            "apart "
            "over 155 mm."
        )


@pytest.mark.real_data
def test_single_slices_of_many_patients_are_studies_of_one_slice(real_data: Path):
    with open_studies(real_data / "rsna-2019-slices" / "slices.zip") as found:
        assert sum(len(series) for study in found.studies for series in study.series) == 96
        assert found.problems == ()
        assert all(study.chosen is not None for study in found.studies)


def test_every_file_of_pydicom_ends_in_a_study_or_a_code(pydicom_files: Path):
    with open_studies(pydicom_files) as found:
        assert {problem.error.code.split(".")[0] for problem in found.problems} <= {"dicom", "read", "archive"}
        assert found.studies
        for study in found.studies:
            assert (study.chosen is None) == (study.error is not None)
