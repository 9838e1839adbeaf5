"""A real server on loopback for tests: its own thread, its own port."""

import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace

import httpx

from hemoscope.web.app import create_app
from hemoscope.web.server import make_server
from hemoscope.web.settings import ServiceSettings


@contextmanager
def serving(settings: ServiceSettings) -> Iterator[httpx.Client]:
    """Serve, and yield a client with the server's address."""
    listener = socket.create_server((settings.host, 0))
    port = listener.getsockname()[1]
    settings = replace(settings, port=port)
    server = make_server(create_app(settings), settings)
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]}, daemon=True)
    thread.start()
    try:
        while not server.started:
            assert thread.is_alive(), "the server did not start"
            time.sleep(0.01)
        with httpx.Client(base_url=f"http://127.0.0.1:{port}", timeout=60) as client:
            yield client
    finally:
        server.should_exit = True
        thread.join(20)
        assert not thread.is_alive(), "the server did not stop"


def is_problem(response: httpx.Response, status: int, code: str) -> bool:
    """Whether a response is this problem, whole: RFC 9457 with a code, a next step, and no traceback."""
    told = response.json()
    assert (response.status_code, told["status"], told["code"]) == (status, status, code), response.text
    assert response.headers["content-type"] == "application/problem+json"
    assert told["type"] == f"urn:hemoscope:error:{code}"
    assert told["detail"]
    assert told["next_step"]
    assert "Traceback" not in response.text
    return True


def raw(client: httpx.Client) -> socket.socket:
    """Open a bare connection to the server of a client."""
    return socket.create_connection((client.base_url.host, client.base_url.port or 80), timeout=20)
