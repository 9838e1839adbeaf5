"""What the store keeps, as the API tells it."""

from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime

from hemoscope.explanation.kept import KeptAnswer
from hemoscope.store.records import StoredAnswer, Submission
from hemoscope.store.records import Verdict as KeptVerdict
from hemoscope.web.documents import Accepted, Answer, Links, Study, Subtype, Verdict

STUDIES = "/api/v1/studies"


def links_of(study_id: str) -> Links:
    """Say where to go on with a study."""
    own = f"{STUDIES}/{study_id}"
    return Links(self=own, events=f"{own}/events", result=f"{own}/result", page=f"{own}/page.html")


def accepted(submission: Submission) -> Accepted:
    """Tell who sent a study that it was taken."""
    return Accepted(id=submission.id, state=submission.state, links=links_of(submission.id))


def study_of(submission: Submission, answers: Sequence[StoredAnswer], *, now: datetime) -> Study:
    """Tell of a study.

    Args:
        submission: As it stands.
        answers: What was said; none in the worklist.
        now: Counts the waiting of those that nobody has read.
    """
    return Study(
        id=submission.id,
        name=submission.name,
        state=submission.state,
        progress=submission.progress,
        received_at=submission.received_at,
        finished_at=submission.finished_at,
        waiting_s=submission.waiting_s(now),
        probability=submission.probability,
        decision=submission.decision,
        strongest_subtype=submission.strongest_subtype,
        verdict=submission.verdict,
        has_pixels=submission.has_pixels,
        error=None if submission.error is None else asdict(submission.error),
        answers=[answer_of(one) for one in answers],
        links=links_of(submission.id),
    )


def answer_of(answer: StoredAnswer) -> Answer:
    """Tell what was said of one study or picture."""
    return Answer(
        status=answer.status,
        probability=answer.probability,
        decision=answer.decision,
        subtypes=None if answer.subtypes is None else dict(answer.subtypes),
        volumes_ml=None if answer.volumes_ml is None else dict(answer.volumes_ml),
        slices=answer.slices,
        key_slices=list(answer.key_slices),
        has_objects=answer.folder is not None and bool(KeptAnswer(answer.folder).objects),
        warnings=[asdict(notice) for notice in answer.warnings],
        error=None if answer.error is None else asdict(answer.error),
    )


def verdict_of(verdict: KeptVerdict) -> Verdict:
    """Tell what a reader said."""
    return Verdict(
        id=verdict.id,
        study_id=verdict.submission_id,
        reader=verdict.reader,
        given_at=verdict.given_at,
        opinion=verdict.opinion,
        has_hemorrhage=verdict.has_hemorrhage,
        reason=verdict.reason,
        subtypes=[Subtype(str(label)) for label in verdict.subtypes],
        model_version=verdict.model_version,
    )
