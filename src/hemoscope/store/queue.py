"""The queue: submissions are taken by workers under leases, which a killed worker leaves to run out.

Every change is one short transaction that first makes sure that the lease still holds: of two workers that both believe
to have a submission, as after one stood still for a minute, only the one with the lease can change anything.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

import sqlalchemy as sa

from hemoscope.records import ErrorReport
from hemoscope.store.audit import WORKER, append
from hemoscope.store.database import Database
from hemoscope.store.deliveries import plan_deliveries
from hemoscope.store.files import Files, remove
from hemoscope.store.records import Job, State
from hemoscope.store.rows import new_id, now, submission_of
from hemoscope.store.submissions import Submissions
from hemoscope.store.summary import summarize
from hemoscope.store.tables import answers, studies, submissions, workers

ALIVE_S = 15.0
"""Seconds since it was last heard of, within which a worker counts as alive."""
KILLED = ErrorReport(
    "store.killed_workers",
    "Each worker that began this study was killed before it had ended.",
    "Look for what ended the workers, such as too little memory; then delete the study and send it again.",
)


@dataclass(frozen=True, slots=True)
class Patience:
    """How long workers are waited for.

    Attributes:
        lease_s: Seconds without a word, after which another worker may take the submission.
        most_attempts: Workers that may die of one submission before it is given up.
    """

    lease_s: float = 30.0
    most_attempts: int = 3


class LeaseLostError(Exception):
    """The submission is another worker's now, or deleted: what was made of it is to be thrown away."""


class Queue:
    """The queue of one store.

    Args:
        database: Of the store.
        files: Likewise.
        found: Likewise; says where what was submitted lies.
        keep_pixels_days: As `Store` has it.
        patience: With workers.
    """

    def __init__(
        self,
        database: Database,
        files: Files,
        found: Submissions,
        *,
        keep_pixels_days: int | None = None,
        patience: Patience | None = None,
    ) -> None:
        self._database, self._files, self._found = database, files, found
        self.keep_pixels_days, self.patience = keep_pixels_days, patience or Patience()

    def take(self, *, takes_over: bool = True) -> Job | None:
        """Take the submission that waited longest; None where none waits.

        Args:
            takes_over: Whether those count whose worker was not heard of for as long as its lease.
        """
        while True:
            with self._database.reading() as connection:  # looking costs no writer his turn
                if connection.execute(_waiting(takes_over=takes_over).limit(1)).first() is None:
                    return None
            with self._database.writing() as connection:
                row = connection.execute(
                    _waiting(takes_over=takes_over).limit(1).with_for_update(skip_locked=True)
                ).first()
                if row is None:
                    return None
                if row.attempts >= self.patience.most_attempts:
                    _end(connection, row.id, State.FAILED, error=KILLED, has_pixels=self._keeps_pixels)
                    continue
                lease = new_id()
                values = {"state": State.SCORING, "worker": lease, "lease_until": self._until(), "not_before": None}
                connection.execute(
                    submissions.update()
                    .where(submissions.c.id == row.id)
                    .values(**values, attempts=row.attempts + 1, progress=0.0)
                )
                submission = submission_of(row)
            return Job(submission.id, lease, self._found.path_of(submission), row.attempts + 1)

    def renew(self, job: Job, *, progress: float) -> None:
        """Say that a job is still worked on.

        Args:
            job: Which.
            progress: Share of it that is done, 0 to 1.

        Raises:
            LeaseLostError: It is no longer the worker's.
        """
        until = self._until()
        with self._database.writing() as connection:
            hold_lease(connection, job)
            connection.execute(
                submissions.update()
                .where(submissions.c.id == job.submission_id)
                .values(lease_until=until, progress=progress)
            )
            connection.execute(studies.update().where(studies.c.worker == job.lease).values(lease_until=until))

    def give_back(self, job: Job, *, after_s: float = 0.0, counts: bool = False) -> None:
        """Put a job back into the queue.

        Args:
            job: Which.
            after_s: Seconds before which nobody takes it again.
            counts: Whether this was one of the attempts after which it is given up.

        Raises:
            LeaseLostError: It is no longer the worker's.
        """
        with self._database.writing() as connection:
            hold_lease(connection, job)
            values = {"state": State.QUEUED, "worker": None, "lease_until": None, "progress": 0.0}
            connection.execute(
                submissions.update()
                .where(submissions.c.id == job.submission_id)
                .values(
                    **values,
                    not_before=now() + timedelta(seconds=after_s) if after_s else None,
                    attempts=submissions.c.attempts if counts else submissions.c.attempts - 1,
                )
            )
            _release_studies(connection, job)

    def finish(self, job: Job, *, answered: int) -> None:
        """End a job whose studies all have their answers.

        Args:
            job: Which.
            answered: How many there are.

        Raises:
            LeaseLostError: It is no longer the worker's.
        """
        with self._database.writing() as connection:
            hold_lease(connection, job)
            connection.execute(
                answers.delete().where(answers.c.submission_id == job.submission_id, answers.c.place >= answered)
            )
            _end(connection, job.submission_id, None, has_pixels=self._keeps_pixels)
            _release_studies(connection, job)
        self._forget(job)

    def fail(self, job: Job, error: ErrorReport, *, state: State = State.FAILED) -> None:
        """End a job that cannot be done.

        Args:
            job: Which.
            error: Why.
            state: FAILED, or REFUSED.

        Raises:
            LeaseLostError: It is no longer the worker's.
        """
        with self._database.writing() as connection:
            hold_lease(connection, job)
            _end(connection, job.submission_id, state, error=error, has_pixels=self._keeps_pixels)
            _release_studies(connection, job)
        self._forget(job)

    def beat(self, worker: str) -> None:
        """Say that a worker is alive."""
        at = now()
        with self._database.writing() as connection:
            done = connection.execute(workers.update().where(workers.c.id == worker).values(seen_at=at))
            if done.rowcount == 0:
                connection.execute(workers.insert().values(id=worker, started_at=at, seen_at=at))

    def leave(self, worker: str) -> None:
        """Say that a worker ends."""
        with self._database.writing() as connection:
            connection.execute(workers.delete().where(workers.c.id == worker))

    def count_alive(self) -> int:
        """Return how many workers were heard of lately."""
        latest = now() - timedelta(seconds=ALIVE_S)
        asked = sa.select(sa.func.count()).select_from(workers).where(workers.c.seen_at >= latest)
        with self._database.reading() as connection:
            return connection.scalar(asked) or 0

    @property
    def _keeps_pixels(self) -> bool:
        return self.keep_pixels_days != 0

    def _until(self) -> datetime:
        return now() + timedelta(seconds=self.patience.lease_s)

    def _forget(self, job: Job) -> None:
        if not self._keeps_pixels:
            remove(self._files.incoming(job.submission_id))


def hold_lease(connection: sa.Connection, job: Job) -> None:
    """Make sure that a job is still its worker's, and that it stays so until the transaction ends.

    Raises:
        LeaseLostError: It is not.
    """
    is_ours = sa.and_(
        submissions.c.id == job.submission_id,
        submissions.c.worker == job.lease,
        submissions.c.state == State.SCORING,
    )
    if connection.execute(sa.select(submissions.c.id).where(is_ours).with_for_update()).first() is None:
        raise LeaseLostError


def _waiting(*, takes_over: bool) -> sa.Select[tuple[object, ...]]:
    at = now()
    is_due = sa.or_(submissions.c.not_before.is_(None), submissions.c.not_before <= at)
    is_queued = sa.and_(submissions.c.state == State.QUEUED, is_due)
    is_left = sa.and_(submissions.c.state == State.SCORING, submissions.c.lease_until < at)
    wanted = sa.or_(is_queued, is_left) if takes_over else is_queued
    return sa.select(submissions).where(wanted).order_by(submissions.c.received_at)


def _release_studies(connection: sa.Connection, job: Job) -> None:
    connection.execute(studies.update().where(studies.c.worker == job.lease).values(worker=None, lease_until=None))


def _end(
    connection: sa.Connection,
    submission_id: str,
    state: State | None,
    *,
    error: ErrorReport | None = None,
    has_pixels: bool,
) -> None:
    """Write how a submission ended; None takes the state from its answers."""
    said = summarize(connection, submission_id)
    ended = state or said.state
    connection.execute(
        submissions.update()
        .where(submissions.c.id == submission_id)
        .values(
            state=ended,
            progress=1.0,
            worker=None,
            lease_until=None,
            finished_at=now(),
            probability=said.probability,
            decision=said.decision,
            strongest_subtype=said.strongest_subtype,
            has_pixels=has_pixels,
            error_code=None if error is None else error.code,
            error_message=None if error is None else error.message,
            error_next_step=None if error is None else error.next_step,
        )
    )
    codes = sorted({*said.codes, *(() if error is None else (error.code,))})
    plan_deliveries(connection, submission_id)
    details = {"state": str(ended), "results": said.count, "codes": codes}
    append(connection, "finished", actor=WORKER, subject=submission_id, details=details)
