import os
import shutil
import threading
import time
from contextlib import suppress
from datetime import timedelta

import pytest

from hemoscope.store.records import State
from hemoscope.store.rows import now
from hemoscope.store.store import Store
from hemoscope.store.tables import submissions
from tests.store.fake_scorer import MODEL, FakeScorer
from tests.store.filling import submit
from tests.store.test_worker import worked


@pytest.fixture
def of_days(url, tmp_path):
    """Open a store that keeps pixels for so many days."""
    opened = []

    def of(days: int | None) -> Store:
        store = Store(tmp_path / "store", url, keep_pixels_days=days)
        opened.append(store)
        return store

    yield of
    for store in opened:
        store.close()


def test_pixels_older_than_may_be_kept_go_and_answers_stay(of_days):
    store = of_days(7)
    one = submit(store, content=b"head")
    worked(store)
    (before,) = store.submissions.answers(one.id)
    assert store.retention.remove_old_pixels(at=now() + timedelta(days=6.9)) == 0
    assert before.folder.is_dir()
    assert store.retention.remove_old_pixels(at=now() + timedelta(days=7.1)) == 1
    done, (answer,) = store.submissions.get(one.id), store.submissions.answers(one.id)
    assert (done.has_pixels, answer.folder, answer.document) == (False, None, before.document)
    assert not before.folder.exists()
    assert not (store.folder / "incoming" / one.id).exists()
    assert [row.event for row in store.audit.rows()][-1] == "pixels-removed"
    assert store.retention.remove_old_pixels(at=now() + timedelta(days=8)) == 0


def test_what_waits_keeps_its_pixels_however_old_it_is(of_days):
    store = of_days(7)
    one = submit(store)
    assert store.retention.remove_old_pixels(at=now() + timedelta(days=100)) == 0
    assert store.submissions.path_of(one).is_file()


def test_pixels_are_kept_for_ever_unless_told(store):
    submit(store)
    worked(store)
    assert store.retention.remove_old_pixels(at=now() + timedelta(days=10_000)) == 0


def test_a_result_that_a_younger_submission_shows_stays(of_days):
    store = of_days(7)
    old, young = submit(store, content=b"same"), submit(store, content=b"same")
    worked(store)
    with store.database.writing() as connection:
        connection.execute(
            submissions.update().where(submissions.c.id == old.id).values(finished_at=now() - timedelta(days=8))
        )
    assert store.retention.remove_old_pixels() == 1
    assert store.submissions.answers(old.id)[0].folder is None
    assert store.submissions.answers(young.id)[0].folder.is_dir()


def test_with_no_pixels_kept_nothing_is_drawn_and_what_came_goes_at_once(of_days):
    store = of_days(0)
    one = submit(store, content=b"head")
    worked(store)
    done, (answer,) = store.submissions.get(one.id), store.submissions.answers(one.id)
    assert (done.state, done.has_pixels, answer.folder) == (State.SCORED, False, None)
    assert answer.document["probability"] == done.probability
    assert list((store.folder / "incoming").iterdir()) == list((store.folder / "results").iterdir()) == []


def test_a_study_that_comes_again_after_its_pixels_went_is_drawn_again_with_the_same_numbers(of_days):
    store = of_days(7)
    first = submit(store, content=b"same")
    worked(store)
    (before,) = store.submissions.answers(first.id)
    store.retention.remove_old_pixels(at=now() + timedelta(days=8))
    second = submit(store, content=b"same")
    assert worked(store).scored == [b"same"]
    (again,) = store.submissions.answers(second.id)
    assert (again.result_id, again.document) == (before.result_id, before.document)
    assert (again.folder / "index.html").is_file()
    assert store.submissions.answers(first.id)[0].folder is None, "its pixels were to be kept no longer"


def test_a_study_that_comes_again_as_its_pixels_go_keeps_what_is_drawn_anew(of_days, monkeypatch):
    store = of_days(7)
    first = submit(store, content=b"same")
    worked(store)
    again = []

    def come_again(folder):
        again.append(submit(store, content=b"same"))
        worked(store)
        monkeypatch.undo()

    monkeypatch.setattr("hemoscope.store.retention.remove", come_again)
    store.retention.remove_old_pixels(at=now() + timedelta(days=8))
    (answer,) = store.submissions.answers(again[0].id)
    assert (answer.folder / "index.html").read_bytes() == b"same"
    assert store.submissions.answers(first.id)[0].folder is None


def test_nothing_is_removed_below_a_worker_that_draws(of_days, monkeypatch):
    store = of_days(7)
    first = submit(store, content=b"same")
    worked(store)
    (answer,) = store.submissions.answers(first.id)

    def begin_again(folder):
        submit(store, content=b"same")
        job = store.queue.take()
        key = next(FakeScorer().look_into(job.path, on_progress=print)).key
        claim = store.scores.claim(job, key, MODEL)
        assert (claim.is_scored, claim.has_files) == (True, False)
        monkeypatch.undo()

    monkeypatch.setattr("hemoscope.store.retention.remove", begin_again)
    store.retention.remove_old_pixels(at=now() + timedelta(days=8))
    assert answer.folder.is_dir()


def test_a_sweep_passes_over_what_goes_meanwhile(store):
    stopping = threading.Event()

    def come_and_go():
        while not stopping.is_set():
            folder = store.files.arriving("a" * 32)
            with suppress(FileNotFoundError):  # the sweep took it
                (folder / "b").mkdir(parents=True)
                (folder / "b" / "c").touch()
                shutil.rmtree(folder)

    thread = threading.Thread(target=come_and_go)
    thread.start()
    try:
        for _ in range(100):
            store.retention.sweep()
    finally:
        stopping.set()
        thread.join()
    store.retention.sweep()
    assert list((store.folder / "arriving").iterdir()) == []


def test_what_a_kill_left_behind_is_swept_away(store):
    one = submit(store, content=b"head")
    worked(store)
    (answer,) = store.submissions.answers(one.id)
    left = [
        store.files.arriving("a" * 32),
        store.files.incoming("b" * 32),
        store.files.making("c" * 32),
        store.files.result("d" * 32),
    ]
    for folder in left:
        folder.mkdir()
        (folder / "x").write_bytes(b"x")
    assert store.retention.sweep() == 0, "they may be of a process at work"
    old = time.time() - 7200
    for folder in (*left, answer.folder, store.files.incoming(one.id)):
        for path in (*folder.iterdir(), folder):
            os.utime(path, (old, old))
    assert store.retention.sweep() == 4
    assert not any(folder.exists() for folder in left)
    assert answer.folder.is_dir()
    assert store.submissions.path_of(one).is_file()


def test_files_that_outlived_the_row_that_gave_them_up_are_swept_away(of_days, monkeypatch):
    store = of_days(7)
    one = submit(store, content=b"head")
    worked(store)
    (answer,) = store.submissions.answers(one.id)
    monkeypatch.setattr("hemoscope.store.retention.remove", print)  # killed before it could
    monkeypatch.setattr(store.retention, "_remove_drawn", print)
    store.retention.remove_old_pixels(at=now() + timedelta(days=8))
    assert answer.folder.is_dir()
    assert store.retention.sweep(older_than_s=0) == 2
    assert not answer.folder.exists()
