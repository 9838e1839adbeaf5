"""Errors as RFC 9457 has them: every HemoscopeError with its code; what nobody foresaw, without a word of its own."""

import http
import logging
import secrets
import traceback
from collections.abc import Iterable, Mapping
from typing import Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.responses import JSONResponse, Response

from hemoscope.errors import BundleError, HemoscopeError, InputError, ReadingError, RefusedError, ServiceError

log = logging.getLogger("hemoscope.web")
MEDIA_TYPE = "application/problem+json"
_STATUS = {
    "model.not_served": 404,
    "service.bad_request": 422,
    "service.bad_host": 421,
    "service.bad_origin": 403,
    "service.bad_upload": 400,
    "service.disk_full": 507,
    "service.forbidden": 403,
    "service.no_page": 404,
    "service.no_such_route": 404,
    "service.no_token": 401,
    "service.not_ready": 409,
    "service.nothing_to_show": 404,
    "service.path_not_allowed": 403,
    "service.pixels_gone": 410,
    "service.slow": 408,
    "service.too_large": 413,
    "service.too_many_files": 413,
    "service.too_often": 429,
    "service.unknown_study": 404,
    "store.unreachable": 503,
    "service.wrong_media_type": 415,
    "service.wrong_method": 405,
}


class ToldError(ServiceError):
    """A ServiceError that also says something in headers, such as when to come again."""

    def __init__(self, code: str, message: str, next_step: str, *, headers: Mapping[str, str]) -> None:
        super().__init__(code, message, next_step)
        self.headers = headers


def status_of(error: HemoscopeError) -> int:
    """Say an error as an HTTP status: whose fault it is."""
    if error.code in _STATUS:
        return _STATUS[error.code]
    if isinstance(error, InputError | ReadingError | RefusedError):
        return 400
    return 503 if isinstance(error, BundleError) else 500


def problem(error: HemoscopeError, *, incident: str | None = None) -> Response:
    """Answer with an error."""
    status = status_of(error)
    told: dict[str, Any] = {
        "type": f"urn:hemoscope:error:{error.code}",
        "title": http.HTTPStatus(status).phrase,
        "status": status,
        "detail": error.message,
        "code": error.code,
        "next_step": error.next_step,
    }
    if incident is not None:
        told["incident"] = incident
    headers = dict(error.headers) if isinstance(error, ToldError) else None
    return JSONResponse(told, status, headers, MEDIA_TYPE)


def unforeseen(error: BaseException) -> Response:
    """Answer with what nobody foresaw; the log gets its type and its place; its text may name a patient."""
    incident = secrets.token_hex(6)
    frames = traceback.extract_tb(error.__traceback__)
    where = " < ".join(f"{frame.name}:{frame.lineno}" for frame in reversed(frames[-6:]))
    log.error("incident %s: %s at %s", incident, type(error).__name__, where)
    return problem(
        ServiceError(
            "service.internal",
            "The server met an error that nobody foresaw.",
            "Try again; if it stays, tell who runs the server the incident.",
        ),
        incident=incident,
    )


def answer_with_problems(app: FastAPI) -> None:
    """Let every error that a route raises be answered as a problem."""
    app.add_exception_handler(HemoscopeError, _of_ours)
    app.add_exception_handler(RequestValidationError, _of_validation)
    app.add_exception_handler(HTTPException, _of_routing)


def _of_ours(_: Request, error: Exception) -> Response:
    if not isinstance(error, HemoscopeError):
        return unforeseen(error)
    return problem(error)


def _of_validation(_: Request, error: Exception) -> Response:
    """Say what is wrong where, without what was sent."""
    found: Iterable[Mapping[str, Any]] = error.errors() if isinstance(error, RequestValidationError) else ()
    said = "; ".join(
        f"{'.'.join(str(part) for part in one['loc'])[:100]}: {one['msg'][:200]}" for one in list(found)[:5]
    )
    return problem(
        ServiceError(
            "service.bad_request",
            f"The request is not as the API expects it: {said or 'it cannot be read'}.",
            "See /api/v1/openapi.json.",
        )
    )


def _of_routing(_: Request, error: Exception) -> Response:
    if isinstance(error.__cause__, HemoscopeError):  # FastAPI wraps what is raised while it reads a body
        return problem(error.__cause__)
    status = error.status_code if isinstance(error, HTTPException) else 500
    if status == http.HTTPStatus.METHOD_NOT_ALLOWED:
        headers = dict(getattr(error, "headers", None) or {})
        return problem(
            ToldError(
                "service.wrong_method",
                "This route does not know this method.",
                "See /api/v1/openapi.json.",
                headers=headers,
            )
        )
    if status == http.HTTPStatus.NOT_FOUND:
        return problem(
            ServiceError("service.no_such_route", "There is nothing at this address.", "See /api/v1/openapi.json.")
        )
    return problem(ServiceError("service.bad_request", "The request cannot be read.", "See /api/v1/openapi.json."))
