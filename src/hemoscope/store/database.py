"""The connection to the database: SQLite or PostgreSQL, short transactions, the newest tables."""

import contextlib
import logging
import sqlite3
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from sqlalchemy.exc import ArgumentError, DBAPIError, InterfaceError, OperationalError

from hemoscope.errors import MissingExtraError, ServiceError
from hemoscope.store.migrate import upgrade

SQLITE, POSTGRESQL = "sqlite", "postgresql"
BUSY_S = 60.0
"""Seconds to wait for another writer; SQLite has one at a time, and each of ours writes for milliseconds."""
_DRIVERS = {SQLITE: "sqlite+pysqlite", POSTGRESQL: "postgresql+pg8000"}
_WRITES = "hemoscope_writes"
_WIPE_S = 2.0


class Database:
    """One database; safe to use from several threads.

    Args:
        url: As SQLAlchemy takes it: "sqlite:///FILE" or "postgresql://USER:PASSWORD@HOST/NAME".

    Raises:
        ServiceError: "store.bad_url", "store.unreachable", or "store.newer" where a later version has written it.
        MissingExtraError: The driver of PostgreSQL is not installed.
    """

    def __init__(self, url: str) -> None:
        self._engine = _make_engine(url)
        self.dialect = self._engine.dialect.name
        try:
            if self.dialect == SQLITE:
                _use_wal(self._engine.url.database or "")
            with self.writing() as connection:
                upgrade(connection)
        except (sa.exc.DBAPIError, sqlite3.DatabaseError, OSError) as error:
            self.close()
            raise unreachable() from error
        except BaseException:
            self.close()
            raise

    @contextlib.contextmanager
    def reading(self) -> Iterator[sa.Connection]:
        """Read in one transaction.

        Raises:
            sqlalchemy.exc.DBAPIError: The database does not answer, or refuses.
        """
        with _told_as_lost(), self._engine.begin() as connection:
            yield connection

    @contextlib.contextmanager
    def writing(self) -> Iterator[sa.Connection]:
        """Write in one transaction, all or nothing; in SQLite it begins as a writer, so that none gives up midway.

        Raises:
            sqlalchemy.exc.DBAPIError: The database does not answer, or refuses.
        """
        with _told_as_lost(), self._connect_to_write() as connection, connection.begin():
            yield connection

    def wipe(self) -> None:
        """Overwrite what was deleted, in SQLite, whose log of writes would hold it for a while.

        PostgreSQL vacuums by itself. Others at work are waited for only so long: the log is then kept until the next
        time.
        """
        if self.dialect == SQLITE:
            file = self._engine.url.database or ""
            with contextlib.closing(sqlite3.connect(file, timeout=_WIPE_S)) as connection:
                connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")

    def close(self) -> None:
        """Close all connections."""
        self._engine.dispose()

    def _connect_to_write(self) -> sa.Connection:
        return self._engine.connect().execution_options(**{_WRITES: True})


@contextlib.contextmanager
def _told_as_lost() -> Iterator[None]:
    """Tell of a connection that broke as of any other error of the database.

    pg8000 lets some errors of its socket through as they are, and SQLAlchemy knows only those of its own kind; nothing
    else that is done within a transaction here reads or writes a file.
    """
    try:
        yield
    except OSError as error:
        raise sa.exc.InterfaceError("", {}, error) from error


def _make_engine(url: str) -> sa.Engine:
    try:
        parsed = sa.make_url(url)
        kind = parsed.get_backend_name()
    except ArgumentError:
        kind = ""
    if kind not in _DRIVERS:
        raise ServiceError(
            "store.bad_url",
            "Expected the address of a database, sqlite:///FILE or postgresql://USER:PASSWORD@HOST/NAME.",
            "Correct --store.",
        )
    if kind == POSTGRESQL:
        return _postgresql(parsed.set(drivername=_DRIVERS[kind]))
    engine = sa.create_engine(parsed.set(drivername=_DRIVERS[kind]), connect_args={"timeout": BUSY_S})
    sa.event.listen(engine, "connect", _prepare_sqlite)
    sa.event.listen(engine, "begin", _begin_sqlite)
    return engine


def _postgresql(url: sa.URL) -> sa.Engine:
    logging.getLogger("sqlalchemy.pool").setLevel(logging.CRITICAL)  # what breaks there is raised and told by us
    try:
        return sa.create_engine(url, pool_pre_ping=True)
    except ImportError:
        raise MissingExtraError(feature="A store in PostgreSQL", extra="postgresql") from None


def _prepare_sqlite(connection: sqlite3.Connection, _: Any) -> None:
    """Let us begin transactions ourselves; keep references whole, every commit on the disk, and nothing deleted."""
    connection.isolation_level = None
    connection.execute("PRAGMA secure_delete = ON")
    connection.execute("PRAGMA foreign_keys = ON")
    connection.execute("PRAGMA synchronous = FULL")


def _begin_sqlite(connection: sa.Connection) -> None:
    writes = connection.get_execution_options().get(_WRITES, False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")


def _use_wal(file: str) -> None:
    """Let readers and a writer work at once; SQLite does not wait for others here, so we do."""
    Path(file).parent.mkdir(parents=True, exist_ok=True)
    deadline = time.monotonic() + BUSY_S
    while True:
        try:
            with contextlib.closing(sqlite3.connect(file, timeout=BUSY_S)) as connection:
                connection.execute("PRAGMA journal_mode = WAL")
            return
        except sqlite3.OperationalError as error:
            if getattr(error, "sqlite_errorname", "") != "SQLITE_BUSY" or time.monotonic() > deadline:
                raise
            time.sleep(0.02)


def is_away(error: DBAPIError) -> bool:
    """Whether an error means that the database does not answer, rather than that something wrong was asked of it.

    A server that is starting, ending or without the database refuses the connection, before any statement.
    """
    return isinstance(error, OperationalError | InterfaceError) or error.connection_invalidated or not error.statement


def unreachable() -> ServiceError:
    """Build the error for a database that does not answer; its own words may hold a password."""
    return ServiceError(
        "store.unreachable",
        "The database cannot be opened.",
        "Check --store, that the database runs, and that this user may write there.",
    )
