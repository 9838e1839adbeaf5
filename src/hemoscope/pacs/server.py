"""pynetdicom's server, which asks nobody in that it does not know and waits for nobody's handshake."""

import contextlib
import logging
import socket
import ssl
from typing import Any

from pynetdicom.transport import ThreadedAssociationServer

from hemoscope.pacs.settings import ListenSettings

log = logging.getLogger("hemoscope.pacs.listener")
HANDSHAKE_S = 10.0
BACKLOG = 256


class Server(ThreadedAssociationServer):
    """Takes connections; a handshake happens in the connection's own thread, so that a silent peer stops nobody.

    Args:
        entity: pynetdicom's application entity.
        settings: Of the listener.
        context: For TLS; None for plain connections.
        handlers: pynetdicom's events and who handles them.
    """

    daemon_threads = True
    request_queue_size = BACKLOG

    def __init__(
        self, entity: Any, settings: ListenSettings, context: ssl.SSLContext | None, handlers: list[Any]
    ) -> None:
        self._settings, self._context = settings, context
        super().__init__(
            entity,
            (settings.host, settings.port),
            settings.title,
            list(entity.supported_contexts),
            evt_handlers=handlers,
        )

    def verify_request(self, request: Any, client_address: Any) -> bool:
        """Close connections of addresses that no peer has."""
        if self._settings.may_connect(str(client_address[0])):
            return True
        log.warning("a connection from an address that no peer has was closed")
        return False

    def process_request_thread(self, request: Any, client_address: Any) -> None:
        """Shake hands first, where that is asked for."""
        if self._context is not None:
            request.settimeout(HANDSHAKE_S)
            try:
                request = self._context.wrap_socket(request, server_side=True)
            except (OSError, ssl.SSLError):
                log.warning("a connection without a proper TLS handshake was closed")
                with contextlib.suppress(OSError):
                    request.shutdown(socket.SHUT_RDWR)
                request.close()
                return
            request.settimeout(None)
        super().process_request_thread(request, client_address)

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Say that a connection failed, and not what it sent."""
        log.warning("a connection failed")
