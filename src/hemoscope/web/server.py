"""The server process: uvicorn with our patience, our log, and no header that says what it is."""

import uvicorn
from starlette.types import ASGIApp

from hemoscope.web.connections import patient
from hemoscope.web.settings import ServiceSettings

LARGEST_HEAD = 32 << 10
"""Bytes of a request's first line and headers."""
IDLE_S = 65
"""Seconds that a connection may be idle: longer than clients and proxies keep one, so that they close it first."""
GRACE_S = 5
"""Seconds for answers under way when the server is told to stop."""


def make_server(app: ASGIApp, settings: ServiceSettings) -> uvicorn.Server:
    """Return a server that listens once its `run` is called.

    Args:
        app: What answers.
        settings: Address, certificate and patience.
    """
    return uvicorn.Server(
        uvicorn.Config(
            app,
            host=settings.host,
            port=settings.port,
            http=patient(settings.connections),
            ws="none",
            log_config=None,
            access_log=False,
            server_header=False,
            proxy_headers=False,  # else any client on this machine could say that it is another
            limit_concurrency=settings.connections.most,
            h11_max_incomplete_event_size=LARGEST_HEAD,
            timeout_keep_alive=IDLE_S,
            timeout_graceful_shutdown=GRACE_S,
            ssl_certfile=settings.tls_certificate,
            ssl_keyfile=settings.tls_key,
        )
    )
