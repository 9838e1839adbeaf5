from datetime import timedelta, timezone

import pytest

from hemoscope.records import Decision
from hemoscope.store.records import Opinion, Order, Query, State
from hemoscope.store.rows import new_id, now
from hemoscope.store.tables import submissions
from hemoscope.terms import Label
from tests.store.filling import submit
from tests.store.test_worker import worked


@pytest.fixture
def filled(store):
    """Submissions named by what they are, the oldest first."""
    rows = {
        "low": {"probability": 0.1, "decision": "negative"},
        "high": {"probability": 0.9, "decision": "positive", "strongest_subtype": "subdural"},
        "read": {"probability": 0.95, "decision": "positive", "strongest_subtype": "epidural", "verdict": "disagree"},
        "higher": {"probability": 0.99, "decision": "positive", "strongest_subtype": "epidural"},
        "waiting": {"state": "queued"},
        "refused": {"state": "refused"},
        "high again": {"probability": 0.9, "decision": "positive", "strongest_subtype": "subdural"},
    }
    common = {"submitted_by": "x", "files": 1, "size": 1, "state": "scored", "progress": 1.0, "attempts": 1}
    with store.database.writing() as connection:
        for name, values in rows.items():
            row = {**common, "id": new_id(), "name": name, "received_at": now(), "has_pixels": True, **values}
            connection.execute(submissions.insert().values(row))
    return store


def names(store, **query) -> list[str]:
    return [one.name for one in store.worklist.page(Query(**query)).submissions]


def test_unread_positive_studies_come_first_then_the_probable_then_those_that_wait(filled):
    assert names(filled) == ["higher", "high", "high again", "read", "low", "waiting", "refused"]


def test_other_orders(filled):
    assert names(filled, order=Order.OLDEST)[:2] == ["low", "high"]
    assert names(filled, order=Order.NEWEST)[:2] == ["high again", "refused"]
    assert names(filled, order=Order.PROBABILITY)[:3] == ["higher", "read", "high"]


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ({"states": (State.QUEUED,)}, {"waiting"}),
        ({"states": (State.QUEUED, State.REFUSED)}, {"waiting", "refused"}),
        ({"decision": Decision.NEGATIVE}, {"low"}),
        ({"subtype": Label.EPIDURAL}, {"read", "higher"}),
        ({"verdict": Opinion.DISAGREE}, {"read"}),
        ({"verdict": Opinion.AGREE}, set()),
        ({"is_read": True}, {"read"}),
        ({"is_read": False, "decision": Decision.POSITIVE}, {"high", "higher", "high again"}),
        ({"text": "HIGH"}, {"high", "higher", "high again"}),
        ({"text": "h a"}, {"high again"}),
        ({"text": "%"}, set()),
        ({"text": "_ead"}, set()),
    ],
)
def test_filters(filled, query, expected):
    assert set(names(filled, **query)) == expected


def test_a_span_of_time_begins_with_its_start_and_ends_before_its_end(filled):
    came = {one.name: one.received_at for one in filled.worklist.page(Query()).submissions}
    assert set(names(filled, received_from=came["refused"])) == {"refused", "high again"}
    assert set(names(filled, received_until=came["read"])) == {"low", "high"}
    assert names(filled, received_from=came["read"], received_until=came["higher"]) == ["read"]
    east = timezone(timedelta(hours=9))
    assert names(filled, received_from=came["read"].astimezone(east), received_until=came["higher"]) == ["read"]


def test_pages_hold_everything_once(filled):
    pages = [filled.worklist.page(Query(page=page, per_page=3)) for page in (1, 2, 3, 4)]
    assert [len(page.submissions) for page in pages] == [3, 3, 1, 0]
    assert {page.total for page in pages} == {7}
    assert len({one.id for page in pages for one in page.submissions}) == 7


def test_states_are_counted_every_one(filled):
    assert filled.worklist.count_states() == {
        State.QUEUED: 1,
        State.SCORING: 0,
        State.SCORED: 5,
        State.REFUSED: 1,
        State.FAILED: 0,
    }


def test_what_a_worker_scored_is_in_the_worklist(store):
    one = submit(store, content=b"head")
    worked(store)
    (listed,) = store.worklist.page(Query()).submissions
    assert listed == store.submissions.get(one.id)
    assert (listed.strongest_subtype is Label.SUBDURAL) == (listed.decision is Decision.POSITIVE)
