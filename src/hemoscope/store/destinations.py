"""Destinations: where results are sent, kept beside them so that every process knows."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from hemoscope.errors import InputError, ServiceError
from hemoscope.results.dicom.answer import KINDS
from hemoscope.store.audit import append
from hemoscope.store.database import Database
from hemoscope.store.rows import new_id, now
from hemoscope.store.tables import destinations


@dataclass(frozen=True, slots=True)
class Destination:
    """A place that results are sent to.

    Attributes:
        id: 32 hexadecimal digits drawn by chance.
        name: To call it by.
        url: Where it is and how it is spoken to; without any password.
        kinds: Of DICOM objects that it gets, of KINDS; notifications take none.
        gets_all: Whether it gets the results of every study, not only of those that came over DICOM.
        is_third_party: Whether nothing may reach it that names the patient.
        secret_env: Name of the environment variable that holds its token or secret; None without.
        created_at: When it was made.
    """

    id: str
    name: str
    url: str
    kinds: tuple[str, ...]
    gets_all: bool
    is_third_party: bool
    secret_env: str | None
    created_at: datetime


class Destinations:
    """The destinations of one store."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def add(
        self,
        name: str,
        url: str,
        *,
        kinds: tuple[str, ...] = KINDS,
        gets_all: bool = False,
        is_third_party: bool = False,
        secret_env: str | None = None,
    ) -> Destination:
        """Add one; studies that end from now on are sent there.

        Args:
            name: Up to 64 signs, of none that is there.
            url: As `hemoscope.pacs.places` reads it.
            kinds: Of DICOM objects.
            gets_all: See `Destination`.
            is_third_party: Likewise.
            secret_env: Likewise.

        Raises:
            InputError: "destination.bad_name", "destination.bad_kind" or "destination.exists".
        """
        if not name.strip() or len(name) > 64:
            raise InputError("destination.bad_name", "Expected a name of 1 to 64 signs.", "Name another.")
        if not kinds or not set(kinds) <= set(KINDS):
            raise InputError("destination.bad_kind", f"Expected kinds of {', '.join(KINDS)}.", "Correct --kinds.")
        made = Destination(new_id(), name, url, kinds, gets_all, is_third_party, secret_env, now())
        values = {name: getattr(made, name) for name in Destination.__dataclass_fields__} | {"kinds": ",".join(kinds)}
        try:
            with self._database.writing() as connection:
                connection.execute(destinations.insert().values(**values))
                append(connection, "destination-added", actor="local", subject=made.id)
        except sa.exc.IntegrityError as error:
            raise InputError(
                "destination.exists", f"There is a destination {name!r} already.", "Remove it first, or name another."
            ) from error
        return made

    def all(self) -> tuple[Destination, ...]:
        """Return them by name."""
        with self._database.reading() as connection:
            rows = connection.execute(sa.select(destinations).order_by(destinations.c.name)).all()
        return tuple(destination_of(row._asdict()) for row in rows)

    def remove(self, name: str) -> None:
        """Remove one, with what is still to be sent there.

        Raises:
            ServiceError: "destination.unknown".
        """
        with self._database.writing() as connection:
            found = connection.scalar(sa.select(destinations.c.id).where(destinations.c.name == name))
            if found is None:
                raise ServiceError(
                    "destination.unknown", f"There is no destination {name!r}.", "See hemoscope destinations list."
                )
            connection.execute(destinations.delete().where(destinations.c.id == found))
            append(connection, "destination-removed", actor="local", subject=found)


def destination_of(values: Mapping[str, Any]) -> Destination:
    """Turn the columns of a row into its record."""
    named = {name: values[name] for name in Destination.__dataclass_fields__}
    return Destination(**named | {"kinds": tuple(values["kinds"].split(","))})
