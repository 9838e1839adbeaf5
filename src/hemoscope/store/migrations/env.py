"""What Alembic runs to reach the database: the connection comes from `hemoscope.store.migrate`."""

from alembic import context

from hemoscope.store.tables import metadata


def run() -> None:
    """Run what is asked, in the transaction of the connection given."""
    context.configure(connection=context.config.attributes["connection"], target_metadata=metadata)
    context.run_migrations()


if __name__ == "env_py":  # the name that Alembic gives it
    run()
