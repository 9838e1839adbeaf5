"""What people with bad intentions send, all the way through a worker: a reason for each, and nothing else."""

from dataclasses import replace
from shutil import copytree

import pytest

from hemoscope.errors import BundleError
from hemoscope.models.bundle import shipped_bundle
from hemoscope.store.store import Store
from hemoscope.web.app import create_app
from tests.web import hostile
from tests.web.serving import is_problem, serving
from tests.web.test_scored import send, work


@pytest.fixture
def settings(new_settings, tmp_path):
    return new_settings(tmp_path / "service")


def outcome(settings, name: str, content: bytes) -> dict:
    """Send something, let a worker look at it, and return the study."""
    with serving(settings) as client:
        own = send(client, name, content)
        work(settings)
        study = client.get(own).json()
        assert client.get(f"{own}/result").status_code == 200
    return study


def codes(study: dict) -> set[str]:
    errors = [study["error"], *(answer["error"] for answer in study["answers"])]
    return {error["code"] for error in errors if error is not None}


def everything_in(folder) -> int:
    return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())


def test_a_zip_bomb_is_refused_and_leaves_nothing(settings, tmp_path):
    content = hostile.bomb(300 << 20)
    assert len(content) < 1 << 20
    study = outcome(settings, "study.zip", content)
    assert study["state"] == "failed"
    assert codes(study) == {"archive.ratio"}
    assert everything_in(settings.folder) < 2 << 20


@pytest.mark.parametrize(
    "name", ["../../escaped.dcm", "/tmp/escaped.dcm", "..\\..\\escaped.dcm", "a/../../escaped.dcm"]
)
def test_a_zip_that_leads_out_of_its_folder_writes_nothing_there(settings, tmp_path, name):
    study = outcome(settings, "study.zip", hostile.zipped({name: b"x" * 1000}))
    assert codes(study) == {"archive.unsafe_path"}
    assert not list(tmp_path.rglob("escaped*"))


def test_a_link_in_an_archive_is_not_followed(settings, tmp_path):
    secret = tmp_path / "secret.dcm"
    secret.write_bytes(b"secret")
    study = outcome(settings, "study.zip", hostile.with_link(str(secret)))
    assert codes(study) == {"archive.special_entry"}


def test_a_file_of_two_kinds_is_read_as_what_it_is_or_not_at_all(settings):
    with serving(settings) as client:
        own = send(client, "page.html", hostile.polyglot())
        work(settings)
        study = client.get(own).json()
        assert study["state"] in ("failed", "refused")
        page = client.get(f"{own}/result")
        assert page.headers["content-type"] == "application/json"
        assert page.headers["x-content-type-options"] == "nosniff"
    assert not [path for path in settings.folder.rglob("*.html") if b"alert(" in path.read_bytes()]


def test_a_script_in_a_tag_or_a_name_is_shown_as_text(settings, tmp_path):
    tags = dict.fromkeys(("PatientName", "StudyDescription", "SeriesDescription", "PatientID"), hostile.SCRIPT)
    paths = hostile.study(tmp_path / "drawn", **tags, InstitutionName=hostile.ATTRIBUTE, ProtocolName=hostile.ATTRIBUTE)
    entries = {f"{hostile.SCRIPT}/{hostile.ATTRIBUTE}{path.name}": path.read_bytes() for path in paths}
    with serving(settings) as client:
        own = send(client, f"{hostile.ATTRIBUTE}.zip", hostile.zipped(entries))
        work(settings)
        study = client.get(own)
        assert study.json()["state"] == "scored"
        assert "<img src=x onerror" in study.json()["name"]  # as JSON, which no browser runs
        page = client.get(f"{own}/page.html")
        names = [one["name"] for one in client.get(f"{own}/result").json()["studies"][0]["slices"]]
    assert study.headers["content-type"] == "application/json"
    assert any(hostile.ATTRIBUTE in name for name in names)
    for hostile_text in (hostile.SCRIPT, "<img src=x", "<script>alert"):
        assert hostile_text not in page.text
    assert "unsafe-inline" not in page.headers["content-security-policy"].split("script-src")[1].split(";")[0]


def test_a_bundle_with_a_changed_byte_serves_nothing(settings, tmp_path):
    bundle = tmp_path / "bundle"
    copytree(shipped_bundle(), bundle, ignore=lambda _, names: [name for name in names if name.startswith("__")])
    network = bytearray((bundle / "model.onnx").read_bytes())
    network[1000] ^= 1
    (bundle / "model.onnx").write_bytes(bytes(network))
    with pytest.raises(BundleError, match=r"model\.onnx is not the file that was exported.*\[bundle\.changed\]"):
        create_app(replace(settings, bundle=bundle))
    assert not settings.folder.exists()


def test_what_is_nothing_at_all_is_refused_with_a_reason(settings):
    with serving(settings) as client:
        addresses = [
            send(client, name, content)
            for name, content in {
                "empty.dcm": b"",
                "text.txt": b"hello",
                "torn.png": b"\x89PNG\r\n\x1a\n",
                "torn.zip": b"PK\x03\x04" + b"x" * 100,
                "deep.json": b"[" * 100_000,
                "noise.nii.gz": b"\x1f\x8b" + bytes(range(256)) * 10,
            }.items()
        ]
        work(settings)
        studies = [client.get(address).json() for address in addresses]
        for address, study in zip(addresses, studies, strict=True):
            assert study["state"] in ("failed", "refused"), study
            assert codes(study)
            assert all("unexpected" not in code for code in codes(study)), study
            answer = client.get(f"{address}/slices")
            assert is_problem(answer, 404, "service.nothing_to_show")
    with Store(settings.folder, settings.store_url) as store:
        assert store.audit.verify().broken is None
