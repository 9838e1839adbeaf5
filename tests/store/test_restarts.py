"""The database goes away and comes back while workers are at work."""

import gc
import threading
import time
from threading import Event

import pytest
import sqlalchemy as sa

from hemoscope.store.queue import Patience
from hemoscope.store.records import State
from hemoscope.store.store import Store
from hemoscope.store.tables import submissions
from hemoscope.store.worker import Worker
from tests.store.fake_scorer import FakeScorer
from tests.store.filling import submit

STUDIES, RESTARTS, LEASE_S = 80, 4, 1.0


def test_a_broken_connection_is_an_error_of_the_database(store):
    for transaction in (store.database.reading, store.database.writing):
        with pytest.raises(sa.exc.DBAPIError), transaction():
            raise ConnectionResetError
    assert store.worklist.count_states()[State.QUEUED] == 0


def test_a_connection_that_breaks_as_it_is_made_is_an_error_of_the_database(store):
    def break_it(*_):
        raise ConnectionResetError

    store.database.close()
    engine = store.database._engine
    sa.event.listen(engine, "do_connect", break_it)
    with pytest.raises(sa.exc.DBAPIError):
        store.worklist.count_states()
    sa.event.remove(engine, "do_connect", break_it)
    assert store.worklist.count_states()[State.QUEUED] == 0


@pytest.mark.slow
@pytest.mark.integration
@pytest.mark.filterwarnings("error::pytest.PytestUnhandledThreadExceptionWarning")
@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")  # for the last line's sake
@pytest.mark.parametrize("away_s", [0.0, 3 * LEASE_S], ids=["shorter than a lease", "longer"])
def test_workers_outlive_outages_of_their_database_and_no_study_is_blamed(frail_postgresql, tmp_path, away_s):
    server, stopping, patience = frail_postgresql, Event(), Patience(lease_s=LEASE_S, most_attempts=3)
    url = server.new_database()

    def work():
        with Store(tmp_path / "s", url, patience=patience) as own:
            Worker(own, FakeScorer(seconds=0.3), stopping=stopping, poll_s=0.05).run()

    with Store(tmp_path / "s", url) as store:
        ids = [submit(store, content=f"{number}".encode()).id for number in range(STUDIES)]
    workers = [threading.Thread(target=work, daemon=True) for _ in range(3)]
    for worker in workers:
        worker.start()
    for _ in range(RESTARTS):
        time.sleep(1.5)
        server.stop()
        time.sleep(away_s)
        server.start()
    with Store(tmp_path / "s", url) as store:
        for _ in range(600):
            if store.worklist.count_states()[State.SCORED] == STUDIES:
                break
            workers[0].join(0.1)
        assert [worker.is_alive() for worker in workers] == [True] * 3
        assert [thread.name for thread in threading.enumerate()].count("heartbeat") == 3
        stopping.set()
        for worker in workers:
            worker.join()
        assert {store.submissions.get(one).state for one in ids} == {State.SCORED}
        with store.database.reading() as connection:
            blamed = connection.scalar(sa.select(sa.func.count()).where(submissions.c.attempts > 1))
        assert blamed <= 1, "a worker that took one, and was never told so, is told from no dead one"
        assert store.audit.verify().rows == 2 * STUDIES
        assert store.audit.verify().broken is None
    gc.collect()  # pg8000 leaves the socket open of a server that goes while it is asked in
