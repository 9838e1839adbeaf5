"""Submissions: taken in, looked up, deleted with all that belongs to them."""

from pathlib import Path

import sqlalchemy as sa

from hemoscope.errors import InputError
from hemoscope.store.audit import append
from hemoscope.store.database import Database
from hemoscope.store.files import Files, remove, settle
from hemoscope.store.records import Arrival, State, StoredAnswer, Submission
from hemoscope.store.retention import forget_studies, lock_results
from hemoscope.store.rows import find_answers, find_submission, new_id, now, submission_of
from hemoscope.store.tables import answers, results, submissions


class Submissions:
    """The submissions of one store."""

    def __init__(self, database: Database, files: Files) -> None:
        self._database, self._files = database, files

    def reserve(self) -> Arrival:
        """Return room for an upload; its folder does not exist yet. One that is never accepted is swept away later."""
        submission = new_id()
        return Arrival(submission, self._files.arriving(submission))

    def abandon(self, arrival: Arrival) -> None:
        """Remove an upload that is not to be accepted."""
        remove(arrival.folder)

    def accept(self, arrival: Arrival, *, name: str, who: str, files: int, size: int) -> Submission:
        """Accept an upload and put it in the queue: once this returns, no kill loses it.

        Args:
            arrival: Its folder is whole.
            name: What to call it on the page.
            who: Label of the token, or "local".
            files: How many came.
            size: Bytes of all.
        """
        settle(arrival.folder, self._files.incoming(arrival.id))
        return self._enqueue(arrival.id, name=name, who=who, files=files, size=size)

    def accept_place(self, place: Path, *, name: str, who: str, files: int = 0, size: int = 0) -> Submission:
        """Put a file or folder of this machine in the queue; it is read where it lies, and never removed from there.

        Args:
            place: Absolute; whoever calls has checked that it may be read.
            name: What to call it on the page.
            who: Label of the token, or "local".
            files: How many there are, where that is known.
            size: Bytes of all, where that is known.

        Raises:
            InputError: "input.not_found".
        """
        if not place.is_absolute() or not place.exists():
            raise InputError("input.not_found", "Expected an absolute path of something.", "Check the path.")
        return self._enqueue(new_id(), name=name, who=who, files=files, size=size, place=place)

    def get(self, submission_id: str) -> Submission:
        """Look one up.

        Raises:
            ServiceError: "service.unknown_study".
        """
        with self._database.reading() as connection:
            return submission_of(find_submission(connection, submission_id))

    def has(self, submission_id: str) -> bool:
        """Whether one was accepted, and not deleted since."""
        with self._database.reading() as connection:
            return connection.scalar(sa.select(submissions.c.id).where(submissions.c.id == submission_id)) is not None

    def answers(self, submission_id: str) -> tuple[StoredAnswer, ...]:
        """Return what was said of each study in it; empty until the first is done.

        Raises:
            ServiceError: "service.unknown_study".
        """
        with self._database.reading() as connection:
            submission = submission_of(find_submission(connection, submission_id))
            return find_answers(connection, submission, self._files)

    def path_of(self, submission: Submission) -> Path:
        """Return the file or folder that was submitted: the only file of an upload, else its folder."""
        return submission.place or only_file(self._files.incoming(submission.id))

    def delete(self, submission_id: str, *, who: str) -> None:
        """Delete a submission with its verdicts and files, and each result that no other submission has as well.

        Args:
            submission_id: Which.
            who: Label of the token, or "local".

        Raises:
            ServiceError: "service.unknown_study".
        """
        with self._database.writing() as connection:
            find_submission(connection, submission_id, holds=True)
            own = lock_results(connection, submission_id)
            connection.execute(submissions.delete().where(submissions.c.id == submission_id))
            kept = set(connection.scalars(sa.select(answers.c.result_id).where(answers.c.result_id.in_(own))))
            orphans = [result for result in own if result not in kept]
            connection.execute(results.delete().where(results.c.id.in_(orphans)))
            append(connection, "deleted", actor=who, subject=submission_id, details={"results": orphans})
        remove(self._files.incoming(submission_id))
        for result in orphans:
            remove(self._files.result(result))
        with self._database.writing() as connection:
            forget_studies(connection)
        self._database.wipe()

    def _enqueue(
        self, submission_id: str, *, name: str, who: str, files: int, size: int, place: Path | None = None
    ) -> Submission:
        made = Submission(submission_id, name, who, now(), files, size, State.QUEUED, place=place)
        with self._database.writing() as connection:
            connection.execute(
                submissions.insert().values(
                    id=made.id,
                    name=made.name,
                    place=None if place is None else str(place),
                    submitted_by=who,
                    received_at=made.received_at,
                    files=files,
                    size=size,
                    state=made.state,
                    progress=0.0,
                    attempts=0,
                    has_pixels=True,
                )
            )
            details = {"files": files, "bytes": size, "by_path": place is not None}
            append(connection, "accepted", actor=who, subject=made.id, details=details)
        return made


def only_file(folder: Path) -> Path:
    """Return the only file of a folder, else the folder; a study may be many files, or one archive."""
    try:
        inside = list(folder.iterdir())
    except OSError:  # deleted meanwhile; whoever opens it is told so
        return folder
    return inside[0] if len(inside) == 1 and inside[0].is_file() else folder
