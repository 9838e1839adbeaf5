"""Studies that a worker has scored, and everything that readers do with them."""

import gzip
import io
import json
import re
import threading
import zipfile

import jsonschema
import numpy as np
import pytest
import SimpleITK
from click.testing import CliRunner
from PIL import Image

from hemoscope import Predictor
from hemoscope.cli import main
from hemoscope.store.scorer import BundleScorer
from hemoscope.store.store import Store
from hemoscope.store.worker import Worker
from tests.results.test_document import SCHEMA
from tests.web.hostile import study as draw
from tests.web.serving import is_problem, serving


def work(settings) -> None:
    """Score what waits."""
    with Store(settings.folder, settings.store_url, keep_pixels_days=settings.keep_pixels_days) as store:
        Worker(store, BundleScorer(settings.bundle, operating_point=settings.operating_point)).run(until_empty=True)


def zipped(paths) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        for path in paths:
            archive.write(path, path.name)
    return stream.getvalue()


def send(client, name: str, content: bytes) -> str:
    answer = client.post("/api/v1/studies", files=[("files", (name, content))])
    assert answer.status_code == 202, answer.text
    return answer.json()["links"]["self"]


@pytest.fixture(scope="module")
def settings(new_settings, tmp_path_factory):
    return new_settings(tmp_path_factory.mktemp("service"))


@pytest.fixture(scope="module")
def paths(tmp_path_factory):
    return draw(tmp_path_factory.mktemp("drawn"))


@pytest.fixture(scope="module")
def client(settings):
    with serving(settings) as client:
        yield client


@pytest.fixture(scope="module")
def own(client, settings, paths):
    """The address of a study that was scored."""
    address = send(client, "head-ct.zip", zipped(paths))
    work(settings)
    return address


def test_a_study_gets_the_answer_that_the_command_line_gives(client, own, paths):
    study = client.get(own).json()
    [expected] = Predictor().predict_studies(paths[0].parent)
    assert (study["state"], study["progress"], study["probability"]) == ("scored", 1.0, expected.probability)
    assert study["decision"] == expected.decision
    [answer] = study["answers"]
    assert answer["key_slices"] == list(expected.key_slices)
    assert answer["slices"] == len(paths)
    assert answer["subtypes"] == {str(label): value for label, value in expected.subtypes.items()}
    listed = client.get("/api/v1/studies").json()["studies"]
    assert listed[0]["probability"] == expected.probability


def test_its_result_is_the_documented_json_and_names_no_path_of_the_server(client, own, settings):
    document = client.get(f"{own}/result").json()
    jsonschema.validate(document, SCHEMA)
    assert len(document["studies"]) == 1
    assert str(settings.folder) not in json.dumps(document)


def test_the_viewer_gets_a_volume_a_map_and_what_is_known_of_every_slice(client, own, paths):
    told = client.get(f"{own}/slices").json()
    assert (told["count"], told["unit"], told["has_maps"]) == (len(paths), "hu", True)
    images = []
    for name in ("volume", "maps"):
        answer = client.get(told[name])
        assert answer.headers["content-type"] == "application/gzip"
        assert answer.headers["etag"]
        assert "no-store" not in answer.headers["cache-control"]
        assert client.get(told[name], headers={"If-None-Match": answer.headers["etag"]}).status_code in (200, 304)
        assert gzip.decompress(answer.content)[344:348] == b"n+1\0"  # NIfTI-1, one file
        images.append(answer.content)
    assert len(told["slices"]) == told["count"]
    assert {label for one in told["slices"] for label in one["labels"]}


def test_a_volume_is_what_was_sent(client, own, tmp_path, paths):
    (tmp_path / "volume.nii.gz").write_bytes(client.get(f"{own}/volume.nii.gz").content)
    volume = SimpleITK.GetArrayFromImage(SimpleITK.ReadImage(str(tmp_path / "volume.nii.gz")))
    sent = SimpleITK.GetArrayFromImage(SimpleITK.ReadImage([str(path) for path in paths]))
    np.testing.assert_array_equal(volume, sent)


def test_every_slice_has_a_picture(client, own, paths):
    for number in range(len(paths)):
        answer = client.get(f"{own}/overlay/{number}.png")
        assert answer.headers["content-type"] == "image/png"
        with Image.open(io.BytesIO(answer.content)) as picture:
            assert picture.format == "PNG"
    assert is_problem(client.get(f"{own}/overlay/{len(paths)}.png"), 404, "service.nothing_to_show")
    assert client.get(f"{own}/overlay/-1.png").status_code == 422
    assert is_problem(client.get(f"{own}/slices?answer=1"), 404, "service.nothing_to_show")


def test_the_page_to_keep_runs_its_own_script_alone_and_apart_from_the_service(client, own):
    answer = client.get(f"{own}/page.html")
    policy = answer.headers["content-security-policy"]
    assert re.search(r"script-src 'sha256-[A-Za-z0-9+/=]+'", policy)
    assert "sandbox allow-scripts" in policy
    assert "frame-ancestors 'none'" in policy
    assert "Research use only" in answer.text


def test_events_end_with_the_final_state(client, settings, own, tmp_path):
    with client.stream("GET", f"{own}/events") as events:
        text = "".join(events.iter_text())
    assert text.startswith("event: study\ndata: ")
    assert json.loads(text.removeprefix("event: study\ndata: "))["state"] == "scored"
    waiting = send(client, "later.zip", zipped(draw(tmp_path / "later", name="later", seed=6)))
    worker = threading.Timer(1.0, work, [settings])
    with client.stream("GET", f"{waiting}/events") as events:
        worker.start()
        lines = list(events.iter_lines())
    worker.join()
    seen = [json.loads(line[6:])["state"] for line in lines if line.startswith("data: ")]
    assert seen[0] == "queued"
    assert seen[-1] == "scored"


def test_the_same_study_sent_twice_is_scored_once_and_deleted_apart(client, settings, own, paths, tmp_path):
    again = send(client, "again.zip", zipped(paths))
    work(settings)
    assert client.get(again).json()["probability"] == client.get(own).json()["probability"]
    results = list((settings.folder / "results").iterdir())
    assert client.delete(again).status_code == 204
    assert list((settings.folder / "results").iterdir()) == results
    assert client.get(f"{own}/volume.nii.gz").status_code == 200


def test_readers_say_what_they_think_and_the_last_word_counts(client, own):
    first = client.post(f"{own}/verdicts", json={"opinion": "agree"})
    assert first.status_code == 201
    told = first.json()
    assert (told["reader"], told["opinion"]) == ("local", "agree")
    assert told["has_hemorrhage"] == (client.get(own).json()["decision"] == "positive")
    body = {"opinion": "disagree", "reason": "<b>calcification</b>", "has_hemorrhage": True, "subtypes": ["subdural"]}
    client.post(f"{own}/verdicts", json=body)
    said = client.get(f"{own}/verdicts").json()["verdicts"]
    assert [one["opinion"] for one in said] == ["agree", "disagree"]
    assert said[1]["reason"] == "<b>calcification</b>"
    assert said[1]["subtypes"] == ["subdural"]
    assert client.get(own).json()["verdict"] == "disagree"
    assert client.get("/api/v1/studies", params={"verdict": "disagree"}).json()["total"] == 1


@pytest.mark.parametrize(
    "wrong",
    [{}, {"opinion": "maybe"}, {"opinion": "agree", "subtypes": ["any"]}, {"opinion": "agree", "reason": "x" * 2001},
     {"opinion": "agree", "reader": "boss"}],
)  # fmt: skip
def test_a_verdict_that_makes_no_sense_is_a_bad_request(client, own, wrong):
    assert is_problem(client.post(f"{own}/verdicts", json=wrong), 422, "service.bad_request")


def test_the_export_is_a_collection_that_evaluate_takes(new_settings, tmp_path):
    settings = new_settings(tmp_path / "service")
    with serving(settings) as client:
        labels = {}
        for seed in range(4):
            content = zipped(draw(tmp_path / str(seed), name=f"study {seed}", seed=seed))
            own = send(client, f"{seed}.zip", content)
            labels[own] = seed % 2 == 0
        work(settings)
        for own, label in labels.items():
            said = {"opinion": "agree", "has_hemorrhage": label, "subtypes": ["intraparenchymal"] if label else []}
            client.post(f"{own}/verdicts", json=said)
        probabilities = {own: client.get(own).json()["probability"] for own in labels}
        table = client.get("/api/v1/verdicts.csv")
    assert table.headers["content-type"] == "text/csv; charset=utf-8"
    (settings.folder / "verdicts.csv").write_bytes(table.content)
    told = CliRunner().invoke(
        main, ["evaluate", "shipped", str(settings.folder / "verdicts.csv"), "--draws", "100", "--json"]
    )
    assert told.exit_code == 0, told.output + str(told.exception)
    document = json.loads(told.stdout)
    judged = {case["id"]: (case["label"], case["probability"]) for case in document["cases"]}
    expected = {own.rsplit("/", 1)[1]: (int(label), probabilities[own]) for own, label in labels.items()}
    assert judged == {study: (label, pytest.approx(score, abs=1e-3)) for study, (label, score) in expected.items()}


def test_nothing_is_shown_of_what_retention_removed(new_settings, tmp_path, paths):
    settings = new_settings(tmp_path / "service", keep_pixels_days=0)
    with serving(settings) as client:
        own = send(client, "gone.zip", zipped(paths))
        work(settings)
        study = client.get(own).json()
        assert (study["state"], study["has_pixels"]) == ("scored", False)
        for path in ("slices", "volume.nii.gz", "overlay/0.png", "page.html"):
            assert is_problem(client.get(f"{own}/{path}"), 410, "service.pixels_gone")
        assert client.get(f"{own}/result").status_code == 200
    left = [path for kind in ("incoming", "results") for path in (settings.folder / kind).rglob("*") if path.is_file()]
    assert left == []


def test_who_looked_stands_in_the_audit_trail(client, own, settings):
    client.get(f"{own}/slices")
    with Store(settings.folder, settings.store_url) as store:
        rows = list(store.audit.rows())
        assert store.audit.verify().broken is None
    seen = [row for row in rows if row.event == "viewed"]
    assert {row.subject for row in seen} >= {own.rsplit("/", 1)[1]}
    assert "head-ct" not in "".join(row.details for row in rows)


def test_a_study_goes_all_the_way(new_settings, tmp_path, paths):
    settings = new_settings(tmp_path / "service")
    with serving(settings) as client:
        own = send(client, "head.zip", zipped(paths))
        assert client.get("/api/v1/studies", params={"q": "HEAD", "state": "queued"}).json()["total"] == 1
        work(settings)
        study = client.get(own).json()
        assert study["state"] == "scored"
        assert client.get(f"{own}/slices").json()["count"] == 6
        assert client.post(f"{own}/verdicts", json={"opinion": "agree"}).status_code == 201
        wanted = {"decision": study["decision"], "verdict": "agree", "is_read": True, "sort": "probability"}
        assert client.get("/api/v1/studies", params=wanted).json()["total"] == 1
        assert len(client.get("/api/v1/verdicts.csv").text.splitlines()) == 7
        told = client.get("/api/v1/monitoring", params={"days": 1}).json()
        assert sum(one["agree"] for one in told["agreement"]) == 1
        assert client.delete(own).status_code == 204
        assert is_problem(client.get(own), 404, "service.unknown_study")
    assert (settings.folder / "hemoscope.db").exists() == (settings.store_url is None)


def test_monitoring_tells_how_it_goes(client, own):
    told = client.get("/api/v1/monitoring", params={"days": 1}).json()
    states = {one["name"]: one["count"] for one in told["states"]}
    assert states["scored"] >= 1
    assert sum(one["finished"] for one in told["throughput"]) >= 1
    assert told["latency"]["median_s"] > 0
    assert told["drift"]["reading"] == "too few studies"
    assert f'hemoscope_studies{{state="scored"}} {states["scored"]}.0' in client.get("/metrics").text


def test_it_is_ready_as_long_as_a_worker_lives(client, own):
    assert client.get("/ready").status_code == 503
    assert client.get("/ready").json() == {"status": "failing"}
