"""A DICOMweb server that answers otherwise than it should."""

import threading
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any

import pytest

from hemoscope.errors import InputError
from hemoscope.pacs.dicomweb import Web, token_of
from hemoscope.pacs.errors import DeliveryError
from hemoscope.pacs.pulling import submit_studies

from .conftest import IGNORED, submissions

pytestmark = IGNORED


@contextmanager
def server(status: int, body: bytes = b"", kind: str = "text/html"):
    seen: list[str | None] = []

    class Answer(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            seen.append(self.headers["Authorization"])
            self.send_response(status)
            self.send_header("Content-Type", kind)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: Any) -> None:
            return

    made = HTTPServer(("127.0.0.1", 0), Answer)
    thread = threading.Thread(target=made.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{made.server_address[1]}/dicom-web", seen
    finally:
        made.shutdown()
        thread.join()
        made.server_close()


@pytest.mark.parametrize(
    ("status", "body", "code"),
    [
        (401, b"", "dicomweb.not_allowed"),
        (403, b"", "dicomweb.not_allowed"),
        (404, b"", "dicomweb.no_study"),
        (500, b"", "dicomweb.failed"),
        (200, b"<html>", "dicomweb.not_dicomweb"),
    ],
)
def test_each_answer_that_is_none_has_its_code(status, body, code):
    with server(status, body) as (url, _), pytest.raises(DeliveryError) as caught:
        Web(url).find({"StudyDate": "20240301"})
    assert caught.value.code == code
    assert url not in str(caught.value)


def test_nobody_there_is_told():
    with pytest.raises(DeliveryError) as caught:
        Web("http://127.0.0.1:9/dicom-web").find({})
    assert caught.value.code == "delivery.unreachable"


def test_a_token_goes_in_a_header_and_must_be_set(monkeypatch):
    monkeypatch.setenv("PACS_TOKEN", "t0ken")
    with server(404) as (url, seen), pytest.raises(DeliveryError):
        Web(url, token=token_of("PACS_TOKEN")).find({})
    assert seen[0] == "Bearer t0ken"
    with pytest.raises(InputError) as caught:
        token_of("NO_SUCH_TOKEN")
    assert caught.value.code == "destination.no_secret"


def test_a_study_that_does_not_come_costs_the_others_nothing_and_leaves_nothing(store, tmp_path):
    with server(404) as (url, _):
        failed = submit_studies(Web(url), ["1.2", "1.3"], store, on_progress=lambda *_: None)
    assert [error.code for error in failed] == ["dicomweb.no_study"] * 2
    assert submissions(store) == []
    assert list((store.files.root / "arriving").iterdir()) == []


def test_plain_http_reaches_this_machine_alone():
    with pytest.raises(InputError) as caught:
        Web("http://192.0.2.1/dicom-web")
    assert caught.value.code == "destination.clear_text"
