"""Killed before and after every single thing that reaches the disk or the database: it was done, or it was not."""

import itertools
import multiprocessing
import signal
from collections.abc import Callable, Iterator
from itertools import pairwise

import pytest
import sqlalchemy as sa

from hemoscope.store.records import State
from hemoscope.store.store import Store
from hemoscope.store.tables import results, studies, submissions, verdicts
from tests.store import dying
from tests.store.filling import submit
from tests.store.test_worker import run_out, worked

MOST = 200
"""Steps; none of ours has so many."""


@pytest.fixture(scope="module")
def processes():
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(["tests.store.dying"])
    return context


@pytest.fixture
def kill_at_every_step(store, url, processes):
    """Do something again and again, killed one step later each time, until it comes to its end; yield after each."""

    def kill(act: str, prepare: Callable[[], str]) -> Iterator[str]:
        for step in range(1, MOST):
            subject = prepare()
            process = processes.Process(target=dying.die_at, args=(step, act, store.folder, url, subject), daemon=True)
            process.start()
            process.join(60)
            run_out(store)
            assert process.exitcode in (0, -signal.SIGKILL)
            yield subject
            if process.exitcode == 0:
                assert step > 2, "it took no steps"
                return
        pytest.fail("it never came to its end")

    return kill


def count(store: Store, table: sa.Table) -> int:
    with store.database.reading() as connection:
        return connection.scalar(sa.select(sa.func.count()).select_from(table))


def check_files(store: Store) -> None:
    """After a sweep there are the files that rows tell of, and no others."""
    store.retention.sweep(older_than_s=0)
    with store.database.reading() as connection:
        kept = set(connection.scalars(sa.select(submissions.c.id).where(submissions.c.has_pixels)))
        shown = set(connection.scalars(sa.select(results.c.id).where(results.c.has_files)))
    assert {path.name for path in (store.folder / "incoming").iterdir()} == kept
    assert {path.name for path in (store.folder / "results").iterdir()} == shown
    assert not any((store.folder / "making").iterdir())
    assert not any((store.folder / "arriving").iterdir())
    assert store.audit.verify().broken is None


def scored(store: Store, **options) -> str:
    one = submit(store, **options)
    worked(store)
    return one.id


def test_submitting(store, kill_at_every_step):
    ends = []
    for _ in kill_at_every_step("submit", lambda: ""):
        check_files(store)
        ends.append(count(store, submissions))
        worked(store)
        assert store.worklist.count_states()[State.SCORED] == ends[-1]
    assert ends[0] == 0
    # killed after the commit it is there, killed before it is not, and once not killed it is
    assert sorted({after - before for before, after in pairwise(ends)}) == [0, 1]
    assert ends[-1] == ends[-2] + 1


def test_working(store, kill_at_every_step):
    fresh, sent = itertools.count(), []

    def two_of_the_same() -> str:
        content = f"study {next(fresh)}".encode()
        sent.append([submit(store, content=content).id for _ in range(2)])
        return ""

    for _ in kill_at_every_step("work", two_of_the_same):
        check_files(store)
        assert count(store, results) <= len(sent)
        worked(store)
        check_files(store)
        assert count(store, results) == len(sent)
        (one,), (other,) = (store.submissions.answers(each) for each in sent[-1])
        assert one.result_id == other.result_id
        assert (one.folder / "index.html").is_file()
    assert len(sent) > 20


def test_deleting(store, kill_at_every_step):
    other, fresh = scored(store, content=b"other"), itertools.count()

    def one_with_a_verdict() -> str:
        one = scored(store, content=f"study {next(fresh)}".encode())
        store.verdicts.give(one, reader="reader", opinion="agree")
        return one

    outcomes = []
    for one in kill_at_every_step("delete", one_with_a_verdict):
        check_files(store)
        is_there = count(store, submissions) == 2
        outcomes.append(is_there)
        assert (count(store, results), count(store, verdicts)) == ((2, 1) if is_there else (1, 0))
        if is_there:
            store.submissions.delete(one, who="admin")
        assert count(store, studies) == 1
    assert outcomes == sorted(outcomes, reverse=True), "there until it is gone"
    assert set(outcomes) == {True, False}
    assert store.submissions.answers(other)[0].folder.is_dir()


def test_removing_pixels(store, kill_at_every_step):
    fresh, outcomes = itertools.count(), []
    for one in kill_at_every_step("retain", lambda: scored(store, content=f"study {next(fresh)}".encode())):
        check_files(store)
        (answer,) = store.submissions.answers(one)
        outcomes.append(answer.folder is not None)
        assert answer.document is not None
        assert store.submissions.get(one).has_pixels is outcomes[-1]
        store.submissions.delete(one, who="admin")
    assert outcomes == sorted(outcomes, reverse=True)
    assert set(outcomes) == {True, False}


def test_judging(store, kill_at_every_step):
    fresh, outcomes = itertools.count(), []
    for one in kill_at_every_step("judge", lambda: scored(store, content=f"study {next(fresh)}".encode())):
        outcomes.append(store.submissions.get(one).verdict is not None)
        assert len(store.verdicts.of(one)) == int(outcomes[-1])
        assert store.audit.verify().broken is None
    assert outcomes == sorted(outcomes)
    assert set(outcomes) == {True, False}
