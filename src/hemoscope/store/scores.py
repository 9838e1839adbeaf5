"""Results: each study is scored once by each model, whoever sends it and how often, and workers take turns at it."""

import json
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import sqlalchemy as sa

from hemoscope.store.database import Database
from hemoscope.store.files import Files, remove, settle
from hemoscope.store.queue import LeaseLostError, Patience, hold_lease
from hemoscope.store.records import Job, Made, Model
from hemoscope.store.rows import insert_new, new_id, now
from hemoscope.store.tables import answers, results, series, studies


@dataclass(frozen=True, slots=True)
class Claim:
    """A study that a job may score, and no other job meanwhile.

    Attributes:
        study_id: Of its row.
        result_id: Of the result that is there, or that is to be made.
        is_scored: Whether it is there.
        has_files: Whether what a viewer shows of it is there too.
    """

    study_id: str
    result_id: str
    is_scored: bool = False
    has_files: bool = False


class Scores:
    """The results of one store."""

    def __init__(self, database: Database, files: Files, *, patience: Patience) -> None:
        self._database, self._files, self._patience = database, files, patience

    def claim(self, job: Job, key: str, model: Model) -> Claim | None:
        """Claim a study for a job.

        Args:
            job: The worker's.
            key: What tells studies apart.
            model: What is to answer.

        Returns:
            The study with the result that it has; None where another job is at it, and this one should come again.

        Raises:
            LeaseLostError: The job is no longer the worker's.
        """
        at = now()
        until = at + timedelta(seconds=self._patience.lease_s)
        with self._database.writing() as connection:
            hold_lease(connection, job)
            insert_new(connection, studies, id=new_id(), key=key)
            is_free = sa.or_(studies.c.worker.is_(None), studies.c.worker == job.lease, studies.c.lease_until < at)
            done = connection.execute(
                studies.update().where(studies.c.key == key, is_free).values(worker=job.lease, lease_until=until)
            )
            if done.rowcount == 0:
                return None
            study_id = connection.scalar(sa.select(studies.c.id).where(studies.c.key == key)) or ""
            found = connection.execute(_of_model(study_id, model)).first()
        if found is None:
            return Claim(study_id, new_id())
        return Claim(study_id, found.id, is_scored=True, has_files=found.has_files)

    def link(self, job: Job, claim: Claim, *, place: int) -> bool:
        """Give a job's submission a result that is there.

        Args:
            job: The worker's.
            claim: Of the study.
            place: Of the study in the submission, from 0.

        Returns:
            False where the result, or what a viewer shows of it, has gone meanwhile: it is to be claimed again.

        Raises:
            LeaseLostError: The job is no longer the worker's.
        """
        with self._database.writing() as connection:
            hold_lease(connection, job)
            wanted = sa.select(results.c.has_files).where(results.c.id == claim.result_id).with_for_update()
            row = connection.execute(wanted).first()
            if row is None or row.has_files != claim.has_files:
                return False
            _put(connection, job, claim, place)
        return True

    def keep(self, job: Job, claim: Claim, made: Made, model: Model, *, place: int) -> None:
        """Keep a result that was made, and give it to the job's submission.

        Where the result is there already, only the files are kept: its numbers stay as they were told.

        Args:
            job: The worker's.
            claim: Of the study.
            made: The result; its folder is moved away.
            model: What answered.
            place: Of the study in the submission, from 0.

        Raises:
            LeaseLostError: The job is no longer the worker's; nothing is kept.
        """
        if made.folder is not None:
            settle(made.folder, self._files.result(claim.result_id))
        try:
            with self._database.writing() as connection:
                hold_lease(connection, job)
                if claim.is_scored:
                    _refresh(connection, claim, made)
                else:
                    connection.execute(results.insert().values(_values(claim, made, model)))
                    _put_series(connection, claim, made)
                _put(connection, job, claim, place)
        except (LeaseLostError, sa.exc.IntegrityError) as error:
            if made.folder is not None and not claim.is_scored:
                remove(self._files.result(claim.result_id))
            raise LeaseLostError from error


def _of_model(study_id: str, model: Model) -> sa.Select[tuple[str, bool]]:
    return sa.select(results.c.id, results.c.has_files).where(
        results.c.study_id == study_id,
        results.c.model_version == model.version,
        results.c.bundle_hash == model.bundle_hash,
        results.c.preparation_hash == model.preparation_hash,
        results.c.operating_point == model.operating_point,
        results.c.software == model.software,
    )


def _values(claim: Claim, made: Made, model: Model) -> dict[str, Any]:
    return {
        "id": claim.result_id,
        "study_id": claim.study_id,
        "model_name": model.name,
        "model_version": model.version,
        "bundle_hash": model.bundle_hash,
        "preparation_hash": model.preparation_hash,
        "operating_point": model.operating_point,
        "software": model.software,
        "made_at": now(),
        "status": made.status,
        "probability": made.probability,
        "decision": made.decision,
        "strongest_subtype": made.strongest_subtype,
        "error_code": made.error_code,
        "is_study": made.is_study,
        "has_files": made.folder is not None,
        "model": json.dumps(model.summary, ensure_ascii=False),
        "document": json.dumps(made.document, ensure_ascii=False),
    }


def _refresh(connection: sa.Connection, claim: Claim, made: Made) -> None:
    done = connection.execute(
        results.update().where(results.c.id == claim.result_id).values(has_files=made.folder is not None)
    )
    if done.rowcount == 0:  # deleted while it was drawn again
        raise LeaseLostError


def _put_series(connection: sa.Connection, claim: Claim, made: Made) -> None:
    if made.series is None:
        return
    known = sa.select(series.c.id).where(
        series.c.study_id == claim.study_id, series.c.uid_hash.is_not_distinct_from(made.series.uid_hash)
    )
    if connection.execute(known).first() is None:
        connection.execute(
            series.insert().values(
                id=new_id(),
                study_id=claim.study_id,
                uid_hash=made.series.uid_hash,
                slices=made.series.slices,
                spacing_mm=made.series.spacing_mm,
                tilt_degrees=made.series.tilt_degrees,
            )
        )


def _put(connection: sa.Connection, job: Job, claim: Claim, place: int) -> None:
    """Give a submission its result, and let others claim the study again."""
    own = sa.and_(answers.c.submission_id == job.submission_id, answers.c.place == place)
    connection.execute(answers.delete().where(own))
    connection.execute(answers.insert().values(submission_id=job.submission_id, place=place, result_id=claim.result_id))
    is_ours = sa.and_(studies.c.id == claim.study_id, studies.c.worker == job.lease)
    connection.execute(studies.update().where(is_ours).values(worker=None, lease_until=None))
