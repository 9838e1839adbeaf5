"""What is kept for how long: pixels for some days, and what a kill left behind not at all."""

from datetime import datetime, timedelta

import sqlalchemy as sa

from hemoscope.store.audit import WORKER, append
from hemoscope.store.database import Database
from hemoscope.store.deliveries import DeliveryState
from hemoscope.store.files import Files, remove
from hemoscope.store.records import State
from hemoscope.store.rows import new_id, now
from hemoscope.store.tables import answers, deliveries, results, studies, submissions, workers

FINAL = (State.SCORED, State.REFUSED, State.FAILED)
LEFT_S = 3600.0
"""Seconds after which files without a row can be of no upload or result under way: all of those are bounded."""
_WORKERS_S = 3600.0


class Retention:
    """The keeping of one store.

    Args:
        database: Of the store.
        files: Likewise.
        keep_pixels_days: As `Store` has it.
    """

    def __init__(self, database: Database, files: Files, *, keep_pixels_days: int | None) -> None:
        self._database, self._files, self._days = database, files, keep_pixels_days

    def remove_old_pixels(self, *, at: datetime | None = None) -> int:
        """Remove what came, and what a viewer shows of it, where it is older than may be kept; answers stay.

        What is still to be sent somewhere waits until it was.

        Args:
            at: The time; now unless given.

        Returns:
            Of how many submissions.
        """
        if self._days is None:
            return 0
        latest = (at or now()) - timedelta(days=self._days)
        waits = sa.exists().where(
            deliveries.c.submission_id == submissions.c.id, deliveries.c.state == DeliveryState.WAITING
        )
        is_old = sa.and_(submissions.c.state.in_(FINAL), submissions.c.has_pixels, submissions.c.finished_at <= latest)
        with self._database.reading() as connection:
            old = connection.scalars(
                sa.select(submissions.c.id).where(is_old, ~waits).order_by(submissions.c.finished_at)
            ).all()
        for submission_id in old:
            self._remove_pixels(submission_id)
        return len(old)

    def sweep(self, *, older_than_s: float = LEFT_S) -> int:
        """Remove what a kill left behind: files that no row tells of, studies without a result, workers long gone.

        Args:
            older_than_s: Seconds that nothing was written to such files; younger ones may be of a process at work.

        Returns:
            How many folders were removed.
        """
        with self._database.reading() as connection:
            kept = set(connection.scalars(sa.select(submissions.c.id).where(submissions.c.has_pixels)))
            shown = set(connection.scalars(sa.select(results.c.id).where(results.c.has_files)))
        with self._database.writing() as connection:
            latest = now() - timedelta(seconds=_WORKERS_S)
            connection.execute(workers.delete().where(workers.c.seen_at < latest))
            forget_studies(connection)
        return self._files.sweep(submissions=kept, results=shown, older_than_s=older_than_s)

    def _remove_pixels(self, submission_id: str) -> None:
        with self._database.writing() as connection:
            is_it = sa.and_(submissions.c.id == submission_id, submissions.c.has_pixels)
            if connection.execute(sa.select(submissions.c.id).where(is_it).with_for_update()).first() is None:
                return
            connection.execute(submissions.update().where(submissions.c.id == submission_id).values(has_pixels=False))
            unshown = _without_viewers(connection, submission_id)
            connection.execute(results.update().where(results.c.id.in_(unshown)).values(has_files=False))
            append(connection, "pixels-removed", actor=WORKER, subject=submission_id, details={"results": unshown})
        remove(self._files.incoming(submission_id))
        for result in unshown:
            self._remove_drawn(result)

    def _remove_drawn(self, result_id: str) -> None:
        """Remove what a viewer shows of a result, unless the study came again meanwhile and is drawn anew.

        Drawing it takes a claim on the study, which waits for this transaction.
        """
        folder, away = self._files.result(result_id), self._files.making(new_id())
        is_free = sa.or_(studies.c.worker.is_(None), studies.c.lease_until < now())
        is_unshown = sa.and_(results.c.id == result_id, results.c.has_files.is_(False), is_free)
        asked = sa.select(studies.c.id).join(results, results.c.study_id == studies.c.id).where(is_unshown)
        with self._database.writing() as connection:
            if connection.execute(asked.with_for_update(of=studies)).first() is None or not folder.exists():
                return
            folder.replace(away)
        remove(away)


def forget_studies(connection: sa.Connection) -> None:
    """Delete the rows of studies that have no result and that no worker is at; in a transaction with nothing else."""
    is_free = sa.or_(studies.c.worker.is_(None), studies.c.lease_until < now())
    connection.execute(studies.delete().where(is_free, ~sa.exists().where(results.c.study_id == studies.c.id)))


def lock_results(connection: sa.Connection, submission_id: str) -> list[str]:
    """Return the ids of the results of a submission; nobody links to them until the transaction ends."""
    ids = connection.scalars(sa.select(answers.c.result_id).where(answers.c.submission_id == submission_id)).all()
    wanted = sorted(set(ids))
    connection.execute(sa.select(results.c.id).where(results.c.id.in_(wanted)).order_by(results.c.id).with_for_update())
    return wanted


def _without_viewers(connection: sa.Connection, submission_id: str) -> list[str]:
    """Return those results of a submission that no other one shows."""
    own = lock_results(connection, submission_id)
    shown = set(
        connection.scalars(
            sa.select(answers.c.result_id)
            .join(submissions, submissions.c.id == answers.c.submission_id)
            .where(answers.c.result_id.in_(own), submissions.c.has_pixels)
        )
    )
    return [result for result in own if result not in shown]
