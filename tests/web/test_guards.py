"""What every request passes: names, origins, bounds, patience, headers."""

import contextlib
import time
from dataclasses import replace

import httpx
import pytest

from hemoscope.errors import ServiceError
from hemoscope.web.guards import check_names
from hemoscope.web.settings import Connections, ServiceSettings, UploadBounds
from tests.web.serving import is_problem, raw, serving


@pytest.fixture(scope="module")
def settings(tmp_path_factory):
    return ServiceSettings(
        tmp_path_factory.mktemp("service"),
        uploads=UploadBounds(idle_s=0.5, total_s=1.5, max_bytes=1 << 20),
        connections=Connections(head_s=0.5, send_s=0.5, linger_s=0.2),
    )


@pytest.fixture(scope="module")
def client(settings):
    with serving(settings) as client:
        yield client


def test_every_answer_binds_the_browser(client):
    for path in ("/health", "/nothing"):
        headers = client.get(path).headers
        policy = headers["content-security-policy"]
        assert "default-src 'none'" in policy
        assert "frame-ancestors 'none'" in policy
        assert "unsafe-inline" not in policy
        assert "unsafe-eval'" not in policy.replace("wasm-unsafe-eval'", "")
        assert "http" not in policy  # nothing of anybody else
        assert headers["x-content-type-options"] == "nosniff"
        assert headers["referrer-policy"] == "no-referrer"
        assert "server" not in headers


def test_a_name_pointed_here_by_another_site_is_not_answered(client):
    assert is_problem(client.get("/health", headers={"Host": "evil.example"}), 421, "service.bad_host")
    assert client.get("/health", headers={"Host": "localhost:1"}).status_code == 200
    assert client.get("/health", headers={"Host": "[::1]:8642"}).status_code == 200


@pytest.mark.parametrize("host", ["[", "", "evil.example:127.0.0.1", "127.0.0.1.evil.example", "user@evil.example"])
def test_no_odd_host_passes_for_ours(host):
    with pytest.raises(ServiceError, match="bad_host"):
        check_names({"host": host}, "GET", ServiceSettings(None))


def test_with_tokens_any_name_is_answered_unless_names_are_given():
    everywhere = ServiceSettings(None, host="0.0.0.0")
    check_names({"host": "ward.example"}, "GET", everywhere)
    with pytest.raises(ServiceError, match="bad_host"):
        check_names({"host": "ward.example"}, "GET", replace(everywhere, allowed_hosts=("ct.example",)))


@pytest.mark.parametrize(
    "headers",
    [
        {"Origin": "http://evil.example"},
        {"Origin": "null"},
        {"Origin": "http://127.0.0.1:1"},
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
    ],
)
def test_another_sites_page_changes_nothing(client, headers):
    answer = client.post("/api/v1/session", json={"token": "x"}, headers=headers)
    assert is_problem(answer, 403, "service.bad_origin")


def test_a_body_that_is_declared_too_large_is_refused_unread(client):
    with raw(client) as connection:
        head = "POST /api/v1/studies HTTP/1.1\r\nHost: localhost\r\nContent-Length: 10737418240\r\n"
        connection.sendall(f"{head}Content-Type: multipart/form-data; boundary=x\r\n\r\n".encode())
        answer = everything(connection)
    assert answer.startswith("HTTP/1.1 413 ")
    assert '"code":"service.too_large"' in answer


def everything(connection) -> str:
    """Read until the server closes the connection."""
    received = b""
    with contextlib.suppress(ConnectionError):
        while piece := connection.recv(65536):
            received += piece
    return received.decode()


@pytest.mark.parametrize("length", ["9" * 5000, "-1", "1e3"])
def test_an_odd_length_is_refused(client, length):
    with raw(client) as connection:
        connection.sendall(
            f"POST /api/v1/session HTTP/1.1\r\nHost: localhost\r\nContent-Length: {length}\r\n\r\n".encode()
        )
        assert connection.recv(65536).startswith((b"HTTP/1.1 400 ", b"HTTP/1.1 413 "))


def test_a_body_without_a_length_is_cut_at_the_bound(client):
    def pieces():
        for _ in range(100):
            yield b"x" * 1000

    assert is_problem(client.post("/api/v1/session", content=pieces()), 413, "service.too_large")


def closes_within(connection, seconds: float) -> bool:
    """Whether the server closes a connection on which nothing more is sent."""
    connection.settimeout(seconds)
    try:
        while connection.recv(65536):
            pass
    except TimeoutError:
        return False
    except ConnectionError:
        return True
    return True


def test_a_silent_connection_is_let_go(client):
    with raw(client) as connection:
        assert closes_within(connection, 10)


def is_cut_short(connection, text: str) -> bool:
    """Whether the server lets go while a text is sent, 20 letters a second."""
    try:
        for letter in text:
            connection.sendall(letter.encode())
            time.sleep(0.05)
    except ConnectionError:
        return True
    return False


def test_a_head_that_drips_is_let_go(client):
    with raw(client) as connection:
        assert is_cut_short(connection, "GET /health HTTP/1.1\r\n" + "X-Slow: y\r\n" * 10)


def test_a_second_head_that_drips_is_let_go(client):
    with raw(client) as connection:
        connection.sendall(b"GET /health HTTP/1.1\r\nHost: localhost\r\n\r\n")
        assert connection.recv(65536).startswith(b"HTTP/1.1 200 ")
        assert is_cut_short(connection, "GET /health HTTP/1.1\r\n" * 6)


def test_a_body_that_stalls_is_refused(client):
    with raw(client) as connection:
        connection.sendall(b"POST /api/v1/session HTTP/1.1\r\nHost: localhost\r\nContent-Length: 100\r\n\r\n{")
        assert connection.recv(65536).startswith(b"HTTP/1.1 408 ")
        assert closes_within(connection, 10)


def test_a_body_that_drips_is_refused_when_its_time_is_over(client):
    with raw(client) as connection:
        connection.sendall(b"POST /api/v1/session HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1000\r\n\r\n")
        connection.settimeout(0.1)
        for _ in range(100):
            connection.sendall(b" ")
            try:
                answer = connection.recv(65536)
            except TimeoutError:
                continue
            break
        assert answer.startswith(b"HTTP/1.1 408 ")


def test_whoever_sends_on_after_a_refusal_is_let_go(client):
    with raw(client) as connection:
        connection.sendall(b"POST /nothing HTTP/1.1\r\nHost: localhost\r\nContent-Length: 60000\r\n\r\n")
        assert connection.recv(65536).startswith(b"HTTP/1.1 404 ")
        assert is_cut_short(connection, "x" * 100)


def test_a_connection_whose_refused_body_has_ended_serves_on(client):
    with raw(client) as connection, connection.makefile("rb") as answers:
        connection.sendall(b"POST /nothing HTTP/1.1\r\nHost: localhost\r\nContent-Length: 10\r\n\r\n")
        assert answers.readline().startswith(b"HTTP/1.1 404 ")
        connection.sendall(b"0123456789")
        time.sleep(1.0)  # longer than the server lingers, and than a head may take
        connection.sendall(b"GET /health HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")
        assert b"HTTP/1.1 200 OK" in answers.read()


def test_many_methods_are_one_kind_in_the_metrics(client):
    for method in ("BREW", "WHEN"):
        assert client.request(method, "/health").status_code == 405
    assert 'method="OTHER",route="/health"' in client.get("/metrics").text
    assert "BREW" not in client.get("/metrics").text


def test_no_made_up_address_stands_in_the_metrics(client):
    client.get("/SMITH-JOHN-1950")
    assert "SMITH" not in client.get("/metrics").text


def test_too_many_requests_are_told_when_to_come_again(tmp_path, settings):
    rates = replace(settings.rates, requests="5/minute")
    with serving(replace(settings, folder=tmp_path, rates=rates)) as client:
        answers = [client.get("/health") for _ in range(6)]
    assert [answer.status_code for answer in answers[:5]] == [200] * 5
    assert is_problem(answers[5], 429, "service.too_often")
    assert 1 <= int(answers[5].headers["retry-after"]) <= 60


def test_deep_json_is_a_bad_request(client):
    assert is_problem(client.post("/api/v1/session", content="[" * 60_000), 422, "service.bad_request")
    deep = '{"inputs":' + "[" * 1_000_000
    assert client.post("/v2/models/map-net/infer", content=deep).status_code in (400, 422)


def test_huge_json_is_refused_before_it_is_read(client):
    huge = {"token": "x", "more": list(range(100_000))}
    assert is_problem(client.post("/api/v1/session", json=huge), 413, "service.too_large")
    tensor = {"name": "inputs", "datatype": "FP32", "shape": [1], "data": [0.5] * 3_000_000}
    assert is_problem(client.post("/v2/models/map-net/infer", json={"inputs": [tensor]}), 413, "service.too_large")


def test_a_wrong_value_is_not_said_back(client):
    answer = client.post("/api/v1/session", json={"token": "secret" * 100, "SMITH": 1})
    assert is_problem(answer, 422, "service.bad_request")
    assert "secret" not in answer.text


def test_what_nobody_foresaw_is_told_without_a_word_of_its_own(settings, tmp_path, caplog, monkeypatch):
    def fail(*_: object) -> None:
        raise RuntimeError("PATIENT SMITH")

    monkeypatch.setattr("hemoscope.models.bundle.Bundle.summary", fail)
    with serving(replace(settings, folder=tmp_path)) as client:
        answer = client.get("/api/v1/about")
    assert is_problem(answer, 500, "service.internal")
    assert len(answer.json()["incident"]) == 12
    assert answer.json()["incident"] in caplog.text
    assert "RuntimeError" in caplog.text
    assert "SMITH" not in answer.text + caplog.text


def test_a_client_that_takes_nothing_is_let_go(client):
    requests = b"GET /api/v1/openapi.json HTTP/1.1\r\nHost: localhost\r\n\r\n" * 400_000
    with raw(client) as connection, pytest.raises(ConnectionError):
        connection.sendall(requests)


def test_health_needs_nothing(client):
    assert client.get("/health").json() == {"status": "ok"}
    assert isinstance(client, httpx.Client)
