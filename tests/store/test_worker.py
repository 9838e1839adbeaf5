import multiprocessing
import signal
import threading
import time
from dataclasses import replace
from datetime import timedelta
from threading import Event

import pytest
import sqlalchemy as sa

from hemoscope.records import ErrorReport, Status
from hemoscope.store import worker as worker_module
from hemoscope.store.queue import LeaseLostError, Patience
from hemoscope.store.records import State
from hemoscope.store.rows import now
from hemoscope.store.store import Store
from hemoscope.store.tables import studies, submissions
from hemoscope.store.worker import Worker
from tests.store import fake_scorer
from tests.store.fake_scorer import BROKEN, MODEL, POISON, REFUSED, UNREADABLE, FakeScorer
from tests.store.filling import submit


def worked(store: Store, scorer: FakeScorer | None = None) -> FakeScorer:
    """Work until nothing is left."""
    scorer = scorer or FakeScorer()
    Worker(store, scorer).run(until_empty=True)
    return scorer


def run_out(store: Store) -> None:
    """Let every lease run out, and whatever waits for a time be due."""
    past = now() - timedelta(hours=1)
    with store.database.writing() as connection:
        connection.execute(submissions.update().where(submissions.c.worker.is_not(None)).values(lease_until=past))
        connection.execute(studies.update().where(studies.c.worker.is_not(None)).values(lease_until=past))
        connection.execute(submissions.update().values(not_before=None))


def test_a_submission_gets_its_answer(store):
    one = submit(store, content=b"head")
    assert (one.state, store.submissions.get(one.id).progress) == (State.QUEUED, 0.0)
    worked(store)
    done, (answer,) = store.submissions.get(one.id), store.submissions.answers(one.id)
    assert (done.state, done.progress, done.attempts) == (State.SCORED, 1.0, 1)
    assert done.probability == answer.probability == answer.document["probability"]
    assert (done.decision, answer.status) == (answer.decision, Status.SCORED)
    assert (answer.model["name"], answer.software, answer.slices) == ("fake", "0", 1)
    assert (answer.folder / "index.html").read_bytes() == b"head"
    assert done.received_at <= done.finished_at <= now()


def test_the_oldest_is_taken_first(store):
    ids = [submit(store, content=bytes([number])).id for number in range(3)]
    assert [store.queue.take().submission_id for _ in ids] == ids
    assert store.queue.take() is None


def test_the_same_study_twice_is_scored_once(store):
    first, second, other = (submit(store, content=content) for content in (b"same", b"same", b"other"))
    scorer = worked(store)
    assert sorted(scorer.scored) == [b"other", b"same"]
    assert scorer.passed_over == [b"same"]
    results = [store.submissions.answers(one.id)[0].result_id for one in (first, second, other)]
    assert results[0] == results[1] != results[2]
    assert store.submissions.get(second.id).probability == store.submissions.get(first.id).probability


@pytest.mark.parametrize("change", ["bundle_hash", "preparation_hash", "operating_point", "software", "version"])
def test_another_model_scores_it_again(store, change):
    submit(store, content=b"same")
    worked(store)
    submit(store, content=b"same")
    assert worked(store, FakeScorer(replace(MODEL, **{change: "other"}))).scored == [b"same"]


def test_two_workers_at_the_same_study_score_it_once(store, url):
    for _ in range(6):
        submit(store, content=b"same")
    scorer = FakeScorer(seconds=0.2)

    def work():
        with Store(store.folder, url) as own:
            Worker(own, scorer, stopping=stopping, poll_s=0.05).run()

    stopping = Event()
    threads = [threading.Thread(target=work) for _ in range(3)]
    for thread in threads:
        thread.start()
    for _ in range(300):
        if store.worklist.count_states()[State.SCORED] == 6:
            break
        threads[0].join(0.1)
    stopping.set()
    for thread in threads:
        thread.join()
    assert store.worklist.count_states()[State.SCORED] == 6
    assert scorer.scored == [b"same"]


def test_several_files_are_several_answers_of_one_submission(store):
    arrival = store.submissions.reserve()
    arrival.folder.mkdir()
    for number, content in enumerate((b"one", REFUSED, UNREADABLE, b"two")):
        (arrival.folder / f"{number}.png").write_bytes(content)
    one = store.submissions.accept(arrival, name="all", who="local", files=4, size=22)
    worked(store)
    answers = store.submissions.answers(one.id)
    assert [answer.status for answer in answers] == [Status.SCORED, Status.REFUSED, Status.FAILED, Status.SCORED]
    done = store.submissions.get(one.id)
    assert done.state is State.SCORED
    assert done.probability == max(answers[0].probability, answers[3].probability)
    assert [answer.error.code for answer in answers[1:3]] == ["read.damaged", "read.damaged"]


@pytest.mark.parametrize(("content", "state"), [(REFUSED, State.REFUSED), (UNREADABLE, State.FAILED)])
def test_a_submission_without_a_score_says_why(store, content, state):
    one = submit(store, content=content)
    worked(store)
    done = store.submissions.get(one.id)
    assert (done.state, done.probability, done.error) == (state, None, None)
    assert store.submissions.answers(one.id)[0].error.code == "read.damaged"


def test_what_cannot_be_opened_is_failed_with_its_error(store):
    arrival = store.submissions.reserve()
    arrival.folder.mkdir()
    one = store.submissions.accept(arrival, name="nothing", who="local", files=0, size=0)
    worked(store)
    done = store.submissions.get(one.id)
    assert (done.state, done.error.code) == (State.FAILED, "input.no_images")
    (answer,) = store.submissions.answers(one.id)
    assert (answer.status, answer.error.code, answer.document) == (Status.FAILED, "input.no_images", None)


def test_a_worker_without_its_lease_can_change_nothing(store):
    one = submit(store)
    job = store.queue.take()
    run_out(store)
    again = store.queue.take()
    assert (again.submission_id, again.attempt) == (one.id, 2)
    for act in (
        lambda: store.queue.renew(job, progress=0.5),
        lambda: store.queue.finish(job, answered=0),
        lambda: store.queue.give_back(job),
        lambda: store.queue.fail(job, ErrorReport("a.b", "", "")),
        lambda: store.scores.claim(job, "k" * 64, MODEL),
    ):
        with pytest.raises(LeaseLostError):
            act()
    store.queue.renew(again, progress=0.5)
    assert store.submissions.get(one.id).progress == 0.5


def test_a_lease_that_is_renewed_does_not_run_out(store):
    submit(store)
    job = store.queue.take()
    run_out(store)
    store.queue.renew(job, progress=0.1)
    assert store.queue.take() is None


def test_a_result_made_after_the_lease_was_lost_is_thrown_away(store):
    submit(store, content=b"slow")
    first = store.queue.take()
    claim = store.scores.claim(first, "k" * 64, MODEL)
    run_out(store)
    second = store.queue.take()
    folder = store.files.making("0" * 32)
    made = next(FakeScorer().look_into(first.path, on_progress=print)).score(folder)
    with pytest.raises(LeaseLostError):
        store.scores.keep(first, claim, made, MODEL, place=0)
    assert not folder.exists()
    assert list((store.folder / "results").iterdir()) == []
    assert store.scores.claim(second, "k" * 64, MODEL).is_scored is False


def test_a_study_that_killed_three_workers_is_given_up(store, url):
    poisoned, other = submit(store, content=POISON), submit(store, content=b"harmless")
    context = multiprocessing.get_context("forkserver")
    for _ in range(3):
        process = context.Process(target=fake_scorer.work, args=(store.folder, url, Patience(), 0.0), daemon=True)
        process.start()
        process.join(30)
        assert process.exitcode == -signal.SIGKILL
        run_out(store)
    worked(store)
    done = store.submissions.get(poisoned.id)
    assert (done.state, done.attempts, done.error.code) == (State.FAILED, 3, "store.killed_workers")
    assert "too little memory" in done.error.next_step
    assert store.submissions.get(other.id).state is State.SCORED


def test_what_nobody_foresaw_is_tried_three_times_then_failed(store, caplog):
    one = submit(store, content=BROKEN)
    scorer = FakeScorer()
    for attempt in range(1, 4):
        worked(store, scorer)
        waiting = store.submissions.get(one.id)
        assert (waiting.attempts, waiting.state.is_final) == (attempt, attempt == 3)
        worked(store, scorer)
        assert len(scorer.scored) == attempt, "it was not left alone for a while"
        run_out(store)
    assert (waiting.state, waiting.error.code) == (State.FAILED, "store.unexpected")
    assert "RuntimeError" in caplog.text
    assert "nobody foresaw this" not in caplog.text


def test_a_worker_that_is_told_to_stop_puts_its_job_back(store):
    one = submit(store, content=b"head")
    stopping = Event()
    scorer = FakeScorer()
    scorer.scored = StopAtFirst(stopping)
    assert Worker(store, scorer, stopping=stopping).run() == 0
    waiting = store.submissions.get(one.id)
    assert (waiting.state, waiting.attempts) == (State.QUEUED, 0)
    assert store.queue.count_alive() == 0
    worked(store)
    assert store.submissions.get(one.id).state is State.SCORED


class StopAtFirst(list):
    def __init__(self, stopping: Event) -> None:
        super().__init__()
        self._stopping = stopping

    def append(self, content: bytes) -> None:
        super().append(content)
        self._stopping.set()


def test_deleting_what_is_being_scored_ends_the_work(store):
    one = submit(store, content=b"head")
    job = store.queue.take()
    store.submissions.delete(one.id, who="admin")
    with pytest.raises(LeaseLostError):
        store.queue.renew(job, progress=0.5)
    assert worked(store).scored == []


def test_a_heart_that_beats_keeps_a_slow_job(store, url):
    with Store(store.folder, url, patience=Patience(lease_s=2.0)) as quick:
        submit(quick, content=b"slow")
        scorer = SlowScorer()
        thread = threading.Thread(target=lambda: Worker(quick, scorer).run(until_empty=True))
        thread.start()
        while quick.worklist.count_states()[State.SCORING] == 0:
            thread.join(0.01)
        taken = []
        while thread.is_alive():
            taken.append(quick.queue.take())
            thread.join(0.05)
    assert set(taken) == {None}
    assert scorer.scored == [b"slow"]


class SlowScorer(FakeScorer):
    """Takes longer than a lease, and says nothing meanwhile."""

    def look_into(self, path, *, on_progress):
        for one in super().look_into(path, on_progress=on_progress):
            time.sleep(3.0)
            yield one


def test_workers_that_live_are_counted(store):
    assert store.queue.count_alive() == 0
    store.queue.beat("a" * 32)
    store.queue.beat("b" * 32)
    store.queue.beat("b" * 32)
    assert store.queue.count_alive() == 2
    store.queue.leave("a" * 32)
    assert store.queue.count_alive() == 1


def test_a_database_that_is_away_is_waited_for(store, monkeypatch):
    submit(store, content=b"head")
    real, failures = store.queue.take, [sa.exc.OperationalError("select", {}, Exception("away"))]
    monkeypatch.setattr(worker_module, "AWAY_S", 0.01)

    def take(**named: object) -> object:
        if failures:
            raise failures.pop()
        return real(**named)

    monkeypatch.setattr(store.queue, "take", take)
    worked(store)
    assert store.worklist.count_states()[State.SCORED] == 1


def test_a_database_that_goes_away_while_a_study_is_scored_does_not_count_against_it(store, monkeypatch):
    submission = submit(store, content=b"head")
    real, failures = store.scores.keep, [sa.exc.OperationalError("insert", {}, Exception("away")) for _ in range(5)]

    def keep(*arguments: object, **named: object) -> None:
        if failures:
            raise failures.pop()
        real(*arguments, **named)

    monkeypatch.setattr(worker_module, "AWAY_S", 0.01)
    monkeypatch.setattr(store.scores, "keep", keep)
    worked(store)
    ended = store.submissions.get(submission.id)
    assert (ended.state, ended.attempts) == (State.SCORED, 1)


def test_a_study_that_the_database_refuses_does_not_keep_the_next_waiting(store, monkeypatch):
    bad, good = submit(store, content=b"bad"), submit(store, content=b"good")
    real = store.scores.keep

    def keep(job, *arguments: object, **named: object) -> None:
        if job.submission_id == bad.id:
            raise sa.exc.DataError("insert", {}, Exception("refused"))
        real(job, *arguments, **named)

    monkeypatch.setattr(store.scores, "keep", keep)
    for _ in range(3):
        worked(store)
        run_out(store)
    assert store.submissions.get(good.id).state is State.SCORED
    ended = store.submissions.get(bad.id)
    assert (ended.state, ended.error.code) == (State.FAILED, "store.unexpected")


def test_nothing_that_a_client_named_is_in_the_audit_trail_or_the_log(store, caplog):
    caplog.set_level("DEBUG")
    submit(store, name="MEIER^HANS.zip", content=b"head")
    submit(store, name="MEIER^HANS.zip", content=UNREADABLE)
    submit(store, name="MEIER^HANS.zip", content=BROKEN)
    worked(store)
    assert "MEIER" not in caplog.text
    assert not any("MEIER" in str(row) for row in store.audit.rows())
    assert [row.event for row in store.audit.rows()] == ["accepted"] * 3 + ["finished"] * 2


def test_a_place_of_this_machine_is_read_where_it_lies_and_left_there(store, tmp_path):
    place = tmp_path / "archive" / "head.png"
    place.parent.mkdir()
    place.write_bytes(b"head")
    one = store.submissions.accept_place(place, name="head.png", who="local")
    worked(store)
    assert store.submissions.get(one.id).state is State.SCORED
    store.submissions.delete(one.id, who="admin")
    assert place.read_bytes() == b"head"
