"""A worker: takes what was submitted, scores each study in it that has no result yet, and keeps what comes out."""

import contextlib
import hashlib
import logging
import random
import time
from collections.abc import Iterator
from pathlib import Path
from threading import Event

import sqlalchemy as sa

from hemoscope.errors import HemoscopeError
from hemoscope.records import ErrorReport, Status
from hemoscope.store.database import is_away
from hemoscope.store.files import remove
from hemoscope.store.heartbeat import HaltedError, Heartbeat
from hemoscope.store.queue import LeaseLostError
from hemoscope.store.records import Job, State
from hemoscope.store.rows import new_id
from hemoscope.store.scorer import Scorer, ToScore
from hemoscope.store.store import Store

log = logging.getLogger("hemoscope.store.worker")
POLL_S = 0.5
"""Seconds between looks at an empty queue."""
AWAY_S = 2.0
"""Seconds to wait for a database that does not answer; less where leases are short."""
_RETENTION_S, _SWEEP_S = 60.0, 3600.0
_UNEXPECTED = ErrorReport(
    "store.unexpected",
    "Something that nobody foresaw stopped the work at this study, each time that it was tried.",
    "Look for it in the worker's log; report it with a study that shows it, if that may be shared.",
)


class _BusyError(Exception):
    """Another worker is at the same study."""


class Worker:
    """Works the queue of a store; one thread works, another says that it lives.

    Args:
        store: Whose queue.
        scorer: What it scores with.
        stopping: Once set, the worker puts what it has back into the queue and ends.
        poll_s: Seconds between looks at an empty queue.
    """

    def __init__(self, store: Store, scorer: Scorer, *, stopping: Event | None = None, poll_s: float = POLL_S) -> None:
        self._store, self._scorer = store, scorer
        self._stopping, self._poll_s = stopping or Event(), poll_s
        self._away_s = min(AWAY_S, store.queue.patience.lease_s / 4)
        self._heart = Heartbeat(store, new_id(), self._stopping)
        self._next_retention = self._next_sweep = self._next_takeover = 0.0
        self._left: Job | None = None

    def run(self, *, until_empty: bool = False) -> int:
        """Work until told to stop.

        Args:
            until_empty: Whether to end once nothing is left in the queue that can be taken now.

        Returns:
            How many submissions it ended.
        """
        ended = 0
        with self._heart:
            while not self._stopping.is_set():
                job: Job | None = None
                try:
                    self._take_back()
                    self._tidy()
                    job = self._store.queue.take(takes_over=time.monotonic() >= self._next_takeover)
                    if job is None and until_empty:
                        break
                    if job is None:
                        self._stopping.wait(self._poll_s)
                        continue
                    ended += self._work(job)
                except sa.exc.DBAPIError as error:
                    self._left = job or self._left
                    # Leases may have run out meanwhile: let whoever lives renew them or give them back first
                    self._next_takeover = time.monotonic() + 2 * self._away_s + self._store.queue.patience.lease_s
                    log.warning("the database does not answer: %s", type(error).__name__)
                    self._stopping.wait(self._away_s)
        return ended

    def _work(self, job: Job) -> bool:
        """Do a job; say whether it ended."""
        started = time.monotonic()
        self._heart.begin(job)
        try:
            answered = 0
            for place, one in enumerate(self._scorer.look_into(job.path, on_progress=self._heart.on_progress)):
                self._answer(job, one, place)
                answered = place + 1
            self._store.queue.finish(job, answered=answered)
        except HemoscopeError as error:
            self._fail(job, error)
        except _BusyError:
            self._give_back(job, after_s=random.uniform(0.5, 1.5))
            return False
        except LeaseLostError:
            log.info("study %s: another worker has it", job.submission_id)
            return False
        except HaltedError:
            self._give_back(job)
            return False
        except sa.exc.DBAPIError as error:
            if is_away(error):
                raise
            log.error("study %s: %s", job.submission_id, type(error).__name__)
            return self._try_again(job)
        except Exception as error:  # its text may quote patient data
            log.error("study %s: %s", job.submission_id, type(error).__name__)
            return self._try_again(job)
        finally:
            self._heart.end()
        log.info("study %s: done in %.1f s", job.submission_id, time.monotonic() - started)
        return True

    def _answer(self, job: Job, one: ToScore, place: int) -> None:
        """Give one study of a job its result, from before or made now."""
        scores, wants_files = self._store.scores, self._store.queue.keep_pixels_days != 0
        key = one.key or hashlib.sha256(f"{job.submission_id}/{place}".encode()).hexdigest()
        while True:
            claim = scores.claim(job, key, self._scorer.model)
            if claim is None:
                raise _BusyError
            if claim.is_scored and (claim.has_files or not wants_files):
                if not scores.link(job, claim, place=place):
                    continue
                one.pass_over()
                return
            with self._room(wants=wants_files) as folder:
                scores.keep(job, claim, one.score(folder), self._scorer.model, place=place)
            return

    @contextlib.contextmanager
    def _room(self, *, wants: bool) -> Iterator[Path | None]:
        folder = self._store.files.making(new_id())
        try:
            yield folder if wants else None
        finally:
            remove(folder)

    def _fail(self, job: Job, error: HemoscopeError) -> None:
        state = State.REFUSED if Status.after(error) is Status.REFUSED else State.FAILED
        with contextlib.suppress(LeaseLostError):
            self._store.queue.fail(job, ErrorReport.of(error), state=state)

    def _give_back(self, job: Job, *, after_s: float = 0.0) -> None:
        with contextlib.suppress(LeaseLostError):
            self._store.queue.give_back(job, after_s=after_s)

    def _take_back(self) -> None:
        """Put back what was at hand when the database went away: that is not the study's fault, and does not count."""
        if self._left is not None:
            self._give_back(self._left)
            self._left = None

    def _try_again(self, job: Job) -> bool:
        """Put a job back that stopped for a reason nobody knows, such as a full disk; give it up in the end."""
        with contextlib.suppress(LeaseLostError):
            if job.attempt >= self._store.queue.patience.most_attempts:
                self._store.queue.fail(job, _UNEXPECTED)
                return True
            self._store.queue.give_back(job, after_s=float(2**job.attempt), counts=True)
        return False

    def _tidy(self) -> None:
        at = time.monotonic()
        if at >= self._next_sweep:
            self._next_sweep = at + _SWEEP_S
            self._store.retention.sweep()
        if at >= self._next_retention:
            self._next_retention = at + _RETENTION_S
            self._store.retention.remove_old_pixels()
