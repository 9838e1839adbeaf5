"""The DICOM objects and FHIR of studies that a worker has scored, by the API."""

import io
import json
import zipfile

import pytest
from fhir.resources.R4B.bundle import Bundle
from PIL import Image
from pydicom import dcmread

from hemoscope.store.store import Store
from tests.datasets.layouts import draw_picture
from tests.results.dicom.validators import errors_of_dciodvfy
from tests.web.hostile import study as draw
from tests.web.serving import is_problem, serving
from tests.web.test_scored import send, work, zipped


@pytest.fixture(scope="module")
def settings(new_settings, tmp_path_factory):
    return new_settings(tmp_path_factory.mktemp("service"))


@pytest.fixture(scope="module")
def client(settings):
    with serving(settings) as client:
        yield client


@pytest.fixture(scope="module")
def paths(tmp_path_factory):
    return draw(tmp_path_factory.mktemp("drawn"))


@pytest.fixture(scope="module")
def own(client, settings, paths):
    address = send(client, "head-ct.zip", zipped(paths))
    work(settings)
    return address


def test_a_study_that_came_as_dicom_has_objects(client, own, paths, tmp_path):
    assert [one["has_objects"] for one in client.get(own).json()["answers"]] == [True]
    told = client.get(f"{own}/dicom").json()
    names = [one["name"] for one in told["objects"]]
    assert names[0] == "sr.dcm"
    assert names[-1].startswith("sc-")
    for one in told["objects"]:
        answer = client.get(one["link"])
        assert answer.headers["content-type"] == "application/dicom"
        assert len(answer.content) == one["size"]
        (tmp_path / one["name"]).write_bytes(answer.content)
        assert dcmread(tmp_path / one["name"]).StudyInstanceUID == dcmread(paths[0]).StudyInstanceUID
        assert errors_of_dciodvfy(tmp_path / one["name"]) == []


def test_the_archive_holds_them_all_and_is_always_the_same(client, own):
    told = client.get(f"{own}/dicom").json()
    first, again = client.get(told["archive"]), client.get(told["archive"])
    assert first.headers["content-type"] == "application/zip"
    assert first.content == again.content
    with zipfile.ZipFile(io.BytesIO(first.content)) as packed:
        assert packed.namelist() == [one["name"] for one in told["objects"]]
        assert packed.read("sr.dcm") == client.get(f"{own}/dicom/sr.dcm").content


def test_the_same_stands_in_fhir(client, own):
    answer = client.get(f"{own}/fhir.json")
    assert answer.headers["content-type"] == "application/fhir+json"
    Bundle.model_validate(answer.json())
    study = client.get(own).json()
    observation = next(
        entry["resource"] for entry in answer.json()["entry"] if entry["resource"]["resourceType"] == "Observation"
    )
    assert observation["component"][0]["valueQuantity"]["value"] == study["probability"]


def test_a_picture_has_none(client, settings):
    stream = io.BytesIO()
    Image.fromarray(draw_picture(label=1, seed=1)).save(stream, "PNG")
    picture = send(client, "head.png", stream.getvalue())
    work(settings)
    assert [one["has_objects"] for one in client.get(picture).json()["answers"]] == [False]
    for path in ("dicom", "dicom.zip", "dicom/sr.dcm", "fhir.json"):
        assert is_problem(client.get(f"{picture}/{path}"), 404, "service.nothing_to_show")


@pytest.mark.parametrize(
    "name", ["nothing.dcm", "..%2f..%2fstudy.db", "sr.dcm%00", "SR.DCM", "sc-1.dcm", "explanation.json"]
)
def test_no_other_file_can_be_had(client, own, name):
    assert client.get(f"{own}/dicom/{name}").status_code in (404, 422)
    assert is_problem(client.get(f"{own}/dicom/sc-9999.dcm"), 404, "service.nothing_to_show")


def test_who_took_objects_stands_in_the_trail(client, own, settings):
    with Store(settings.folder, settings.store_url) as store:
        before = sum(row.event == "viewed" for row in store.audit.rows())
        client.get(f"{own}/dicom/sr.dcm")
        assert sum(row.event == "viewed" for row in store.audit.rows()) == before + 1


def test_nothing_of_the_objects_stands_in_the_documented_json(client, own):
    assert json.loads(client.get(f"{own}/result").text)["objects"] == []
