"""The audit trail: rows are only ever added, and each carries the hash of the one before, so that none can be changed.

Nothing in it tells of a patient: ids are drawn by chance, and names of files stand in no row.
"""

import hashlib
import json
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from typing import Any

import sqlalchemy as sa

from hemoscope.store.database import Database
from hemoscope.store.locks import AUDIT, hold
from hemoscope.store.records import AuditRow
from hemoscope.store.tables import audit

START = "0" * 64
"""What the first row has in place of the hash of one before."""
WORKER = "worker"
_BATCH = 1000


@dataclass(frozen=True, slots=True)
class Trail:
    """What verifying found.

    Attributes:
        rows: How many rows are whole, up to the first that is not.
        head: Hash of the last of them. Noted somewhere else, it proves later that no row was cut off the end.
        broken: Number of the first row that is not as it was written, or that does not follow the one before; None
            where all are whole.
        reason: What is wrong with it; "" where nothing is.
    """

    rows: int
    head: str
    broken: int | None = None
    reason: str = ""


def append(
    connection: sa.Connection, event: str, *, actor: str, subject: str = "", details: Mapping[str, Any] | None = None
) -> AuditRow:
    """Add a row in the transaction of what it tells of, as the last thing in it: then both are kept, or neither.

    Args:
        connection: That writes.
        event: What happened, as "accepted".
        actor: Label of a token, "local", or "worker".
        subject: Id of what it happened to.
        details: Plain JSON values; no identifier of a patient.
    """
    hold(connection, AUDIT)
    last = connection.execute(sa.select(audit.c.number, audit.c.hash).order_by(audit.c.number.desc()).limit(1)).first()
    number, previous = (1, START) if last is None else (last.number + 1, last.hash)
    at = datetime.now(UTC).isoformat(timespec="microseconds")
    told = canonical(details or {})
    made = hash_of(number, at, actor, event, subject, told, previous)
    row = AuditRow(number, at, actor, event, subject, told, previous, made)
    connection.execute(audit.insert().values(asdict(row)))
    return row


def canonical(values: Mapping[str, Any]) -> str:
    """Write JSON in one way only: keys sorted, no spaces, ASCII.

    >>> canonical({"b": 1, "a": "ä"})
    '{"a":"\\\\u00e4","b":1}'
    """
    return json.dumps(values, sort_keys=True, separators=(",", ":"), ensure_ascii=True, allow_nan=False)


def hash_of(number: int, at: str, actor: str, event: str, subject: str, details: str, previous: str) -> str:  # noqa: PLR0913  a row
    """Return the hash of a row: SHA-256 of the hash of the one before and the canonical JSON of its own."""
    own = canonical(
        {"number": number, "at": at, "actor": actor, "event": event, "subject": subject, "details": details}
    )
    return hashlib.sha256((previous + own).encode("ascii")).hexdigest()


class AuditTrail:
    """The trail of one store."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def note(self, event: str, *, actor: str, subject: str = "", details: Mapping[str, Any] | None = None) -> AuditRow:
        """Add a row about something that changes nothing in the store, as that a study was looked at."""
        with self._database.writing() as connection:
            return append(connection, event, actor=actor, subject=subject, details=details)

    def rows(self, *, after: int = 0) -> Iterator[AuditRow]:
        """Give the rows in their order, those after a number."""
        while True:
            with self._database.reading() as connection:
                found = connection.execute(
                    sa.select(audit).where(audit.c.number > after).order_by(audit.c.number).limit(_BATCH)
                ).all()
            if not found:
                return
            yield from (AuditRow(**row._mapping) for row in found)
            after = found[-1].number

    def verify(self, *, noted: tuple[int, str] | None = None) -> Trail:
        """Check every row against the one before.

        Args:
            noted: Number and hash of a row that somebody wrote down elsewhere; proves that none was cut off since, and
                that nobody made the whole trail anew.
        """
        trail = self._walk(noted)
        if trail.broken is None and noted is not None and trail.rows < noted[0]:
            return Trail(trail.rows, trail.head, trail.rows + 1, "it is missing")
        return trail

    def _walk(self, noted: tuple[int, str] | None) -> Trail:
        rows, head = 0, START
        for row in self.rows(after=-1):
            made = hash_of(row.number, row.at, row.actor, row.event, row.subject, row.details, row.previous)
            if row.number != rows + 1:
                return Trail(rows, head, rows + 1, "it is missing")
            if row.previous != head:
                return Trail(rows, head, row.number, "it does not follow the row before")
            if row.hash != made:
                return Trail(rows, head, row.number, "it is not as it was written")
            if noted is not None and noted[0] == row.number and noted[1] != row.hash:
                return Trail(rows, head, row.number, "it is not the one that was noted")
            rows, head = rows + 1, row.hash
        return Trail(rows, head)
