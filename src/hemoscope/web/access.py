"""Who may ask: tokens in a header, or exchanged for a cookie that only this site's page can use; roles."""

import secrets
import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from threading import Lock
from typing import Annotated

from fastapi import Depends, Request

from hemoscope.errors import ServiceError
from hemoscope.store.records import Role
from hemoscope.web.problems import ToldError

COOKIE = "hemoscope_session"
SESSION_S = 12 * 3600
"""A working day: then the page asks for the token again."""
MOST_SESSIONS = 1000


@dataclass(frozen=True, slots=True)
class Bearer:
    """Who asks.

    Attributes:
        name: Of the token; goes into verdicts and the audit trail.
        roles: What it allows.
    """

    name: str
    roles: frozenset[Role]

    def may(self, role: Role) -> bool:
        """Whether it allows something; an admin may do everything."""
        return role in self.roles or Role.ADMIN in self.roles


LOCAL = Bearer("local", frozenset(Role))
"""Everybody on this machine, where no token is needed."""
FindBearer = Callable[[str], Bearer | None]
"""From the token that a client shows to who bears it; None where it is none of ours."""


class Sessions:
    """Cookies of browsers that showed a token: random, forgotten after `SESSION_S` or when the server ends.

    Args:
        find_bearer: Looks a token up, each time anew, so that a token withdrawn ends its sessions.
        clock: Seconds.
    """

    def __init__(self, find_bearer: FindBearer, *, clock: Callable[[], float] = time.monotonic) -> None:
        self._find, self._clock = find_bearer, clock
        self._tokens: OrderedDict[str, tuple[str, float]] = OrderedDict()
        self._lock = Lock()

    def open(self, token: str) -> str:
        """Return the cookie of a new session."""
        cookie = secrets.token_urlsafe(32)
        with self._lock:
            self._tokens[cookie] = (token, self._clock() + SESSION_S)
            while len(self._tokens) > MOST_SESSIONS:
                self._tokens.popitem(last=False)
        return cookie

    def find(self, cookie: str) -> Bearer | None:
        """Say who opened a session; None where there is none, or no longer."""
        with self._lock:
            token, until = self._tokens.get(cookie, ("", 0.0))
            if not token or self._clock() > until:
                self._tokens.pop(cookie, None)
                return None
        return self._find(token)

    def close(self, cookie: str) -> None:
        """Forget a session."""
        with self._lock:
            self._tokens.pop(cookie, None)


def token_of(request: Request) -> str | None:
    """Return the token in a request's Authorization header (RFC 6750, 2.1); None without one."""
    scheme, _, token = request.headers.get("authorization", "").partition(" ")
    return token.strip() if scheme.lower() == "bearer" and token.strip() else None


class Door:
    """Lets requests in.

    Args:
        find_bearer: From a token to who bears it.
        needs_token: Whether everybody must show one.
        check_guesses: Called with an address before a token of it is looked at; raises where too many were wrong.
        count_guess: Called with the address of a wrong one.
    """

    def __init__(
        self,
        find_bearer: FindBearer,
        *,
        needs_token: bool,
        check_guesses: Callable[[str], None],
        count_guess: Callable[[str], None],
    ) -> None:
        self.needs_token = needs_token
        self.sessions = Sessions(find_bearer)
        self._find, self._check_guesses, self._count_guess = find_bearer, check_guesses, count_guess

    def who(self, request: Request) -> Bearer | None:
        """Say who asks; None where nobody showed anything.

        Raises:
            ServiceError: "service.no_token" where what was shown is none of ours; "service.too_often".
        """
        if not self.needs_token:
            return LOCAL
        token, cookie = token_of(request), request.cookies.get(COOKIE)
        if token is not None:
            return self.check(token, address_of(request))
        return None if cookie is None else self.sessions.find(cookie)

    def check(self, token: str, address: str) -> Bearer:
        """Say who bears a token.

        Raises:
            ServiceError: "service.no_token" where nobody does; "service.too_often" after too many guesses.
        """
        self._check_guesses(address)
        bearer = self._find(token)
        if bearer is None:
            self._count_guess(address)
            raise no_token("The token is none of this server's, or has been withdrawn.")
        return bearer


def address_of(request: Request) -> str:
    """Return the address that a request comes from."""
    return request.client.host if request.client is not None else "unknown"


def no_token(message: str) -> ToldError:
    """Build the error for a request that shows no token, or a wrong one."""
    return ToldError(
        "service.no_token",
        message,
        "Ask whoever runs the server for a token, and send it as Authorization: Bearer TOKEN.",
        headers={"WWW-Authenticate": 'Bearer realm="hemoscope"'},
    )


def needs(*roles: Role) -> Callable[[Request], Bearer]:
    """Return a dependency that lets in whoever has one of these roles; any token will do where none is named."""

    def let_in(request: Request) -> Bearer:
        door: Door = request.app.state.door
        bearer = door.who(request)
        if bearer is None:
            raise no_token("This needs a token.")
        if roles and not any(bearer.may(role) for role in roles):
            wanted = " or ".join(roles)
            raise ServiceError(
                "service.forbidden", f"This needs a token of the role {wanted}.", "Ask whoever runs the server for one."
            )
        return bearer

    return let_in


Submitter = Annotated[Bearer, Depends(needs(Role.SUBMIT))]
Reader = Annotated[Bearer, Depends(needs(Role.READ))]
Follower = Annotated[Bearer, Depends(needs(Role.SUBMIT, Role.READ))]
Admin = Annotated[Bearer, Depends(needs(Role.ADMIN))]
Anybody = Annotated[Bearer, Depends(needs())]
