"""Connections that do not wait for ever: uvicorn bounds how long one may be idle, not how slowly a head may come."""

import asyncio
from typing import Any

import h11
from uvicorn.protocols.http.h11_impl import H11Protocol

from hemoscope.web.settings import Connections


class PatientProtocol(H11Protocol):
    """HTTP/1.1 that lets go of clients that send a head too slowly, take an answer too slowly, or send on unasked."""

    patience = Connections()

    def __init__(self, *arguments: Any, **named: Any) -> None:
        super().__init__(*arguments, **named)
        self.access_log = False  # its lines hold whole addresses, whatever a client wrote there; ours do not
        self._head_timer: asyncio.TimerHandle | None = None
        self._send_timer: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Give the client its time for the first head."""
        super().connection_made(transport)
        self._head_timer = self.loop.call_later(self.patience.head_s, self._let_go)

    def connection_lost(self, exc: Exception | None) -> None:
        """Stop the clocks."""
        self._stop_head()
        self._stop_send()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        """Start the clock with the first byte of a head, and stop it with the last."""
        super().data_received(data)
        if self.conn.their_state is not h11.IDLE:
            self._stop_head()
        elif self._head_timer is None and not self.transport.is_closing():
            self._head_timer = self.loop.call_later(self.patience.head_s, self._let_go)

    def on_response_complete(self) -> None:
        """Do not read a body on that nobody wants."""
        super().on_response_complete()
        if self.conn.their_state is h11.SEND_BODY and not self.transport.is_closing():
            self.loop.call_later(self.patience.linger_s, self._let_go)

    def pause_writing(self) -> None:
        """Start the clock where a client takes nothing."""
        super().pause_writing()
        self._send_timer = self.loop.call_later(self.patience.send_s, self._let_go)

    def resume_writing(self) -> None:
        """Stop it where it takes again."""
        self._stop_send()
        super().resume_writing()

    def _stop_head(self) -> None:
        if self._head_timer is not None:
            self._head_timer.cancel()
            self._head_timer = None

    def _stop_send(self) -> None:
        if self._send_timer is not None:
            self._send_timer.cancel()
            self._send_timer = None

    def _let_go(self) -> None:
        if not self.transport.is_closing():
            self.transport.abort()


def patient(connections: Connections) -> type[PatientProtocol]:
    """Return a protocol of this patience, as uvicorn takes it."""
    return type("PatientProtocol", (PatientProtocol,), {"patience": connections})
