"""A token exchanged for a cookie that only this site's page can use, so that no script ever holds the token."""

from fastapi import APIRouter, Request, Response

from hemoscope.store.records import Role
from hemoscope.web.access import COOKIE, SESSION_S, address_of
from hemoscope.web.documents import LogIn, Session
from hemoscope.web.service import Serving

router = APIRouter(prefix="/api/v1/session", tags=["session"])


@router.get("")
def session(request: Request, service: Serving) -> Session:
    """Say who asks, and whether a token is needed."""
    bearer = service.door.who(request)
    return Session(
        needs_token=service.door.needs_token,
        name=None if bearer is None else bearer.name,
        roles=[] if bearer is None else [role for role in Role if role in bearer.roles],
    )


@router.post("")
def log_in(wanted: LogIn, request: Request, response: Response, service: Serving) -> Session:
    """Exchange a token for a cookie: not for scripts, not for other sites, forgotten after a working day."""
    bearer = service.door.check(wanted.token, address_of(request))
    response.set_cookie(
        COOKIE,
        service.door.sessions.open(wanted.token),
        max_age=SESSION_S,
        httponly=True,
        samesite="strict",
        secure=request.url.scheme == "https",
        path="/",
    )
    return Session(
        needs_token=service.door.needs_token,
        name=bearer.name,
        roles=[role for role in Role if role in bearer.roles],
    )


@router.delete("", status_code=204)
def log_out(request: Request, response: Response, service: Serving) -> None:
    """Forget the cookie, here and in the browser."""
    service.door.sessions.close(request.cookies.get(COOKIE, ""))
    response.delete_cookie(COOKIE, path="/")
