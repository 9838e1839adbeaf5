"""`hemoscope serve` as a process: it starts, answers, and ends; nothing is lost whatever is killed."""

import os
import random
import re
import shutil
import signal
import socket
import ssl
import subprocess
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from pathlib import Path

import httpx
import pytest
from click.testing import CliRunner

from hemoscope.cli import main
from hemoscope.store.pool import STORE_URL
from hemoscope.store.records import Role
from hemoscope.store.store import Store
from tests.missing import missing
from tests.store.whole import check_whole
from tests.web.hostile import study as draw
from tests.web.test_scored import send, zipped

WAIT_S = 120
"""For what takes seconds on an idle machine."""


@contextmanager
def served(folder: Path, *options: str, is_ended: bool = True):
    """Run the command, and yield its process and a client."""
    command = [sys.executable, "-m", "hemoscope", "serve", "--port", "0", "--folder", str(folder), *options]
    log = folder.parent / f"{folder.name}.log"
    with log.open("ab") as stderr:
        start = log.stat().st_size
        process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=stderr, start_new_session=True)
        try:
            with httpx.Client(base_url=find_address(process, log, start), timeout=30) as client:
                yield process, client
        finally:
            if process.poll() is None:
                process.send_signal(signal.SIGINT if is_ended else signal.SIGKILL)
            process.communicate(timeout=WAIT_S)


def find_address(process, log: Path, start: int) -> str:
    """Wait for the address that the command prints."""
    for _ in range(WAIT_S * 10):
        if found := re.search(rb"answers at (https?://\S+)", log.read_bytes()[start:]):
            return found[1].decode()
        assert process.poll() is None, log.read_text()
        time.sleep(0.1)
    raise AssertionError(log.read_text())


def wait_for(ask, *, until):
    """Ask until the answer is as wanted."""
    for _ in range(WAIT_S * 5):
        with suppress(httpx.TransportError):
            if until(answer := ask()):
                return answer
        time.sleep(0.2)
    raise AssertionError(answer)


def is_final(study: dict) -> bool:
    return study["state"] in ("scored", "refused", "failed")


def children(pid: int) -> list[int]:
    told = [task.read_text() for task in Path(f"/proc/{pid}/task").glob("*/children")]
    return [int(child) for child in " ".join(told).split()]


@pytest.fixture(scope="module")
def archive(tmp_path_factory):
    return zipped(draw(tmp_path_factory.mktemp("drawn")))


def test_it_scores_what_is_sent_and_ends_with_ctrl_c(tmp_path, archive):
    with served(tmp_path / "service") as (process, client):
        own = send(client, "head.zip", archive)
        study = wait_for(lambda: client.get(own).json(), until=is_final)
        assert study["state"] == "scored"
        assert wait_for(lambda: client.get("/ready"), until=lambda answer: answer.status_code == 200)
        workers = children(process.pid)
        process.send_signal(signal.SIGINT)
        assert process.wait(WAIT_S) == 0
    assert len(workers) == 1
    assert not any(Path(f"/proc/{pid}").exists() for pid in workers)
    log = (tmp_path / "service.log").read_text()
    assert "Research use only" in log
    assert "Traceback" not in log
    assert own.rsplit("/", 1)[1] not in "".join(line for line in log.splitlines() if "web.access" in line)


def test_it_ends_with_sigterm_as_service_managers_want(tmp_path):
    with served(tmp_path / "service") as (process, _):
        workers = children(process.pid)
        process.terminate()
        assert process.wait(WAIT_S) == 0
    assert not any(Path(f"/proc/{pid}").exists() for pid in workers)


@pytest.mark.slow
def test_kills_of_server_and_workers_lose_no_study_that_was_accepted(new_settings, tmp_path, monkeypatch):
    settings = new_settings(tmp_path / "service")
    if settings.store_url is not None:
        monkeypatch.setenv(STORE_URL, settings.store_url)
    studies = [zipped(draw(tmp_path / str(seed), name=f"study {seed}", seed=seed, slices=3)) for seed in range(6)]
    accepted: list[str] = []
    for _ in range(4):
        serving = served(settings.folder, "--workers", "2", is_ended=False)
        with serving as (process, client), sending(client.base_url, studies, accepted):
            for _ in range(3):
                time.sleep(random.uniform(0.0, 2.0))
                if workers := children(process.pid):
                    with suppress(ProcessLookupError):  # one that has just ended
                        os.kill(random.choice(workers), signal.SIGKILL)
            os.kill(process.pid, signal.SIGKILL)
    assert accepted
    with served(settings.folder, "--workers", "2") as (_, client):
        waiting = {"state": ["queued", "scoring"]}
        wait_for(lambda: client.get("/api/v1/studies", params=waiting).json(), until=lambda told: told["total"] == 0)
    with Store(settings.folder, settings.store_url) as store:
        check_whole(store, accepted, most=len(studies))


@contextmanager
def sending(address, studies: list[bytes], accepted: list[str]):
    """Send one study after another, and note the ids that were told of, as long as the server lives."""
    ended = threading.Event()

    def send_on():
        with httpx.Client(base_url=address, timeout=30) as client, suppress(httpx.TransportError):
            while not ended.wait(0.3):
                answer = client.post("/api/v1/studies", files={"files": ("head.zip", random.choice(studies))})
                assert answer.status_code == 202, answer.text
                accepted.append(answer.json()["id"])

    with ThreadPoolExecutor(1) as thread:
        sender = thread.submit(send_on)
        yield
        ended.set()
        sender.result()


def test_it_does_not_listen_to_others_without_a_token(tmp_path):
    told = CliRunner().invoke(main, ["serve", "--host", "0.0.0.0", "--port", "0", "--folder", str(tmp_path)])
    assert told.exit_code == 1
    assert "[service.needs_tokens]" in told.stderr
    assert "hemoscope tokens add NAME --role read" in told.stderr


def test_with_a_token_it_listens_to_others_and_asks_for_it(tmp_path):
    with Store(tmp_path / "service") as store:
        token = store.tokens.add("room", [Role.READ])
    with served(tmp_path / "service", "--host", "0.0.0.0", "--workers", "0") as (_, client):
        port = client.base_url.port
        address = f"http://127.0.0.1:{port}/api/v1/studies"
        assert httpx.get(address).status_code == 401
        assert httpx.get(address, headers={"Authorization": f"Bearer {token}"}).status_code == 200


def test_a_port_that_is_taken_is_said(tmp_path):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        told = CliRunner().invoke(main, ["serve", "--port", port, "--folder", str(tmp_path)])
    assert told.exit_code == 1
    assert f"[service.cannot_listen]: Expected to listen at 127.0.0.1, port {port}" in told.stderr


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (["--keep-pixels", "soon"], "expected a number of days, none, or all"),
        (["--tls-key", __file__], "belong together"),
        (["--allow-path", "/nowhere/at/all"], "does not exist"),
    ],
)
def test_options_that_make_no_sense_are_said(tmp_path, options, message):
    told = CliRunner().invoke(main, ["serve", "--folder", str(tmp_path), *options])
    assert told.exit_code == 2
    assert message in told.stderr


def test_with_a_certificate_it_answers_over_tls_and_its_cookie_stays_there(tmp_path):
    certificate, key = tmp_path / "ct.pem", tmp_path / "ct.key"
    if shutil.which("openssl") is None:
        missing("openssl", "make system-packages, or install it in your system's way")
    made = ["req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "2"]
    subject = ["-subj", "/CN=localhost", "-addext", "subjectAltName=IP:127.0.0.1"]
    files = ["-keyout", str(key), "-out", str(certificate)]
    subprocess.run(["openssl", *made, *subject, *files], check=True, capture_output=True)
    with Store(tmp_path / "service") as store:
        token = store.tokens.add("room", [Role.READ])
    options = ["--tls-certificate", str(certificate), "--tls-key", str(key), "--require-tokens", "--workers", "0"]
    with served(tmp_path / "service", *options) as (_, client):
        assert client.base_url.scheme == "https"
        with httpx.Client(base_url=client.base_url, verify=ssl.create_default_context(cafile=certificate)) as trusting:
            answer = trusting.post("/api/v1/session", json={"token": token})
            assert "Secure" in answer.headers["set-cookie"]
            assert trusting.get("/api/v1/studies").status_code == 200
