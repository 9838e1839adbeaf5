"""Locks that last until a transaction ends; SQLite needs none, for its writers exclude each other."""

from typing import Final

import sqlalchemy as sa

MIGRATION: Final = 7_105_101_001
AUDIT: Final = 7_105_101_002
"""Numbers of our own for PostgreSQL's advisory locks, which are shared by all that use one database."""


def hold(connection: sa.Connection, number: int) -> None:
    """Wait for a lock and hold it until the transaction of this connection ends.

    Source: PostgreSQL manual, 13.3.5, Advisory Locks.
    """
    if connection.dialect.name == "postgresql":
        connection.execute(sa.select(sa.func.pg_advisory_xact_lock(number)))
