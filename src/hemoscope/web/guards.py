"""What every request passes: errors caught, headers that bind the browser, host and origin checked, bodies bounded."""

import asyncio
import logging
import time
from collections.abc import Callable, Mapping
from typing import Final
from urllib.parse import urlsplit

from sqlalchemy.exc import DBAPIError
from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from hemoscope.errors import HemoscopeError, ServiceError
from hemoscope.store.database import is_away, unreachable
from hemoscope.web.problems import problem, unforeseen
from hemoscope.web.rates import REQUESTS, RateLimits
from hemoscope.web.settings import ServiceSettings, UploadBounds

log = logging.getLogger("hemoscope.web")
POLICY = (
    "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; style-src 'self'; img-src 'self' data: blob:; "
    "connect-src 'self'; worker-src 'self' blob:; font-src 'self'; manifest-src 'self'; base-uri 'none'; "
    "form-action 'self'; frame-ancestors 'none'"
)
"""Of our own page: nothing inline, nothing from elsewhere. Source: Content Security Policy Level 3."""
SAFE_METHODS: Final = frozenset({"GET", "HEAD", "OPTIONS"})
UPLOADS: Final = frozenset({"/api/v1/studies"})
INFER: Final = "/infer"
_DIGITS = 18
"""Of a length that any disk could hold."""
_HEADERS: Mapping[str, str] = {
    "Content-Security-Policy": POLICY,
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
    "X-Frame-Options": "DENY",
}


class Guards:
    """The outermost layer of the service.

    Args:
        app: What is guarded.
        settings: Of the service.
        rates: Counts what each address asks for.
        observe: Called with method, route, status and seconds of each request, for metrics and the log. The route is
            the pattern, never the address: what a client writes there may name a patient.
    """

    def __init__(
        self,
        app: ASGIApp,
        *,
        settings: ServiceSettings,
        rates: RateLimits,
        observe: Callable[[str, str, int, float], None],
    ) -> None:
        self._app, self._settings, self._rates, self._observe = app, settings, rates, observe

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        started, status = time.perf_counter(), 0

        async def sent(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                headers = MutableHeaders(scope=message)
                for name, value in _HEADERS.items():
                    headers.setdefault(name, value)
                headers.setdefault("Cache-Control", "no-store")
            await send(message)

        try:
            self._rates.take(REQUESTS, scope["client"][0] if scope.get("client") else "unknown")
            check_names(Headers(scope=scope), scope["method"], self._settings)
            await self._app(scope, _bounded(scope, receive, self._settings.uploads), sent)
        except HemoscopeError as error:
            await _tell(problem(error), is_begun=status != 0, scope=scope, receive=receive, send=sent)
        except Exception as error:  # no traceback, and none of its text, may reach a client or a log
            await _tell(_answer_to(error), is_begun=status != 0, scope=scope, receive=receive, send=sent)
        finally:
            route = getattr(scope.get("route"), "path", "-")
            self._observe(scope["method"], route, status, time.perf_counter() - started)


def _answer_to(error: Exception) -> Response:
    """Tell a database that is away from what nobody foresaw."""
    if isinstance(error, DBAPIError) and is_away(error):
        log.warning("the database does not answer: %s", type(error).__name__)
        return problem(unreachable())
    return unforeseen(error)


async def _tell(answer: Response, *, is_begun: bool, scope: Scope, receive: Receive, send: Send) -> None:
    """Answer with a problem; where another answer has begun, nothing is left but to end the connection."""
    if is_begun:
        raise ConnectionAbortedError from None
    await answer(scope, receive, send)


def check_names(headers: Mapping[str, str], method: str, settings: ServiceSettings) -> None:
    """Refuse requests for another name, as after DNS rebinding, and changes that come from another site's page.

    Raises:
        ServiceError: "service.bad_host" or "service.bad_origin".

    Source: Fetch Standard, "Origin"; Fetch Metadata, "Sec-Fetch-Site".
    """
    host = headers.get("host", "")
    if not settings.is_open_to_any_name and _name_in(host) not in settings.own_names:
        raise ServiceError(
            "service.bad_host",
            "The request is for a host name that this server does not answer to.",
            "Use the address that the server printed, or start it with --allow-host NAME.",
        )
    if method in SAFE_METHODS:
        return
    origin, site = headers.get("origin"), headers.get("sec-fetch-site")
    comes_from_here = origin is None or urlsplit(origin).netloc.lower() == host.lower()
    if not comes_from_here or site in ("cross-site", "same-site"):
        raise ServiceError(
            "service.bad_origin",
            "The request comes from a page of another site.",
            "Use the page of this server, or a program that is no browser.",
        )


def _name_in(host: str) -> str:
    """Return the name in a Host header, without port and brackets."""
    try:
        return (urlsplit(f"//{host}").hostname or "").lower()
    except ValueError:
        return ""


def _bounded(scope: Scope, receive: Receive, bounds: UploadBounds) -> Receive:
    """Count the bytes and seconds of a body, and refuse what its head already says to be too much."""
    path = scope["path"]
    most = bounds.max_bytes if path in UPLOADS else bounds.infer_bytes if path.endswith(INFER) else bounds.json_bytes
    declared = Headers(scope=scope).get("content-length", "0")
    if len(declared) > _DIGITS or (declared.isascii() and declared.isdigit() and int(declared) > most):
        raise too_large(most)
    taken, deadline = 0, time.monotonic() + bounds.total_s
    is_done = False

    async def receive_bounded() -> Message:
        nonlocal taken, is_done
        if is_done:  # who asks now waits for the client to go, which may take as long as it likes
            return await receive()
        wait = min(bounds.idle_s, deadline - time.monotonic())
        try:
            message = await asyncio.wait_for(receive(), max(wait, 0.0))
        except TimeoutError:
            raise ServiceError(
                "service.slow", "The request came too slowly.", "Send it again over a faster connection, or in parts."
            ) from None
        if message["type"] == "http.request":
            taken += len(message.get("body", b""))
            is_done = not message.get("more_body", False)
            if taken > most:
                raise too_large(most)
        return message

    return receive_bounded


def too_large(most: int) -> ServiceError:
    """Build the error for a body that is too large."""
    return ServiceError(
        "service.too_large", f"Expected at most {most:,} bytes in this request.", "Send less, or raise --max-bytes."
    )
