import re

import pytest

from hemoscope.errors import ServiceError
from hemoscope.store.records import Role
from hemoscope.store.tables import tokens


def test_a_token_is_found_until_it_is_withdrawn(store):
    token = store.tokens.add("reader-1", [Role.READ, Role.SUBMIT])
    found = store.tokens.find(token)
    assert (found.label, found.roles, found.revoked_at) == ("reader-1", {Role.READ, Role.SUBMIT}, None)
    assert store.tokens.find(token[:-1]) is None
    assert store.tokens.find("") is None
    assert store.tokens.find("\ud800") is None
    assert store.tokens.revoke("reader-1").revoked_at is not None
    assert store.tokens.find(token) is None
    assert [one.label for one in store.tokens.all()] == ["reader-1"]


def test_a_token_cannot_be_read_back(store):
    token = store.tokens.add("reader", [Role.READ])
    assert re.fullmatch(r"hemoscope_[A-Za-z0-9_-]{43}", token)
    with store.database.reading() as connection:
        row = connection.execute(tokens.select()).one()
    assert token not in str(row)
    assert re.fullmatch("[0-9a-f]{64}", row.hash)
    assert not any(token in str(line) for line in store.audit.rows())


def test_two_tokens_are_never_the_same(store):
    assert len({store.tokens.add(f"t{number}", [Role.READ]) for number in range(20)}) == 20


def test_a_name_is_given_once(store):
    store.tokens.add("reader", [Role.READ])
    store.tokens.revoke("reader")
    with pytest.raises(ServiceError, match=r"\[store\.label_taken\]"):
        store.tokens.add("reader", [Role.READ])


@pytest.mark.parametrize("label", ["", "a b", "-x", "x" * 65, "local", "worker", "ä", "a\n", "a/b"])
def test_names_that_would_mislead_are_refused(store, label):
    with pytest.raises(ServiceError, match=r"\[store\.bad_label\]"):
        store.tokens.add(label, [Role.READ])
    assert store.tokens.all() == ()


def test_a_token_needs_a_role(store):
    with pytest.raises(ServiceError, match=r"\[store\.bad_label\]"):
        store.tokens.add("reader", [])


def test_only_a_good_token_can_be_withdrawn(store):
    store.tokens.add("reader", [Role.READ])
    store.tokens.revoke("reader")
    for label in ("reader", "other"):
        with pytest.raises(ServiceError, match=r"\[store\.unknown_token\]"):
            store.tokens.revoke(label)


def test_the_trail_says_who_got_which_role(store):
    store.tokens.add("reader", [Role.READ], who="admin-1")
    store.tokens.revoke("reader", who="admin-1")
    told = [(row.event, row.actor, row.details) for row in store.audit.rows()]
    assert told == [
        ("token-added", "admin-1", '{"label":"reader","roles":["read"]}'),
        ("token-revoked", "admin-1", '{"label":"reader"}'),
    ]
