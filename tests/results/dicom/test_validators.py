"""Every kind of object against validators, and the validators against objects that are not as they should be."""

import pytest
from pydicom import dcmread

from hemoscope.results.dicom.objects import write_objects
from tests.results.dicom.drawn import draw_study, objects_of
from tests.results.dicom.validators import errors_by_tables, errors_of_dciodvfy, errors_of_dicom_validator


@pytest.fixture(scope="module")
def paths(tmp_path_factory):
    folder = tmp_path_factory.mktemp("validated")
    made = tuple(one for kind in objects_of(draw_study(folder / "in", tilt=12.0)).values() for one in kind)
    return write_objects(made, folder / "out")


def test_each_object_has_what_the_tables_of_the_standard_ask_and_nothing_else(paths):
    assert {path.name: errors_by_tables(dcmread(path)) for path in paths} == {path.name: [] for path in paths}


def test_dicom_validator_holds_nothing_against_any_object(paths):
    assert errors_of_dicom_validator(paths) == {path.name: 0 for path in paths}


def test_the_tables_tell_what_is_missing_empty_and_of_no_module(paths):
    dataset = dcmread(paths[0])
    del dataset.StudyID
    dataset.ContentDate, dataset.KVP = "", "120"
    assert errors_by_tables(dataset) == [
        "StudyID of general-study is missing",
        "ContentDate of sr-document-general is empty",
        "KVP is of no module",
    ]


def test_dciodvfy_tells_what_is_missing(paths, tmp_path):
    dataset = dcmread(paths[0])
    del dataset.CompletionFlag
    dataset.save_as(tmp_path / "broken.dcm")
    assert any("CompletionFlag" in line for line in errors_of_dciodvfy(tmp_path / "broken.dcm"))
