"""Server and workers together: started, kept alive, and ended cleanly."""

import logging
import signal
import socket
import threading
import webbrowser
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import replace
from types import FrameType

from hemoscope.errors import ServiceError
from hemoscope.results.dicom.answer import LACKING, is_installed
from hemoscope.store.pool import PoolSettings, WorkerPool
from hemoscope.store.store import Store
from hemoscope.terms import RESEARCH_USE_ONLY
from hemoscope.web.app import create_app
from hemoscope.web.server import make_server
from hemoscope.web.settings import ServiceSettings

BACKLOG = 2048
"""Connections that may wait to be taken."""
ANY_ADDRESS = frozenset({"0.0.0.0", "::", ""})
_LINE = "%(asctime)s %(levelname)s %(name)s %(message)s"


def run_service(settings: ServiceSettings, *, opens_browser: bool, say: Callable[[str], object]) -> None:
    """Serve until interrupted or terminated; workers end with the server, and put back what they have.

    Args:
        settings: Of the service; port 0 takes any that is free.
        opens_browser: Whether to open the page.
        say: Called with lines for whoever started it.

    Raises:
        BundleError: The bundle is incomplete, changed or of another version.
        ServiceError: "service.needs_tokens", "service.cannot_listen", or the store cannot be opened.
    """
    require_tokens(settings)
    with listen(settings) as listener:
        settings = replace(settings, port=listener.getsockname()[1])
        app = create_app(settings)
        _log_to_stderr()
        address = address_of(settings)
        say(f"Hemoscope answers at {address} ({RESEARCH_USE_ONLY} Ctrl-C ends it.)")
        if not is_installed():
            say(LACKING)
        if opens_browser:
            threading.Thread(target=webbrowser.open, args=(address,), daemon=True).start()
        with suppress(KeyboardInterrupt), _terminating_as_interrupting(), WorkerPool(pool_settings(settings)):
            make_server(app, settings).run(sockets=[listener])
    say("Hemoscope has ended; studies that wait are scored when it is started again.")


def require_tokens(settings: ServiceSettings) -> None:
    """Stop where everybody could ask and nobody could be told apart.

    Raises:
        ServiceError: "service.needs_tokens".
    """
    if not settings.needs_token:
        return
    with Store(settings.folder, settings.store_url) as store:
        if any(token.revoked_at is None for token in store.tokens.all()):
            return
    raise ServiceError(
        "service.needs_tokens",
        f"Expected at least one token where others than this machine can ask ({settings.host}); there is none.",
        "Make one first: hemoscope tokens add NAME --role read.",
    )


@contextmanager
def listen(settings: ServiceSettings) -> Iterator[socket.socket]:
    """Listen at the address.

    Raises:
        ServiceError: "service.cannot_listen".
    """
    family = socket.AF_INET6 if ":" in settings.host else socket.AF_INET
    try:
        listener = socket.create_server((settings.host, settings.port), family=family, backlog=BACKLOG)
    except OSError as error:
        raise ServiceError(
            "service.cannot_listen",
            f"Expected to listen at {settings.host}, port {settings.port}: {error.strerror or 'no reason given'}.",
            "Name another --port, or 0 for any free one, or an address of this machine as --host.",
        ) from error
    with listener:
        yield listener


def address_of(settings: ServiceSettings) -> str:
    """Return the address to open in a browser.

    >>> from pathlib import Path
    >>> address_of(ServiceSettings(Path("."), host="::1", port=80))
    'http://[::1]:80/'
    """
    scheme = "http" if settings.tls_certificate is None else "https"
    if settings.host in ANY_ADDRESS:
        host = settings.allowed_hosts[0] if settings.allowed_hosts else socket.gethostname()
    else:
        host = f"[{settings.host}]" if ":" in settings.host else settings.host
    return f"{scheme}://{host}:{settings.port}/"


def pool_settings(settings: ServiceSettings) -> PoolSettings:
    """Return what workers are told."""
    return PoolSettings(
        folder=settings.folder,
        url=settings.store_url,
        count=settings.workers,
        bundle=settings.bundle,
        operating_point=settings.operating_point,
        keep_pixels_days=settings.keep_pixels_days,
    )


@contextmanager
def _terminating_as_interrupting() -> Iterator[None]:
    """Let SIGTERM, which service managers send, end us as Ctrl-C does."""

    def interrupt(_: int, __: FrameType | None) -> None:
        raise KeyboardInterrupt

    before = signal.signal(signal.SIGTERM, interrupt)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)


def _log_to_stderr() -> None:
    logging.basicConfig(level=logging.INFO, format=_LINE)
    logging.getLogger("uvicorn").setLevel(logging.WARNING)
