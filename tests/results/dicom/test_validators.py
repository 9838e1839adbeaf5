"""Every kind of object against validators, and the validators against objects that are not as they should be."""

import pytest
from pydicom import dcmread

from hemoscope.results.dicom.objects import write_objects
from tests.results.dicom.drawn import draw_study, objects_of
from tests.results.dicom.validators import errors_of_dciodvfy, errors_of_dicom_validator


@pytest.fixture(scope="module")
def paths(tmp_path_factory):
    folder = tmp_path_factory.mktemp("validated")
    made = tuple(one for kind in objects_of(draw_study(folder / "in", tilt=12.0)).values() for one in kind)
    return write_objects(made, folder / "out")


def test_dicom_validator_holds_nothing_against_any_object(paths):
    assert {path.name: errors_of_dicom_validator(path) for path in paths} == {path.name: [] for path in paths}


def test_dicom_validator_tells_what_is_missing_empty_and_of_no_module(paths, tmp_path):
    dataset = dcmread(paths[0])
    del dataset.StudyID, dataset.ContributingEquipmentSequence[0].Manufacturer
    dataset.ContentDate, dataset.KVP = "", "120"
    dataset.save_as(tmp_path / "broken.dcm")
    told = {line.split()[-1] for line in errors_of_dicom_validator(tmp_path / "broken.dcm")}
    assert told == {"TagMissing", "TagEmpty", "TagUnexpected"}


def test_dciodvfy_tells_what_is_missing(paths, tmp_path):
    dataset = dcmread(paths[0])
    del dataset.CompletionFlag
    dataset.save_as(tmp_path / "broken.dcm")
    assert any("CompletionFlag" in line for line in errors_of_dciodvfy(tmp_path / "broken.dcm"))
