"""What all answers of a submission come to: the row of the worklist."""

from dataclasses import dataclass

import sqlalchemy as sa

from hemoscope.records import Decision
from hemoscope.store.records import State
from hemoscope.store.tables import answers, results


@dataclass(frozen=True, slots=True)
class Summary:
    """The answers of a submission, as one.

    Attributes:
        count: How many there are.
        state: Scored where one is; else refused where one is; else failed.
        probability: The highest.
        decision: Of the answer with that.
        strongest_subtype: Of the highest positive answer.
        codes: Of the errors of those without a score.
    """

    count: int
    state: State
    probability: float | None
    decision: str | None
    strongest_subtype: str | None
    codes: tuple[str, ...]


def summarize(connection: sa.Connection, submission_id: str) -> Summary:
    """Sum a submission's answers up."""
    wanted = results.c
    rows = connection.execute(
        sa.select(wanted.status, wanted.probability, wanted.decision, wanted.strongest_subtype, wanted.error_code)
        .join(answers, answers.c.result_id == wanted.id)
        .where(answers.c.submission_id == submission_id)
        .order_by(answers.c.place)
    ).all()
    states = {State(row.status) for row in rows}
    scored = sorted((row for row in rows if row.probability is not None), key=lambda row: -row.probability)
    positive = [row for row in scored if row.decision == Decision.POSITIVE]
    return Summary(
        count=len(rows),
        state=next((state for state in (State.SCORED, State.REFUSED) if state in states), State.FAILED),
        probability=scored[0].probability if scored else None,
        decision=scored[0].decision if scored else None,
        strongest_subtype=positive[0].strongest_subtype if positive else None,
        codes=tuple(row.error_code for row in rows if row.error_code is not None),
    )
