"""From rows to records, and what several parts of the store ask of rows."""

import json
import uuid
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite

from hemoscope.errors import ServiceError
from hemoscope.records import Decision, ErrorReport, Status
from hemoscope.results.document import result_from_json
from hemoscope.results.study_document import study_from_json
from hemoscope.store.files import Files
from hemoscope.store.records import Opinion, State, StoredAnswer, Submission
from hemoscope.store.tables import answers, results, submissions
from hemoscope.terms import Label


def new_id() -> str:
    """Draw 32 hexadecimal digits: they say nothing of what they name."""
    return uuid.uuid4().hex


def now() -> datetime:
    """Return the time, with its zone."""
    return datetime.now(UTC)


def no_such_study() -> ServiceError:
    """Build the error for an id that has no row."""
    return ServiceError(
        "service.unknown_study", "There is no such study.", "Look it up in the worklist; it may have been deleted."
    )


def submission_of(row: sa.Row[Any]) -> Submission:
    """Turn a row of `submissions` into its record."""
    return Submission(
        id=row.id,
        name=row.name,
        submitted_by=row.submitted_by,
        received_at=row.received_at,
        files=row.files,
        size=row.size,
        state=State(row.state),
        progress=row.progress,
        attempts=row.attempts,
        finished_at=row.finished_at,
        probability=row.probability,
        decision=None if row.decision is None else Decision(row.decision),
        strongest_subtype=None if row.strongest_subtype is None else Label(row.strongest_subtype),
        verdict=None if row.verdict is None else Opinion(row.verdict),
        read_at=row.read_at,
        has_pixels=row.has_pixels,
        error=error_of(row),
        place=None if row.place is None else Path(row.place),
    )


def error_of(row: sa.Row[Any]) -> ErrorReport | None:
    """Return the error of a row of `submissions`; None where it has none."""
    if row.error_code is None:
        return None
    return ErrorReport(row.error_code, row.error_message, row.error_next_step)


def find_submission(connection: sa.Connection, submission_id: str, *, holds: bool = False) -> sa.Row[Any]:
    """Return a row of `submissions`.

    Args:
        connection: To the database.
        submission_id: Of the row.
        holds: Whether nobody else may change or delete it until the transaction ends.

    Raises:
        ServiceError: "service.unknown_study".
    """
    asked = sa.select(submissions).where(submissions.c.id == submission_id)
    row = connection.execute(asked.with_for_update() if holds else asked).first()
    if row is None:
        raise no_such_study()
    return row


def find_answers(connection: sa.Connection, submission: Submission, files: Files) -> tuple[StoredAnswer, ...]:
    """Return what was said of a submission, in the order of its studies."""
    rows = connection.execute(
        sa.select(results)
        .join(answers, answers.c.result_id == results.c.id)
        .where(answers.c.submission_id == submission.id)
        .order_by(answers.c.place)
    ).all()
    found = tuple(_answer_of(row, submission, files) for row in rows)
    if submission.error is None or not submission.state.is_final:
        return found
    return (*found, StoredAnswer(Status(submission.state), error=submission.error))


def _answer_of(row: sa.Row[Any], submission: Submission, files: Files) -> StoredAnswer:
    document = json.loads(row.document)
    result = study_from_json(document) if row.is_study else None
    said = result or result_from_json(document)
    return StoredAnswer(
        status=said.status,
        result_id=row.id,
        study_id=row.study_id,
        model=json.loads(row.model),
        software=row.software,
        folder=files.result(row.id) if row.has_files and submission.has_pixels else None,
        document=document,
        is_study=row.is_study,
        probability=said.probability,
        decision=said.decision,
        subtypes=said.subtypes,
        volumes_ml=None if result is None else result.volumes_ml,
        slices=1 if result is None else len(result.slices),
        key_slices=() if result is None else result.key_slices,
        warnings=said.warnings,
        error=said.error,
    )


def insert_new(connection: sa.Connection, table: sa.Table, **values: Any) -> bool:
    """Insert a row unless one with the same key is there; say whether it was inserted."""
    insert = postgresql.insert if connection.dialect.name == "postgresql" else sqlite.insert
    done = connection.execute(insert(table).values(**values).on_conflict_do_nothing())
    return done.rowcount == 1
