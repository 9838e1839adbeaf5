"""What the figures of a service are made from: what was finished, and the scores of one model in their order."""

from collections import defaultdict
from datetime import datetime

import sqlalchemy as sa

from hemoscope.records import Status
from hemoscope.store.database import Database
from hemoscope.store.records import Finished, State
from hemoscope.store.tables import answers, results, submissions


class Monitoring:
    """The figures of one store."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def finished(self, since: datetime) -> tuple[Finished, ...]:
        """Return the submissions that were finished from a time on, the oldest first."""
        chosen = submissions.c.finished_at >= since
        asked = sa.select(submissions).where(chosen).order_by(submissions.c.finished_at, submissions.c.id)
        of_answers = (
            sa.select(answers.c.submission_id, results.c.error_code)
            .join(results, results.c.id == answers.c.result_id)
            .join(submissions, submissions.c.id == answers.c.submission_id)
            .where(chosen, results.c.error_code.is_not(None))
            .order_by(answers.c.submission_id, answers.c.place)
        )
        codes: dict[str, list[str]] = defaultdict(list)
        with self._database.reading() as connection:
            for submission_id, code in connection.execute(of_answers):
                codes[submission_id].append(code)
            rows = connection.execute(asked).all()
        return tuple(
            Finished(
                received_at=row.received_at,
                finished_at=row.finished_at,
                state=State(row.state),
                probability=row.probability,
                codes=(*codes[row.id], *(() if row.error_code is None else (row.error_code,))),
            )
            for row in rows
        )

    def scores(self, bundle_hash: str) -> list[float]:
        """Return the probabilities that a bundle gave, in the order in which it did."""
        asked = (
            sa.select(results.c.probability)
            .where(results.c.bundle_hash == bundle_hash, results.c.status == Status.SCORED)
            .order_by(results.c.made_at, results.c.id)
        )
        with self._database.reading() as connection:
            return list(connection.scalars(asked))
