"""What is to be sent is planned with the end of a study, taken by one sender, and tried until it is there."""

from datetime import timedelta
from threading import Event

import pytest
import sqlalchemy as sa

from hemoscope.errors import InputError, ServiceError
from hemoscope.store import deliveries as module
from hemoscope.store.deliveries import DeliveryState
from hemoscope.store.retention import Retention
from hemoscope.store.rows import now
from hemoscope.store.tables import deliveries
from hemoscope.store.worker import Worker

from .fake_scorer import REFUSED, FakeScorer
from .filling import submit

PACS = "dicom://PACS@127.0.0.1:104"


def score(store) -> None:
    Worker(store, FakeScorer(), stopping=Event()).run(until_empty=True)


def planned(store) -> list[tuple[str, str]]:
    return sorted((one.destination.name, one.submission_id) for one in store.deliveries.all())


def test_a_study_that_came_over_dicom_goes_to_every_destination_and_others_only_where_all_are_wanted(store):
    store.destinations.add("pacs", PACS)
    store.destinations.add("research", "https://example.org/dicom-web", gets_all=True)
    scanned, uploaded = submit(store, who="dicom:SCANNER"), submit(store, content=b"y")
    score(store)
    assert planned(store) == sorted([("pacs", scanned.id), ("research", scanned.id), ("research", uploaded.id)])


def test_a_study_that_ended_before_there_was_a_destination_is_not_sent(store):
    submit(store, who="dicom:SCANNER")
    score(store)
    store.destinations.add("pacs", PACS)
    assert planned(store) == []


def test_the_same_study_again_is_sent_again_with_the_result_it_had(store):
    """Whoever sends a study again wants its results again; objects with the same UIDs replace the first."""
    store.destinations.add("pacs", PACS)
    for _ in range(2):
        submit(store, who="dicom:SCANNER")
        score(store)
    first, second = store.deliveries.all()
    assert first.result_id == second.result_id
    assert first.submission_id != second.submission_id


def test_a_refused_study_is_planned_too_since_a_worklist_wants_to_know(store):
    store.destinations.add("list", "webhook+https://example.org/x")
    submit(store, content=REFUSED, who="dicom:SCANNER")
    score(store)
    assert store.deliveries.take().document["status"] == "refused"


def test_what_one_sender_has_no_other_takes_until_its_lease_is_over(store, monkeypatch):
    store.destinations.add("pacs", PACS)
    submit(store, who="dicom:SCANNER")
    score(store)
    monkeypatch.setattr(module, "LEASE_S", -1.0)
    dead = store.deliveries.take()
    monkeypatch.undo()
    taken = store.deliveries.take()
    assert taken.delivery.id == dead.delivery.id
    assert taken.delivery.attempts == 2
    assert store.deliveries.take() is None
    store.deliveries.end(dead, DeliveryState.NOTHING)
    assert store.deliveries.all()[0].state is DeliveryState.WAITING
    store.deliveries.end(taken, DeliveryState.DELIVERED)
    assert store.deliveries.all()[0].state is DeliveryState.DELIVERED
    assert store.deliveries.take() is None
    assert [row.event for row in store.audit.rows()].count("sent") == 1


def test_what_did_not_go_waits_ever_longer_and_is_given_up_after_a_week(store):
    store.destinations.add("pacs", PACS)
    submit(store, who="dicom:SCANNER")
    score(store)
    pauses = []
    for _ in range(3):
        parcel = store.deliveries.take()
        assert store.deliveries.try_again(parcel, "delivery.unreachable") is DeliveryState.WAITING
        (left,) = store.deliveries.all()
        pauses.append(round((left.not_before - now()).total_seconds()))
        assert store.deliveries.take() is None
        with store.database.writing() as connection:
            connection.execute(deliveries.update().values(not_before=None))
    assert pauses == [5, 10, 20]
    with store.database.writing() as connection:
        connection.execute(deliveries.update().values(made_at=now() - timedelta(days=8)))
    assert store.deliveries.try_again(store.deliveries.take(), "delivery.refused") is DeliveryState.WAITING
    with store.database.writing() as connection:
        connection.execute(deliveries.update().values(not_before=None, attempts=19))
    assert store.deliveries.try_again(store.deliveries.take(), "delivery.refused") is DeliveryState.FAILED
    assert store.deliveries.retry("elsewhere") == 0
    assert store.deliveries.retry("pacs") == 1
    assert store.deliveries.take() is not None


def test_a_place_that_is_away_does_not_keep_others_waiting(store):
    store.destinations.add("away", PACS)
    for content in (b"x", b"y", b"z"):
        submit(store, content=content, who="dicom:SCANNER")
    score(store)
    store.deliveries.try_again(store.deliveries.take(), "delivery.unreachable")
    assert store.deliveries.take() is None
    store.destinations.add("here", PACS)
    submit(store, content=b"w", who="dicom:SCANNER")
    score(store)
    taken = {store.deliveries.take().delivery.destination.name for _ in range(2)}
    assert "here" in taken


def test_a_delivery_that_takes_long_is_kept_as_long_as_it_is_renewed(store, monkeypatch):
    store.destinations.add("pacs", PACS)
    submit(store, who="dicom:SCANNER")
    score(store)
    monkeypatch.setattr(module, "LEASE_S", -1.0)
    parcel = store.deliveries.take()
    monkeypatch.undo()
    store.deliveries.renew(parcel)
    assert store.deliveries.take() is None


def test_a_study_that_is_deleted_is_not_sent(store):
    store.destinations.add("pacs", PACS)
    one = submit(store, who="dicom:SCANNER")
    score(store)
    store.submissions.delete(one.id, who="local")
    assert store.deliveries.all() == ()


def test_files_that_are_still_to_be_sent_are_kept(store):
    store.destinations.add("pacs", PACS)
    submit(store, who="dicom:SCANNER")
    score(store)
    retention = Retention(store.database, store.files, keep_pixels_days=1)
    later = now() + timedelta(days=2)
    assert retention.remove_old_pixels(at=later) == 0
    store.deliveries.end(store.deliveries.take(), DeliveryState.DELIVERED)
    assert retention.remove_old_pixels(at=later) == 1


def test_destinations_have_names_of_their_own_and_go_with_what_waits(store):
    store.destinations.add("pacs", PACS, kinds=("sr",), secret_env="TOKEN")
    submit(store, who="dicom:SCANNER")
    score(store)
    (known,) = store.destinations.all()
    assert (known.name, known.url, known.kinds, known.secret_env) == ("pacs", PACS, ("sr",), "TOKEN")
    with pytest.raises(InputError) as caught:
        store.destinations.add("pacs", PACS)
    assert caught.value.code == "destination.exists"
    store.destinations.remove("pacs")
    assert store.deliveries.all() == ()
    with pytest.raises(ServiceError) as unknown:
        store.destinations.remove("pacs")
    assert unknown.value.code == "destination.unknown"


@pytest.mark.parametrize(
    ("name", "kinds", "code"),
    [("", ("sr",), "bad_name"), ("x" * 65, ("sr",), "bad_name"), ("x", (), "bad_kind"), ("x", ("pdf",), "bad_kind")],
)
def test_what_cannot_be_a_destination_is_refused(store, name, kinds, code):
    with pytest.raises(InputError) as caught:
        store.destinations.add(name, PACS, kinds=kinds)
    assert caught.value.code == f"destination.{code}"


def test_no_delivery_is_planned_for_a_study_whose_end_is_not_kept(store, monkeypatch):
    store.destinations.add("pacs", PACS)
    submit(store, who="dicom:SCANNER")

    def die(*_: object, **__: object) -> None:
        raise sa.exc.OperationalError("", {}, OSError())

    with monkeypatch.context() as patch:
        patch.setattr("hemoscope.store.queue.append", die)
        patch.setattr("hemoscope.store.worker.AWAY_S", 0.01)
        job = store.queue.take()
        with pytest.raises(sa.exc.OperationalError):
            store.queue.finish(job, answered=0)
    assert store.deliveries.all() == ()
