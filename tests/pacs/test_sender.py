"""Results on their way: by C-STORE, to a webhook, as HL7, and to third parties without their patient."""

import hashlib
import hmac
import json
import socket
import threading
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any, ClassVar

import hl7
import pytest
from pydicom import dcmread

from hemoscope.deidentification.key import load_key
from hemoscope.pacs.notices import SIGNATURE, acknowledged, escaped, oru
from hemoscope.pacs.sender import KEY, Sender
from hemoscope.store.deliveries import DeliveryState
from hemoscope.store.store import Store
from hemoscope.store.tables import deliveries
from hemoscope.store.worker import Worker
from tests.deidentification.conftest import identify
from tests.ports import free_port
from tests.results.dicom.drawn import draw_study, objects_of
from tests.store.fake_scorer import FakeScorer
from tests.store.filling import submit

from .conftest import IGNORED

pytestmark = IGNORED


@pytest.fixture(scope="module")
def objects(tmp_path_factory) -> list[Any]:
    folder = tmp_path_factory.mktemp("drawn")
    draw_study(folder)
    made = objects_of(folder)
    return [one for some in made.values() for one in some]


@pytest.fixture
def scored(store: Store, objects, request) -> Store:
    """A store with a study that is to be sent to the destination of the test, and its objects."""
    url, options = request.param
    store.destinations.add("there", url, **options)
    submit(store, who="dicom:SCANNER")
    Worker(store, FakeScorer(), stopping=threading.Event()).run(until_empty=True)
    folder = store.files.result(store.deliveries.all()[0].result_id) / "dicom"
    folder.mkdir(parents=True)
    for number, one in enumerate(objects):
        kind = {"SR": "sr", "SEG": "seg", "KO": "kos"}.get(one.Modality, f"sc-{number:04d}")
        one.save_as(folder / f"{kind}.dcm", enforce_file_format=True)
    return store


def send(store: Store) -> tuple[DeliveryState, str | None]:
    """Send at once what is due; give how it went."""
    with store.database.writing() as connection:
        connection.execute(deliveries.update().values(not_before=None))
    Sender(store, stopping=threading.Event()).run(until_empty=True)
    (one,) = store.deliveries.all()
    return one.state, one.error_code


PORT = free_port()


@contextmanager
def archive(port: int, *, status: int = 0):
    """A Storage SCP that keeps what it gets."""
    from pynetdicom import AE, AllStoragePresentationContexts, evt

    got: list[Any] = []

    def keep(event: Any) -> int:
        dataset = event.dataset
        dataset.file_meta = event.file_meta
        got.append(dataset)
        return status

    entity = AE(ae_title="PACS")
    entity.supported_contexts = AllStoragePresentationContexts
    entity.require_called_aet = True
    server = entity.start_server(("127.0.0.1", port), block=False, evt_handlers=[(evt.EVT_C_STORE, keep)])
    try:
        yield got
    finally:
        server.shutdown()


there = pytest.mark.parametrize("scored", [(f"dicom://PACS@127.0.0.1:{PORT}", {})], indirect=True)


@there
def test_every_object_gets_to_the_archive_as_it_was(scored, objects):
    with archive(PORT) as got:
        assert send(scored) == (DeliveryState.DELIVERED, None)
    assert sorted(one.SOPInstanceUID for one in got) == sorted(one.SOPInstanceUID for one in objects)
    assert {one.StudyInstanceUID for one in got} == {objects[0].StudyInstanceUID}
    folder = scored.files.result(scored.deliveries.all()[0].result_id) / "dicom"
    by_uid = {one.SOPInstanceUID: one for one in map(dcmread, folder.glob("*.dcm"))}
    for one in got:
        assert one.to_json_dict() == by_uid[one.SOPInstanceUID].to_json_dict()


@there
def test_an_archive_that_is_away_gets_it_once_it_is_back(scored):
    assert send(scored) == (DeliveryState.WAITING, "delivery.unreachable")
    with archive(PORT) as got:
        assert send(scored) == (DeliveryState.DELIVERED, None)
    assert got


@there
def test_an_archive_that_does_not_store_is_tried_again(scored):
    with archive(PORT, status=0xA700):
        assert send(scored) == (DeliveryState.WAITING, "delivery.not_stored")
    with archive(PORT, status=0xB000):
        assert send(scored) == (DeliveryState.DELIVERED, None)


@pytest.mark.parametrize(
    "scored",
    [(f"dicom://OTHER@127.0.0.1:{PORT}", {}), (f"dicom://PACS@127.0.0.1:{PORT}", {"kinds": ("sr",)})],
    indirect=True,
)
def test_a_title_that_is_not_the_archives_is_refused_and_kinds_are_kept_to(scored):
    with archive(PORT) as got:
        state, code = send(scored)
    if scored.destinations.all()[0].kinds == ("sr",):
        assert (state, [one.Modality for one in got]) == (DeliveryState.DELIVERED, ["SR"])
    else:
        assert (state, code) == (DeliveryState.WAITING, "delivery.refused")


@there
def test_a_study_without_objects_is_told_as_nothing_to_send(scored):
    for path in scored.files.result(scored.deliveries.all()[0].result_id).rglob("*.dcm"):
        path.unlink()
    assert send(scored) == (DeliveryState.NOTHING, None)


@pytest.mark.parametrize("scored", [(f"dicom://PACS@127.0.0.1:{PORT}", {"is_third_party": True})], indirect=True)
def test_a_third_party_gets_nothing_that_names_the_patient(scored, objects):
    folder = scored.files.result(scored.deliveries.all()[0].result_id) / "dicom"
    report = identify(dcmread(folder / "sr.dcm"))
    report.save_as(folder / "sr.dcm")
    with archive(PORT) as got:
        assert send(scored) == (DeliveryState.DELIVERED, None)
    key = load_key(scored.folder / KEY)
    told = " ".join(one.to_json() for one in got)
    for word in ("Quixotewicz", "7731904", "Zubrowka", "Strangelove", objects[0].StudyInstanceUID):
        assert word not in told
    assert {one.StudyInstanceUID for one in got} == {key.uid(objects[0].StudyInstanceUID)}
    assert {one.PatientIdentityRemoved for one in got} == {"YES"}
    assert {one.Modality for one in got} == {"SR", "SEG", "KO"}


@pytest.mark.parametrize(
    "scored", [(f"dicom://PACS@127.0.0.1:{PORT}", {"is_third_party": True, "kinds": ("sc",)})], indirect=True
)
def test_where_only_pictures_are_wanted_a_third_party_gets_nothing(scored):
    assert send(scored) == (DeliveryState.NOTHING, None)


class Hook(BaseHTTPRequestHandler):
    got: ClassVar[list[tuple[dict[str, str], bytes]]] = []
    status = 200

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        type(self).got.append((dict(self.headers), body))
        self.send_response(type(self).status)
        if type(self).status == 302:
            self.send_header("Location", "/elsewhere")
        self.end_headers()

    def log_message(self, *_: Any) -> None:
        return


@contextmanager
def hook(port: int, status: int = 200):
    Hook.got, Hook.status = [], status
    server = HTTPServer(("127.0.0.1", port), Hook)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield Hook.got
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


@pytest.mark.parametrize(
    "scored", [(f"webhook+http://127.0.0.1:{PORT}/x", {"secret_env": "HOOK_SECRET"})], indirect=True
)
def test_a_webhook_gets_the_probability_signed(scored, objects, monkeypatch):
    assert send(scored) == (DeliveryState.WAITING, "destination.no_secret")
    monkeypatch.setenv("HOOK_SECRET", "s3cret")
    assert send(scored) == (DeliveryState.WAITING, "delivery.unreachable")
    with hook(PORT, status=500):
        assert send(scored) == (DeliveryState.WAITING, "delivery.refused")
    with hook(PORT) as got:
        assert send(scored) == (DeliveryState.DELIVERED, None)
    (headers, body), told = got[0], json.loads(got[0][1])
    assert headers[SIGNATURE] == "sha256=" + hmac.new(b"s3cret", body, hashlib.sha256).hexdigest()
    assert 0 <= told["probability"] <= 1
    assert told["decision"] in ("positive", "negative")
    assert told["study"] == {
        "StudyInstanceUID": objects[0].StudyInstanceUID,
        "AccessionNumber": str(objects[0].get("AccessionNumber", "") or ""),
    }
    assert told["research_use_only"].startswith("Research use only")


@pytest.mark.parametrize("scored", [(f"webhook+http://127.0.0.1:{PORT}/x", {"is_third_party": True})], indirect=True)
def test_a_webhook_of_a_third_party_is_not_told_which_study(scored):
    with hook(PORT) as got:
        assert send(scored) == (DeliveryState.DELIVERED, None)
    assert json.loads(got[0][1])["study"] is None


@pytest.mark.parametrize("scored", [(f"webhook+http://127.0.0.1:{PORT}/x", {})], indirect=True)
def test_a_webhook_that_redirects_has_not_got_it(scored):
    with hook(PORT, status=302) as got:
        assert send(scored) == (DeliveryState.WAITING, "delivery.refused")
    assert len(got) == 1


@contextmanager
def receiver(port: int, code: str = "AA"):
    """An HL7 receiver that acknowledges one message."""
    got: list[str] = []

    def serve(server: socket.socket) -> None:
        connection, _ = server.accept()
        with connection:
            raw = b""
            while b"\x1c\x0d" not in raw:
                raw += connection.recv(4096)
            got.append(raw.strip(b"\x0b\x1c\r").decode("utf-8"))
            connection.sendall(b"\x0bMSH|^~\\&|A||B||20260101||ACK|1|P|2.5.1\rMSA|" + code.encode() + b"|1\r\x1c\x0d")

    with socket.create_server(("127.0.0.1", port)) as server:
        thread = threading.Thread(target=serve, args=(server,), daemon=True)
        thread.start()
        yield got
        thread.join(10)


@pytest.mark.parametrize("scored", [(f"mllp://127.0.0.1:{PORT}", {})], indirect=True)
def test_an_hl7_receiver_gets_a_preliminary_observation_and_must_accept_it(scored, objects):
    assert send(scored) == (DeliveryState.WAITING, "delivery.unreachable")
    with receiver(PORT, "AE"):
        assert send(scored) == (DeliveryState.WAITING, "delivery.refused")
    with receiver(PORT) as got:
        assert send(scored) == (DeliveryState.DELIVERED, None)
    message = hl7.parse(got[0])
    assert str(message.segment("MSH")[9]) == "ORU^R01^ORU_R01"
    values = {str(segment[3]).split("^")[0]: segment for segment in message.segments("OBX")}
    assert str(values["STUDY"][5]) == objects[0].StudyInstanceUID
    assert 0 <= float(str(values["PROBABILITY"][5])) <= 1
    assert str(values["DECISION"][5]).split("^")[0] in ("positive", "negative")
    assert {str(segment[11]) for segment in message.segments("OBX")} == {"P"}


def test_what_separates_is_escaped_and_a_patient_cannot_add_a_segment():
    told = {
        "delivery": "1", "probability": None, "status": "refused", "operating_point": None,
        "model": {"name": "a|b", "version": "1"},
        "study": {"AccessionNumber": "A|B^C\rOBX|9|NM|PROBABILITY", "PatientID": "1~2&3"},
    }  # fmt: skip
    message = oru(told)
    assert [line.partition("|")[0] for line in message.strip().split("\r")] == [
        "MSH",
        "PID",
        "OBR",
        "OBX",
        "OBX",
        "NTE",
    ]
    assert "1\\R\\2\\T\\3" in message
    assert escaped("a\nb") == "ab"


@pytest.mark.parametrize(
    ("text", "code"), [("", ""), ("MSH|x\rMSA|AR|1", "AR"), ("\x0bMSA|AA\x1c\r", "AA"), ("MSA", "")]
)
def test_the_code_of_an_acknowledgment_is_read(text, code):
    assert acknowledged(text) == code


def test_files_are_found_by_kind(tmp_path: Path):
    from hemoscope.pacs.sender import object_files

    (tmp_path / "dicom").mkdir()
    for name in ("sr", "seg", "kos", "sc-0001", "sc-0002"):
        (tmp_path / "dicom" / f"{name}.dcm").write_bytes(b"")
    assert [path.name for path in object_files(tmp_path, ("sc", "sr"))] == ["sc-0001.dcm", "sc-0002.dcm", "sr.dcm"]
    assert object_files(tmp_path / "none", ("sr",)) == []
