"""What readers say of the answers; added, never changed."""

import json
from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from hemoscope.errors import ServiceError
from hemoscope.records import Decision
from hemoscope.store.audit import append
from hemoscope.store.database import Database
from hemoscope.store.records import Opinion, State, Submission, Verdict
from hemoscope.store.rows import find_submission, new_id, now, submission_of
from hemoscope.store.tables import answers, results, submissions, verdicts
from hemoscope.terms import Label


class Verdicts:
    """The verdicts of one store."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def give(
        self,
        submission_id: str,
        *,
        reader: str,
        opinion: Opinion,
        reason: str | None = None,
        subtypes: Sequence[Label] = (),
        has_hemorrhage: bool | None = None,
    ) -> Verdict:
        """Keep what a reader says; the last one counts.

        Args:
            submission_id: What it is of.
            reader: Label of the token, or "local".
            opinion: Of the answer.
            reason: Why.
            subtypes: What the reader sees.
            has_hemorrhage: What the reader sees; unless given, what the answer decided, or its opposite.

        Raises:
            ServiceError: "service.unknown_study"; "service.not_ready" where there is no answer yet.
        """
        with self._database.writing() as connection:
            submission = submission_of(find_submission(connection, submission_id, holds=True))
            if not submission.state.is_final:
                raise ServiceError(
                    "service.not_ready", "The study has no answer yet.", "Wait until its state is final."
                )
            made = Verdict(
                id=new_id(),
                submission_id=submission_id,
                reader=reader,
                given_at=now(),
                opinion=opinion,
                has_hemorrhage=_implied(submission, opinion) if has_hemorrhage is None else has_hemorrhage,
                reason=reason,
                subtypes=tuple(label for label in Label if label in subtypes),
                model_version=_model_version(connection, submission_id),
            )
            _keep(connection, made, first_at=submission.read_at)
        return made

    def of(self, submission_id: str) -> tuple[Verdict, ...]:
        """Return all verdicts on a submission, the oldest first.

        Raises:
            ServiceError: "service.unknown_study".
        """
        asked = (
            sa.select(verdicts)
            .where(verdicts.c.submission_id == submission_id)
            .order_by(verdicts.c.given_at, verdicts.c.id)
        )
        with self._database.reading() as connection:
            find_submission(connection, submission_id)
            return tuple(_verdict_of(row) for row in connection.execute(asked))

    def latest(self) -> Iterator[tuple[Submission, Verdict]]:
        """Give every submission that has a verdict, with the last one, by when the submission came."""
        by_time = sa.func.row_number().over(
            partition_by=verdicts.c.submission_id, order_by=(verdicts.c.given_at.desc(), verdicts.c.id.desc())
        )
        last = sa.select(verdicts.c.id, by_time.label("age")).subquery()
        given = sa.select(verdicts).join(last, last.c.id == verdicts.c.id).where(last.c.age == 1)
        with self._database.reading() as connection:
            said = {row.submission_id: _verdict_of(row) for row in connection.execute(given)}
            asked = sa.select(submissions).where(submissions.c.verdict.is_not(None))
            ordered = connection.execute(asked.order_by(submissions.c.received_at, submissions.c.id)).all()
        for row in ordered:
            if row.id in said:  # else it was deleted in between
                yield submission_of(row), said[row.id]

    def since(self, start: datetime) -> tuple[Verdict, ...]:
        """Return the verdicts given from a time on, the oldest first."""
        asked = sa.select(verdicts).where(verdicts.c.given_at >= start).order_by(verdicts.c.given_at, verdicts.c.id)
        with self._database.reading() as connection:
            return tuple(_verdict_of(row) for row in connection.execute(asked))


def _implied(submission: Submission, opinion: Opinion) -> bool | None:
    """Return what a reader means who only agrees or disagrees; None where the answer decided nothing."""
    if submission.state is not State.SCORED or submission.decision in (None, Decision.UNCERTAIN):
        return None
    is_positive = submission.decision is Decision.POSITIVE
    return is_positive if opinion is Opinion.AGREE else not is_positive


def _model_version(connection: sa.Connection, submission_id: str) -> str:
    found = connection.scalar(
        sa.select(results.c.model_version)
        .join(answers, answers.c.result_id == results.c.id)
        .where(answers.c.submission_id == submission_id)
        .order_by(answers.c.place)
        .limit(1)
    )
    return found or ""


def _keep(connection: sa.Connection, made: Verdict, *, first_at: datetime | None) -> None:
    connection.execute(
        verdicts.insert().values(
            id=made.id,
            submission_id=made.submission_id,
            reader=made.reader,
            given_at=made.given_at,
            opinion=made.opinion,
            has_hemorrhage=made.has_hemorrhage,
            reason=made.reason,
            subtypes=json.dumps([str(label) for label in made.subtypes]),
            model_version=made.model_version,
        )
    )
    connection.execute(
        submissions.update()
        .where(submissions.c.id == made.submission_id)
        .values(verdict=made.opinion, read_at=first_at or made.given_at)
    )
    details = {"verdict": made.id, "opinion": str(made.opinion), "has_hemorrhage": made.has_hemorrhage}
    append(connection, "verdict-given", actor=made.reader, subject=made.submission_id, details=details)


def _verdict_of(row: sa.Row[Any]) -> Verdict:
    return Verdict(
        id=row.id,
        submission_id=row.submission_id,
        reader=row.reader,
        given_at=row.given_at,
        opinion=Opinion(row.opinion),
        has_hemorrhage=row.has_hemorrhage,
        reason=row.reason,
        subtypes=tuple(Label(name) for name in json.loads(row.subtypes)),
        model_version=row.model_version,
    )
