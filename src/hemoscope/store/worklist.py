"""The worklist: what a reader should look at first, filtered and paged; and how many stand where."""

from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa

from hemoscope.records import Decision
from hemoscope.store.database import Database
from hemoscope.store.records import Order, Page, Query, State
from hemoscope.store.rows import submission_of
from hemoscope.store.tables import submissions

_COLUMNS = submissions.c
_ORDERS: dict[Order, Sequence[sa.ColumnElement[Any]]] = {
    Order.PRIORITY: (
        sa.case((sa.and_(_COLUMNS.verdict.is_(None), _COLUMNS.decision == Decision.POSITIVE), 0), else_=1),
        _COLUMNS.probability.desc().nulls_last(),
        _COLUMNS.received_at,
    ),
    Order.NEWEST: (_COLUMNS.received_at.desc(),),
    Order.OLDEST: (_COLUMNS.received_at,),
    Order.PROBABILITY: (_COLUMNS.probability.desc().nulls_last(), _COLUMNS.received_at),
}


class Worklist:
    """The submissions of one store, as a reader wants them."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def page(self, query: Query) -> Page:
        """Return a page of it, and how many there are on all pages."""
        wanted = sa.and_(sa.true(), *_conditions(query))
        asked = (
            sa.select(submissions)
            .where(wanted)
            .order_by(*_ORDERS[query.order], _COLUMNS.id)
            .limit(query.per_page)
            .offset((query.page - 1) * query.per_page)
        )
        with self._database.reading() as connection:
            total = connection.scalar(sa.select(sa.func.count()).select_from(submissions).where(wanted)) or 0
            return Page(tuple(submission_of(row) for row in connection.execute(asked)), total)

    def count_states(self) -> dict[State, int]:
        """Return how many submissions stand in each state, every state being there."""
        with self._database.reading() as connection:
            rows = connection.execute(sa.select(_COLUMNS.state, sa.func.count()).group_by(_COLUMNS.state)).all()
        counted = {State(state): count for state, count in rows}
        return {state: counted.get(state, 0) for state in State}


def _conditions(query: Query) -> list[sa.ColumnElement[bool]]:
    found: list[sa.ColumnElement[bool]] = []
    if query.states:
        found.append(_COLUMNS.state.in_(list(query.states)))
    if query.decision is not None:
        found.append(_COLUMNS.decision == query.decision)
    if query.subtype is not None:
        found.append(_COLUMNS.strongest_subtype == query.subtype)
    if query.verdict is not None:
        found.append(_COLUMNS.verdict == query.verdict)
    if query.is_read is not None:
        found.append(_COLUMNS.verdict.is_not(None) if query.is_read else _COLUMNS.verdict.is_(None))
    if query.text:
        found.append(_COLUMNS.name.icontains(query.text, autoescape=True))
    if query.received_from is not None:
        found.append(_COLUMNS.received_at >= query.received_from)
    if query.received_until is not None:
        found.append(_COLUMNS.received_at < query.received_until)
    return found
