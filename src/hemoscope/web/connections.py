"""Connections that do not wait for ever: uvicorn bounds how long one may be idle, not how slowly a head may come."""

import asyncio
from typing import Any

import h11
from uvicorn.protocols.http.h11_impl import H11Protocol

from hemoscope.web.settings import Connections

HEAD, SEND, LINGER = "head", "send", "linger"


class PatientProtocol(H11Protocol):
    """HTTP/1.1 that lets go of clients that send a head too slowly, take an answer too slowly, or send on unasked."""

    patience = Connections()

    def __init__(self, *arguments: Any, **named: Any) -> None:
        super().__init__(*arguments, **named)
        self.access_log = False  # its lines hold whole addresses, whatever a client wrote there; ours do not
        self._timers: dict[str, asyncio.TimerHandle] = {}

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Give the client its time for the first head."""
        super().connection_made(transport)
        self._start(HEAD, self.patience.head_s)

    def connection_lost(self, exc: Exception | None) -> None:
        """Stop the clocks."""
        for kind in (HEAD, SEND, LINGER):
            self._stop(kind)
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        """Start the clock with the first byte of a head, and stop it with the last."""
        super().data_received(data)
        if self.conn.their_state is not h11.SEND_BODY:  # the body that nobody wanted is over
            self._stop(LINGER)
        if self.conn.their_state is not h11.IDLE:
            self._stop(HEAD)
        elif self.conn.trailing_data[0]:
            self._start(HEAD, self.patience.head_s)
        elif self.timeout_keep_alive_task is None:  # the rest of a refused body was all that came
            handler = self.timeout_keep_alive_handler
            self.timeout_keep_alive_task = self.loop.call_later(self.timeout_keep_alive, handler)

    def on_response_complete(self) -> None:
        """Throw away what comes of a body that nobody wants, so that its sender can read why, but not for long."""
        super().on_response_complete()
        if self.conn.their_state is h11.SEND_BODY and not self.transport.is_closing():
            self._start(LINGER, self.patience.linger_s)

    def pause_writing(self) -> None:
        """Start the clock where a client takes nothing."""
        super().pause_writing()
        self._start(SEND, self.patience.send_s)

    def resume_writing(self) -> None:
        """Stop it where it takes again."""
        self._stop(SEND)
        super().resume_writing()

    def _start(self, kind: str, seconds: float) -> None:
        if kind not in self._timers:
            self._timers[kind] = self.loop.call_later(seconds, self._let_go)

    def _stop(self, kind: str) -> None:
        if kind in self._timers:
            self._timers.pop(kind).cancel()

    def _let_go(self) -> None:
        if not self.transport.is_closing():
            self.transport.abort()


def patient(connections: Connections) -> type[PatientProtocol]:
    """Return a protocol of this patience, as uvicorn takes it."""
    return type("PatientProtocol", (PatientProtocol,), {"patience": connections})
