"""Deliveries: what is to be sent where, planned as a study ends, tried until it is there, kept over restarts."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from hemoscope.store.audit import append
from hemoscope.store.database import Database
from hemoscope.store.destinations import Destination, destination_of
from hemoscope.store.files import Files
from hemoscope.store.rows import new_id, now
from hemoscope.store.tables import answers, deliveries, destinations, results, submissions

DICOM_DOOR = "dicom:%"
"""Who submitted what came over DICOM, as LIKE has it."""
SENDER = "sender"
LEASE_S = 300.0
"""Renewed with each object: longer than one may take."""
FIRST_PAUSE_S, LONGEST_PAUSE_S = 5.0, 3600.0
GIVE_UP_AFTER, FEWEST_ATTEMPTS = timedelta(days=7), 20
"""Both: a sender that did not run for a week has not tried."""
AWAY = "delivery.unreachable"


class DeliveryState(StrEnum):
    """Where a delivery stands; all but the first are final, until it is asked for again."""

    WAITING = "waiting"
    DELIVERED = "delivered"
    NOTHING = "nothing"
    """There was nothing to send, as of a study without objects."""
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class Delivery:
    """A result that is to be sent, or was.

    Attributes:
        id: 32 hexadecimal digits drawn by chance.
        destination: Where to.
        submission_id: Of the study.
        result_id: Of the result.
        state: Where it stands.
        made_at: When the study ended.
        attempts: How often it was begun.
        not_before: When it is tried again; None for at once.
        ended_at: When its state became final.
        error_code: Why it did not go the last time.
    """

    id: str
    destination: Destination
    submission_id: str
    result_id: str
    state: DeliveryState
    made_at: datetime
    attempts: int = 0
    not_before: datetime | None = None
    ended_at: datetime | None = None
    error_code: str | None = None


@dataclass(frozen=True, slots=True)
class Parcel:
    """A delivery that a sender has taken, with what it needs.

    Attributes:
        delivery: Which.
        lease: Drawn anew each time that it is taken.
        folder: Of the result's files; they may be gone.
        document: The result, an entry of "studies" or "results" of the documented JSON.
        model: What answered, as `Bundle.summary` tells it.
    """

    delivery: Delivery
    lease: str
    folder: Path
    document: Mapping[str, Any]
    model: Mapping[str, Any]


def plan_deliveries(connection: sa.Connection, submission_id: str) -> None:
    """Plan what a submission that ends is to be sent, in the same transaction: then both are kept, or neither."""
    is_asked = sa.or_(destinations.c.gets_all, submissions.c.submitted_by.like(DICOM_DOOR))
    wanted = connection.execute(
        sa.select(destinations.c.id.label("destination_id"), answers.c.result_id)
        .select_from(submissions)
        .join(answers, answers.c.submission_id == submissions.c.id)
        .join(destinations, is_asked)
        .where(submissions.c.id == submission_id)
        .distinct()
    ).all()
    for row in wanted:
        connection.execute(
            deliveries.insert().values(
                id=new_id(),
                destination_id=row.destination_id,
                submission_id=submission_id,
                result_id=row.result_id,
                state=DeliveryState.WAITING,
                made_at=now(),
                attempts=0,
            )
        )


class Deliveries:
    """The deliveries of one store; several processes may send, and none sends what another has."""

    def __init__(self, database: Database, files: Files) -> None:
        self._database, self._files = database, files

    def all(self, *, states: tuple[DeliveryState, ...] = (), most: int = 1000) -> tuple[Delivery, ...]:
        """Return deliveries, the newest first.

        Args:
            states: Only these; none for all.
            most: At most so many.
        """
        asked = _with_destination().order_by(deliveries.c.made_at.desc()).limit(most)
        if states:
            asked = asked.where(deliveries.c.state.in_(states))
        with self._database.reading() as connection:
            return tuple(map(_delivery_of, connection.execute(asked).all()))

    def take(self) -> Parcel | None:
        """Take the delivery that waits longest; None where nothing is due."""
        at, lease = now(), new_id()
        is_due = sa.and_(
            deliveries.c.state == DeliveryState.WAITING,
            sa.or_(deliveries.c.not_before.is_(None), deliveries.c.not_before <= at),
            sa.or_(deliveries.c.worker.is_(None), deliveries.c.lease_until < at),
        )
        with self._database.writing() as connection:
            first = sa.select(deliveries.c.id).where(is_due).order_by(deliveries.c.made_at).limit(1)
            found = connection.scalar(first.with_for_update(skip_locked=True))
            if found is None:
                return None
            until = at + timedelta(seconds=LEASE_S)
            connection.execute(
                deliveries.update()
                .where(deliveries.c.id == found)
                .values(worker=lease, lease_until=until, attempts=deliveries.c.attempts + 1)
            )
            row = connection.execute(_with_destination().where(deliveries.c.id == found)).one()
            told = connection.execute(sa.select(results).where(results.c.id == row.result_id)).one()
        return Parcel(
            _delivery_of(row),
            lease,
            self._files.result(row.result_id),
            json.loads(told.document),
            json.loads(told.model),
        )

    def end(self, parcel: Parcel, state: DeliveryState) -> None:
        """Say that a delivery is done; nothing happens where another sender has it by now."""
        with self._database.writing() as connection:
            done = connection.execute(
                deliveries.update()
                .where(_is_ours(parcel))
                .values(state=state, worker=None, lease_until=None, not_before=None, ended_at=now(), error_code=None)
            )
            if done.rowcount:
                details = {"destination": parcel.delivery.destination.id, "state": str(state)}
                append(connection, "sent", actor=SENDER, subject=parcel.delivery.submission_id, details=details)

    def try_again(self, parcel: Parcel, code: str) -> DeliveryState:
        """Put a delivery back that did not go, ever longer; after a week it is given up until somebody asks.

        Args:
            parcel: Which.
            code: Why.

        Returns:
            WAITING, or FAILED.
        """
        delivery, at = parcel.delivery, now()
        is_over = at - delivery.made_at >= GIVE_UP_AFTER and delivery.attempts >= FEWEST_ATTEMPTS
        state = DeliveryState.FAILED if is_over else DeliveryState.WAITING
        pause = min(LONGEST_PAUSE_S, FIRST_PAUSE_S * 2.0 ** min(delivery.attempts - 1, 20))
        with self._database.writing() as connection:
            connection.execute(
                deliveries.update()
                .where(_is_ours(parcel))
                .values(
                    state=state,
                    worker=None,
                    lease_until=None,
                    not_before=None if is_over else at + timedelta(seconds=pause),
                    ended_at=at if is_over else None,
                    error_code=code,
                )
            )
            if code == AWAY:
                _postpone(connection, delivery.destination.id, until=at + timedelta(seconds=pause))
        return state

    def renew(self, parcel: Parcel) -> None:
        """Keep a delivery that takes long; nothing happens where another sender has it by now."""
        until = now() + timedelta(seconds=LEASE_S)
        with self._database.writing() as connection:
            connection.execute(deliveries.update().where(_is_ours(parcel)).values(lease_until=until))

    def retry(self, name: str | None = None) -> int:
        """Send again, at once, what did not go.

        Args:
            name: Of the destination; all unless given.

        Returns:
            How many deliveries.
        """
        is_left: sa.ColumnElement[bool] = deliveries.c.state.in_((DeliveryState.WAITING, DeliveryState.FAILED))
        if name is not None:
            own = sa.select(destinations.c.id).where(destinations.c.name == name)
            is_left = sa.and_(is_left, deliveries.c.destination_id.in_(own))
        values = {"state": DeliveryState.WAITING, "not_before": None, "made_at": now(), "ended_at": None}
        with self._database.writing() as connection:
            return connection.execute(deliveries.update().where(is_left).values(**values)).rowcount


def _postpone(connection: sa.Connection, destination: str, *, until: datetime) -> None:
    """Let what else waits for a place that is away wait too: each try takes time that other places need."""
    is_sooner = sa.or_(deliveries.c.not_before.is_(None), deliveries.c.not_before < until)
    is_free = sa.and_(deliveries.c.state == DeliveryState.WAITING, deliveries.c.worker.is_(None))
    connection.execute(
        deliveries.update()
        .where(deliveries.c.destination_id == destination, is_free, is_sooner)
        .values(not_before=until)
    )


def _is_ours(parcel: Parcel) -> sa.ColumnElement[bool]:
    return sa.and_(deliveries.c.id == parcel.delivery.id, deliveries.c.worker == parcel.lease)


def _with_destination() -> sa.Select[Any]:
    place = [column.label(f"destination_{column.name}") for column in destinations.c if column.name != "id"]
    return sa.select(deliveries, *place).join(destinations, destinations.c.id == deliveries.c.destination_id)


def _delivery_of(row: sa.Row[Any]) -> Delivery:
    told = row._mapping
    place = {column.name: told[f"destination_{column.name}"] for column in destinations.c}
    return Delivery(
        id=row.id,
        destination=destination_of(place),
        submission_id=row.submission_id,
        result_id=row.result_id,
        state=DeliveryState(row.state),
        made_at=row.made_at,
        attempts=row.attempts,
        not_before=row.not_before,
        ended_at=row.ended_at,
        error_code=row.error_code,
    )
