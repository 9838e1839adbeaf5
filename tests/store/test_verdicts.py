import hashlib

import pytest

from hemoscope.errors import ServiceError
from hemoscope.records import Decision
from hemoscope.store.records import Opinion
from hemoscope.terms import Label
from tests.store.fake_scorer import REFUSED
from tests.store.filling import submit
from tests.store.test_worker import worked

POSITIVE = next(str(n).encode() for n in range(99) if hashlib.sha256(str(n).encode()).digest()[0] >= 0x80)
NEGATIVE = next(str(n).encode() for n in range(99) if hashlib.sha256(str(n).encode()).digest()[0] < 0x7F)


def scored(store, content=POSITIVE):
    one = submit(store, content=content)
    worked(store)
    return store.submissions.get(one.id)


@pytest.mark.parametrize(
    ("content", "opinion", "sees"),
    [
        (POSITIVE, Opinion.AGREE, True),
        (POSITIVE, Opinion.DISAGREE, False),
        (NEGATIVE, Opinion.AGREE, False),
        (NEGATIVE, Opinion.DISAGREE, True),
        (REFUSED, Opinion.DISAGREE, None),
    ],
)
def test_what_a_reader_sees_follows_from_the_opinion(store, content, opinion, sees):
    one = scored(store, content)
    assert store.verdicts.give(one.id, reader="r", opinion=opinion).has_hemorrhage is sees


def test_what_a_reader_says_goes_before_what_follows(store):
    one = scored(store, POSITIVE)
    assert one.decision is Decision.POSITIVE
    said = store.verdicts.give(
        one.id,
        reader="reader-1",
        opinion=Opinion.DISAGREE,
        has_hemorrhage=True,
        reason="Another kind; \N{SNOWMAN}",
        subtypes=[Label.SUBDURAL, Label.EPIDURAL],
    )
    assert store.verdicts.of(one.id) == (said,)
    assert (said.has_hemorrhage, said.subtypes) == (True, (Label.EPIDURAL, Label.SUBDURAL))
    assert (said.reader, said.reason, said.model_version) == ("reader-1", "Another kind; \N{SNOWMAN}", "1")


def test_the_last_verdict_counts_and_none_is_lost(store):
    one = scored(store)
    first = store.verdicts.give(one.id, reader="a", opinion=Opinion.DISAGREE)
    second = store.verdicts.give(one.id, reader="b", opinion=Opinion.AGREE)
    assert store.verdicts.of(one.id) == (first, second)
    read = store.submissions.get(one.id)
    assert (read.verdict, read.read_at) == (Opinion.AGREE, first.given_at)
    assert [(submission.id, verdict) for submission, verdict in store.verdicts.latest()] == [(one.id, second)]
    assert store.verdicts.since(second.given_at) == (second,)


def test_the_last_verdicts_come_in_the_order_of_their_studies_though_some_are_deleted_meanwhile(store):
    ids = [scored(store, content).id for content in (POSITIVE, NEGATIVE, REFUSED)]
    for one in reversed(ids):
        store.verdicts.give(one, reader="a", opinion=Opinion.AGREE)
        last = store.verdicts.give(one, reader="b", opinion=Opinion.DISAGREE)
    found = store.verdicts.latest()
    assert next(found) == (store.submissions.get(ids[0]), last)
    store.submissions.delete(ids[1], who="admin")
    assert [submission.id for submission, _ in found][-1:] == ids[2:]
    assert [submission.id for submission, _ in store.verdicts.latest()] == [ids[0], ids[2]]


def test_a_study_without_an_answer_cannot_be_judged(store):
    one = submit(store)
    with pytest.raises(ServiceError, match=r"\[service\.not_ready\]"):
        store.verdicts.give(one.id, reader="r", opinion=Opinion.AGREE)
    for act in (
        lambda: store.verdicts.give("0" * 32, reader="r", opinion=Opinion.AGREE),
        lambda: store.verdicts.of(""),
    ):
        with pytest.raises(ServiceError, match=r"\[service\.unknown_study\]"):
            act()


def test_a_verdict_is_in_the_trail_without_its_words(store):
    one = scored(store)
    store.verdicts.give(one.id, reader="r", opinion=Opinion.AGREE, reason="Frau Meier hatte das schon")
    last = list(store.audit.rows())[-1]
    assert (last.event, last.actor, last.subject) == ("verdict-given", "r", one.id)
    assert "Meier" not in str(last)
