"""A worker's heart: says that it lives and how far it is, and hears that it must stop."""

import contextlib
import logging
import time
from threading import Event, Lock, Thread
from types import TracebackType
from typing import Self

import sqlalchemy as sa

from hemoscope.store.queue import ALIVE_S, LeaseLostError
from hemoscope.store.records import Job
from hemoscope.store.store import Store

log = logging.getLogger("hemoscope.store.worker")


class HaltedError(BaseException):
    """Work must end at once, because the worker was told to stop or lost its lease.

    No Exception: nothing that catches what may be wrong with a file is to catch this.
    """


class Heartbeat:
    """Beats while a worker lives, and renews the lease of the job at hand.

    Args:
        store: Opened by the worker.
        worker: 32 hexadecimal digits drawn by chance.
        stopping: Set when the worker is told to stop.
        every_s: Seconds between looks at how far it is; at most a quarter of the lease.
    """

    def __init__(self, store: Store, worker: str, stopping: Event, *, every_s: float = 1.0) -> None:
        self._store, self._worker, self._stopping = store, worker, stopping
        self._every_s = min(every_s, store.queue.patience.lease_s / 4)
        self._ended, self._lock = Event(), Lock()
        self._job: Job | None = None
        self._progress, self._is_lost = 0.0, False
        self._told, self._next_renewal, self._next_beat = -1.0, 0.0, 0.0
        self._thread = Thread(target=self._run, name="heartbeat", daemon=True)

    def __enter__(self) -> Self:
        """Begin to beat."""
        self._store.queue.beat(self._worker)
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Say that the worker ends."""
        self._ended.set()
        self._thread.join()
        with contextlib.suppress(sa.exc.SQLAlchemyError):
            self._store.queue.leave(self._worker)

    def begin(self, job: Job) -> None:
        """Renew this job's lease from now on."""
        with self._lock:
            self._job, self._progress, self._is_lost = job, 0.0, False
            self._told = -1.0

    def end(self) -> None:
        """Renew no lease any more."""
        with self._lock:
            self._job = None

    def on_progress(self, share: float) -> None:
        """Take how far the job is.

        Raises:
            HaltedError: It must end.
        """
        with self._lock:
            self._progress = share
            is_lost = self._is_lost
        if is_lost or self._stopping.is_set():
            raise HaltedError

    def _run(self) -> None:
        while not self._ended.wait(self._every_s):
            try:
                self._beat()
            except Exception as error:  # a database that is away comes back; without a heart every lease would run out
                log.warning("the heartbeat could not be written: %s", type(error).__name__)

    def _beat(self) -> None:
        """Write what is new, and that the worker lives, no more often than others need to know."""
        with self._lock:
            job, progress = self._job, self._progress
        at = time.monotonic()
        if job is not None and (progress != self._told or at >= self._next_renewal):
            try:
                self._store.queue.renew(job, progress=progress)
            except LeaseLostError:
                with self._lock:
                    self._is_lost = self._job is job
            self._told, self._next_renewal = progress, at + self._store.queue.patience.lease_s / 4
        if at >= self._next_beat:
            self._store.queue.beat(self._worker)
            self._next_beat = at + ALIVE_S / 3
