"""Everything at once: whatever is done at the same time, nobody waits for ever and nothing is left behind."""

import random
import threading
from collections.abc import Callable
from datetime import timedelta
from threading import Event

import pytest

from hemoscope.store.queue import Patience
from hemoscope.store.records import Query, State
from hemoscope.store.rows import now
from hemoscope.store.store import Store
from hemoscope.store.worker import Worker
from tests.store.fake_scorer import FakeScorer
from tests.store.filling import submit
from tests.store.test_every_step import check_files
from tests.store.test_worker import run_out, worked

SECONDS = 6.0


ALLOWED = {"service.unknown_study", "service.not_ready"}
"""What somebody meets who acts on what another deletes, or on what is not scored yet."""


def any_of(store: Store) -> str:
    found = store.worklist.page(Query(per_page=20)).submissions
    return random.choice(found).id if found else "0" * 32


def score(store: Store) -> None:
    Worker(store, FakeScorer(seconds=0.01)).run(until_empty=True)


ACTS = (
    lambda store: submit(store, content=f"study {random.randrange(5)}".encode()),
    lambda store: store.submissions.delete(any_of(store), who="admin"),
    lambda store: store.submissions.delete(any_of(store), who="admin"),
    lambda store: store.verdicts.give(any_of(store), reader="reader", opinion="agree"),
    lambda store: store.submissions.answers(any_of(store)),
    lambda store: store.retention.remove_old_pixels(at=now() + timedelta(days=8)),
    lambda store: store.retention.sweep(),
    score,
    score,
    score,
)


def repeat(act: Callable[[Store], object], open_own: Callable[[], Store], stopping: Event, failures: list) -> None:
    """Do something again and again, as a process of its own would."""
    with open_own() as own:
        while not stopping.wait(0.005):
            try:
                act(own)
            except Exception as error:
                if getattr(error, "code", None) not in ALLOWED:
                    failures.append(error)


@pytest.mark.slow
def test_submitting_scoring_judging_deleting_and_retention_go_together(store, url):
    def open_own() -> Store:
        return Store(store.folder, url, keep_pixels_days=7, patience=Patience(lease_s=5.0))

    stopping, failures = Event(), []
    threads = [threading.Thread(target=repeat, args=(act, open_own, stopping, failures)) for act in ACTS]
    for thread in threads:
        thread.start()
    stopping.wait(SECONDS)
    stopping.set()
    for thread in threads:
        thread.join(60)
        assert not thread.is_alive(), "it waits for ever"
    assert failures == []
    run_out(store)  # what was put back because others were at it
    worked(store)
    states = store.worklist.count_states()
    assert (states[State.QUEUED], states[State.SCORING], states[State.FAILED]) == (0, 0, 0)
    check_files(store)
    delete_all(store)


def delete_all(store: Store) -> None:
    """Delete everything, and see that nothing is left."""
    for one in store.worklist.page(Query(per_page=10_000)).submissions:
        store.submissions.delete(one.id, who="admin")
    store.retention.sweep(older_than_s=0)
    with store.database.reading() as connection:
        for table in ("submissions", "studies", "results", "answers", "verdicts"):
            assert connection.exec_driver_sql(f"SELECT count(*) FROM {table}").scalar() == 0
    assert store.audit.verify().broken is None
