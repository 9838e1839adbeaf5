"""hemoscope predict --dicom, as a user types it."""

import json
import subprocess
import sys
from pathlib import Path

import jsonschema
import pytest
from click.testing import CliRunner, Result
from pydicom import dcmread
from pydicom.dataset import Dataset

from hemoscope.cli import main
from hemoscope.datasets.phantom.volume import PhantomSettings, make_phantom
from hemoscope.terms import Label
from hemoscope.writing.dicom import write_series
from hemoscope.writing.nifti import write_nifti
from tests.results.test_document import SCHEMA


def run(*arguments: object) -> Result:
    return CliRunner().invoke(main, ["predict", *map(str, arguments)])


@pytest.fixture(scope="module")
def studies(tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp("studies")
    for number in range(2):
        phantom = make_phantom(
            PhantomSettings(size=96, slices=3, spacing_mm=2.4, seed=number, bleeds=(Label.SUBDURAL,))
        )
        write_series(phantom.hu, folder / f"study{number}", spacing=phantom.spacing, name=f"study {number}")
    write_nifti(phantom.hu.round().astype("int16"), folder / "volume.nii.gz", spacing=phantom.spacing)
    return folder


def test_objects_of_each_dicom_study_are_written_and_listed(studies, tmp_path):
    result = run(studies, "--json", "--dicom", tmp_path / "out")
    assert result.exit_code == 0
    document = json.loads(result.stdout)
    jsonschema.validate(document, SCHEMA)
    assert [Path(one["input"]).name for one in document["objects"]] == ["study0", "study1"]
    for one in document["objects"]:
        files = [Path(file) for file in one["files"]]
        assert files[0] == tmp_path / "out" / Path(one["input"]).name / "dicom" / "sr.dcm"
        assert files[-1].name == "fhir.json"
        assert all(file.is_file() for file in files)
    assert "DICOM objects of 2 studies" in result.stderr
    (told,) = [one for one in document["studies"] if one["input"].endswith("study0")]
    assert dcmread(files[0].parents[2] / "study0" / "dicom" / "sr.dcm").StudyInstanceUID == told["study_uid"]


def test_without_the_option_nothing_is_listed(studies):
    assert json.loads(run(studies / "study0", "--json").stdout)["objects"] == []


def test_a_study_without_identity_is_answered_with_a_warning_and_the_others_have_objects(tmp_path):
    phantom = make_phantom(PhantomSettings(size=96, slices=2, spacing_mm=2.4, seed=1))
    for name in ("good", "bad"):
        for path in write_series(phantom.hu, tmp_path / "in" / name, spacing=phantom.spacing, name=name):
            if name == "bad":
                dataset = dcmread(path)
                del dataset.SOPInstanceUID
                Dataset.save_as(dataset, path)
    result = run(tmp_path / "in", "--json", "--dicom", tmp_path / "out")
    assert result.exit_code == 0
    document = json.loads(result.stdout)
    assert [Path(one["input"]).name for one in document["objects"]] == ["good"]
    (bad,) = [one for one in document["studies"] if one["input"].endswith("bad")]
    assert bad["status"] == "scored"
    assert "dicom_result.no_identity" in {notice["code"] for notice in bad["warnings"]}


def test_a_missing_extra_is_told_before_anything_is_scored(studies, tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "highdicom", None)
    result = run(studies, "--dicom", tmp_path / "out")
    assert result.exit_code == 1
    assert 'pip install "hemoscope[dicom]"' in result.stderr
    assert not (tmp_path / "out").exists()


def test_a_worker_without_the_extra_says_so_at_its_start(tmp_path):
    without = "import sys; sys.modules['highdicom'] = None; from hemoscope.cli import main; main()"
    command = [sys.executable, "-c", without, "work", "--folder", str(tmp_path), "--until-empty"]
    ended = subprocess.run(command, capture_output=True, text=True, timeout=120)
    assert ended.returncode == 0
    assert 'Results are not kept as DICOM objects: pip install "hemoscope[dicom]"' in ended.stderr
