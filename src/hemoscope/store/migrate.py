"""Bring the tables to the newest form; of several processes that open the store at once, one does it."""

from pathlib import Path
from threading import Lock

import sqlalchemy as sa
from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory

from hemoscope.errors import ServiceError
from hemoscope.store.locks import MIGRATION, hold

SCRIPTS = Path(__file__).parent / "migrations"
NEWEST = "head"
"""The form of the tables that this version works with."""
_alone = Lock()
"""Alembic hands its context to scripts in variables of a module, which threads share."""


def upgrade(connection: sa.Connection) -> None:
    """Make or change the tables, in the transaction of a connection that writes.

    Args:
        connection: In SQLite its writers exclude each other; in PostgreSQL this takes a lock.

    Raises:
        ServiceError: "store.newer": a later version of Hemoscope has written this database.
    """
    hold(connection, MIGRATION)
    config = Config()
    config.set_main_option("script_location", str(SCRIPTS).replace("%", "%%"))
    config.set_main_option("path_separator", "os")
    config.attributes["connection"] = connection
    with _alone:
        scripts = ScriptDirectory.from_config(config)
        current = MigrationContext.configure(connection).get_current_revision()
        wanted = scripts.get_revision(NEWEST).revision
        if current == wanted:
            return
        if current is not None and current not in {script.revision for script in scripts.walk_revisions()}:
            raise ServiceError(
                "store.newer",
                "A later version of Hemoscope has written this database.",
                "Install that version, or name another database.",
            )
        command.upgrade(config, wanted)
