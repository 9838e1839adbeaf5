"""Tokens, cookies and roles."""

import pytest
from starlette.requests import Request

from hemoscope.errors import ServiceError
from hemoscope.store.records import Role
from hemoscope.web.access import LOCAL, SESSION_S, Bearer, Door, Sessions, needs
from hemoscope.web.rates import RateLimits
from hemoscope.web.settings import Rates

BEARERS = {
    "s3cret": Bearer("gateway", frozenset({Role.SUBMIT})),
    "r3ad": Bearer("room 2", frozenset({Role.READ})),
    "4dmin": Bearer("boss", frozenset({Role.ADMIN})),
}


@pytest.fixture
def door():
    rates = RateLimits(Rates(wrong_tokens="3/minute"))
    return Door(BEARERS.get, needs_token=True, check_guesses=rates.check_guesses, count_guess=rates.count_guess)


def request(headers: dict[str, str], *, door: Door | None = None, address: str = "10.0.0.1") -> Request:
    app = type("App", (), {"state": type("State", (), {"door": door})})
    raw = [(name.lower().encode(), value.encode()) for name, value in headers.items()]
    return Request({"type": "http", "headers": raw, "client": (address, 1), "app": app})


def code_of(run, *arguments) -> str:
    with pytest.raises(ServiceError) as caught:
        run(*arguments)
    return caught.value.code


def test_a_token_says_who_asks(door):
    assert door.who(request({"Authorization": "Bearer s3cret"})).name == "gateway"
    assert door.who(request({"authorization": "bearer  r3ad "})).name == "room 2"
    assert door.who(request({})) is None
    assert door.who(request({"Authorization": "Basic s3cret"})) is None


def test_a_wrong_token_is_refused_and_guessing_ends(door):
    for _ in range(3):
        assert code_of(door.who, request({"Authorization": "Bearer guess"})) == "service.no_token"
    assert code_of(door.who, request({"Authorization": "Bearer s3cret"})) == "service.too_often"
    assert door.who(request({"Authorization": "Bearer s3cret"}, address="10.0.0.2")).name == "gateway"


@pytest.mark.parametrize(
    ("token", "roles", "is_let_in"),
    [
        ("s3cret", [Role.SUBMIT], True),
        ("s3cret", [Role.READ], False),
        ("s3cret", [Role.SUBMIT, Role.READ], True),
        ("s3cret", [], True),
        ("r3ad", [Role.SUBMIT], False),
        ("r3ad", [Role.ADMIN], False),
        ("4dmin", [Role.SUBMIT], True),
        ("4dmin", [Role.READ], True),
        ("4dmin", [Role.ADMIN], True),
    ],
)
def test_roles_let_in_whom_they_should(door, token, roles, is_let_in):
    asked = request({"Authorization": f"Bearer {token}"}, door=door)
    if is_let_in:
        assert needs(*roles)(asked) is BEARERS[token]
    else:
        assert code_of(needs(*roles), asked) == "service.forbidden"


def test_without_a_token_nobody_is_let_in(door):
    assert code_of(needs(), request({}, door=door)) == "service.no_token"
    assert code_of(needs(Role.READ), request({"Cookie": "hemoscope_session=x"}, door=door)) == "service.no_token"


def test_where_no_token_is_needed_everybody_is_local():
    open_door = Door(BEARERS.get, needs_token=False, check_guesses=print, count_guess=print)
    assert needs(Role.ADMIN)(request({}, door=open_door)) is LOCAL


def test_a_session_ends_with_its_time_its_token_or_the_reader():
    now, known = [0.0], dict(BEARERS)
    sessions = Sessions(known.get, clock=lambda: now[0])
    cookies = [sessions.open("r3ad") for _ in range(3)]
    assert len(set(cookies)) == 3
    assert all("r3ad" not in cookie for cookie in cookies)
    assert sessions.find(cookies[0]).name == "room 2"
    sessions.close(cookies[0])
    assert sessions.find(cookies[0]) is None
    now[0] = SESSION_S + 1.0
    assert sessions.find(cookies[1]) is None
    again = sessions.open("r3ad")
    assert sessions.find(again).name == "room 2"
    del known["r3ad"]
    assert sessions.find(again) is None


def test_sessions_do_not_fill_the_memory():
    sessions = Sessions(BEARERS.get)
    first = sessions.open("r3ad")
    for _ in range(1000):
        last = sessions.open("r3ad")
    assert sessions.find(first) is None
    assert sessions.find(last) is not None
