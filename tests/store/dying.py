"""Processes that die at a step of their own choosing: before or after something reaches the disk or the database."""

import os
import shutil
import signal
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

from hemoscope.store.queue import Patience
from hemoscope.store.rows import now
from hemoscope.store.store import Store
from hemoscope.store.worker import Worker
from tests.store.fake_scorer import FakeScorer
from tests.store.filling import submit

PATIENCE = Patience(lease_s=3600.0, most_attempts=10_000)
"""So long that no heart beats between steps: each run takes the same steps."""


class Steps:
    """Counts what is about to be made lasting, and what just was; dies at one of them.

    Args:
        fatal: Number of the step to die at.
    """

    def __init__(self, fatal: int) -> None:
        self._fatal, self._count = fatal, 0

    def take(self) -> None:
        self._count += 1
        if self._count == self._fatal:
            os.kill(os.getpid(), signal.SIGKILL)

    def around(self, act: Callable) -> Callable:
        def acted(*arguments, **named):
            self.take()
            done = act(*arguments, **named)
            self.take()
            return done

        return acted


def die_at(fatal: int, act: str, folder: Path, url: str, subject: str) -> None:
    """Do something with a store, and die at a step of it.

    Args:
        fatal: Number of the step.
        act: Name of what is done.
        folder: Of the store.
        url: Of its database.
        subject: What it is done to.
    """
    steps = Steps(fatal)
    with Store(folder, url, patience=PATIENCE, keep_pixels_days=7) as store:
        for place, name in ((os, "fsync"), (Path, "replace"), (shutil, "rmtree"), (os, "mkdir")):
            setattr(place, name, steps.around(getattr(place, name)))
        engine = store.database._engine
        engine.dialect.do_commit = steps.around(engine.dialect.do_commit)
        ACTS[act](store, subject)


def _submit(store: Store, _: str) -> None:
    submit(store, content=b"head")


def _work(store: Store, _: str) -> None:
    Worker(store, FakeScorer()).run(until_empty=True)


def _delete(store: Store, subject: str) -> None:
    store.submissions.delete(subject, who="admin")


def _retain(store: Store, _: str) -> None:
    store.retention.remove_old_pixels(at=now() + timedelta(days=8))


def _judge(store: Store, subject: str) -> None:
    store.verdicts.give(subject, reader="reader", opinion="agree")


ACTS = {"submit": _submit, "work": _work, "delete": _delete, "retain": _retain, "judge": _judge}
