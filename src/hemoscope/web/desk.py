"""Between routes and store: what is asked in the API's words, done in the store's."""

import json
import shutil
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy.exc import SQLAlchemyError

from hemoscope.errors import HemoscopeError, ServiceError
from hemoscope.explanation.kept import KeptAnswer
from hemoscope.models.bundle import Bundle
from hemoscope.records import SliceResult, Status
from hemoscope.results.document import SCHEMA, SCHEMA_VERSION, result_as_json
from hemoscope.store.records import Arrival, Query, State, StoredAnswer, Submission
from hemoscope.store.store import Store
from hemoscope.terms import RESEARCH_USE_ONLY, Label
from hemoscope.web import figures, telling
from hemoscope.web.access import Bearer
from hemoscope.web.documents import Accepted, NewVerdict, Study, Verdict, Worklist
from hemoscope.web.figure_documents import Count, Monitoring
from hemoscope.web.intake import Upload, showable
from hemoscope.web.labels import labels_csv
from hemoscope.web.settings import ServiceSettings


@dataclass(frozen=True, slots=True)
class Desk:
    """What the routes ask of the store.

    Attributes:
        store: Keeps everything.
        bundle: What answers now.
        settings: Of the service.
    """

    store: Store
    bundle: Bundle
    settings: ServiceSettings

    def find_bearer(self, token: str) -> Bearer | None:
        """Say who bears a token."""
        found = self.store.tokens.find(token)
        return None if found is None else Bearer(found.label, found.roles)

    def accept(self, arrival: Arrival, upload: Upload, who: str) -> Accepted:
        """Take an upload in: from here on no kill loses it."""
        taken = self.store.submissions.accept(
            arrival, name=upload.name, who=who, files=len(upload.files), size=upload.size
        )
        return telling.accepted(taken)

    def accept_place(self, path: Path, who: str) -> Accepted:
        """Take in what lies on the server."""
        taken = self.store.submissions.accept_place(path, name=showable(path.name), who=who)
        return telling.accepted(taken)

    def worklist(self, query: Query) -> Worklist:
        """List studies."""
        page, now = self.store.worklist.page(query), datetime.now(UTC)
        return Worklist(
            studies=[telling.study_of(one, (), now=now) for one in page.submissions],
            total=page.total,
            page=query.page,
            per_page=query.per_page,
        )

    def study(self, study_id: str) -> Study:
        """Tell of one study.

        Raises:
            ServiceError: "service.unknown_study".
        """
        submission = self.store.submissions.get(study_id)
        answers = self.store.submissions.answers(study_id) if submission.state.is_final else ()
        return telling.study_of(submission, answers, now=datetime.now(UTC))

    def result(self, study_id: str, who: str) -> str:
        """Return the documented JSON of a study's answers.

        Raises:
            ServiceError: "service.unknown_study" or "service.not_ready".
        """
        submission = self._final(study_id)
        answers = self.store.submissions.answers(study_id)
        self._note_view(study_id, who)
        told = [(answer.is_study, answer.document) for answer in answers if answer.document is not None]
        results = [document for is_study, document in told if not is_study]
        if submission.error is not None:
            results.append(result_as_json(SliceResult(study_id, Status(submission.state), error=submission.error)))
        document = {
            "schema": SCHEMA,
            "schema_version": SCHEMA_VERSION,
            "research_use_only": RESEARCH_USE_ONLY,
            "model": next((answer.model for answer in answers if answer.model), self.bundle.summary()),
            "results": results,
            "studies": [document for is_study, document in told if is_study],
            "objects": [],
        }
        return json.dumps(document, ensure_ascii=False)

    def kept(self, study_id: str, number: int) -> KeptAnswer:
        """Find the files of an answer.

        Raises:
            ServiceError: "service.unknown_study", "service.not_ready", "service.nothing_to_show" or
                "service.pixels_gone".
        """
        submission = self._final(study_id)
        answers = self.store.submissions.answers(study_id)
        folder = answers[number].folder if number < len(answers) else None
        if folder is None or not folder.is_dir():
            raise _nothing_kept(submission, answers, number)
        return KeptAnswer(folder)

    def view(self, study_id: str, number: int, who: str) -> KeptAnswer:
        """Find the files of an answer that a reader opens, and note in the audit trail who did.

        Raises:
            ServiceError: As `kept`.
        """
        kept = self.kept(study_id, number)
        self._note_view(study_id, who)
        return kept

    def delete(self, study_id: str, who: str) -> None:
        """Delete a study.

        Raises:
            ServiceError: "service.unknown_study".
        """
        self.store.submissions.delete(study_id, who=who)

    def give_verdict(self, study_id: str, said: NewVerdict, who: str) -> Verdict:
        """Keep what a reader says.

        Raises:
            ServiceError: "service.unknown_study" or "service.not_ready".
        """
        kept = self.store.verdicts.give(
            study_id,
            reader=who,
            opinion=said.opinion,
            reason=said.reason,
            subtypes=[Label(subtype) for subtype in said.subtypes],
            has_hemorrhage=said.has_hemorrhage,
        )
        return telling.verdict_of(kept)

    def verdicts(self, study_id: str) -> list[Verdict]:
        """List what readers said.

        Raises:
            ServiceError: "service.unknown_study".
        """
        return [telling.verdict_of(one) for one in self.store.verdicts.of(study_id)]

    def export(self, who: str) -> str:
        """Return the last verdicts as a table of labels."""
        said = [
            (verdict, _strongest(self.store.submissions.answers(submission.id)))
            for submission, verdict in self.store.verdicts.latest()
        ]
        self.store.audit.note("verdicts-exported", actor=who, details={"verdicts": len(said)})
        return labels_csv(said, folder=self.store.folder)

    def count_states(self) -> dict[str, int]:
        """Count the studies in each state."""
        return {str(state): count for state, count in self.store.worklist.count_states().items()}

    def monitoring(self, days: int) -> Monitoring:
        """Say how the service does."""
        until = datetime.now(UTC)
        since = until - timedelta(days=days)
        finished = self.store.monitoring.finished(since)
        states = self.store.worklist.count_states()
        return Monitoring(
            days=days,
            waiting=states[State.QUEUED] + states[State.SCORING],
            states=[Count(name=str(state), count=count) for state, count in states.items()],
            throughput=figures.throughput(finished, since=since, until=until),
            latency=figures.latency(finished),
            refusals=figures.refusals(finished),
            drift=figures.drift(self.store.monitoring.scores(self.bundle.hash)),
            agreement=figures.agreement(self.store.verdicts.since(since), since=since, until=until),
        )

    def is_ready(self) -> bool:
        """Whether the store answers, a worker lives, and the disk has room."""
        try:
            is_worked = self.store.queue.count_alive() > 0
        except (HemoscopeError, SQLAlchemyError, OSError):
            return False
        return is_worked and shutil.disk_usage(self.store.folder).free > self.settings.uploads.spare_bytes

    def _final(self, study_id: str) -> Submission:
        submission = self.store.submissions.get(study_id)
        if not submission.state.is_final:
            raise ServiceError(
                "service.not_ready",
                "The study has no answer yet.",
                "Follow it until its state is final: GET /api/v1/studies/{id}/events.",
            )
        return submission

    def _note_view(self, study_id: str, who: str) -> None:
        self.store.audit.note("viewed", actor=who, subject=study_id)


def _strongest(answers: Sequence[StoredAnswer]) -> StoredAnswer | None:
    """Return the answer that speaks for a study in the worklist: the one with the highest probability."""
    scored = [answer for answer in answers if answer.probability is not None]
    return max(scored, key=lambda answer: answer.probability or 0.0, default=None)


def _nothing_kept(submission: Submission, answers: Sequence[Any], number: int) -> ServiceError:
    if number < len(answers) and not submission.has_pixels:
        return ServiceError(
            "service.pixels_gone", "The pixels of this study have been removed, as they are after some days.",
            "Send the study again to look at it; its result stays.",
        )  # fmt: skip
    return ServiceError(
        "service.nothing_to_show", "There is nothing to show of this answer.", "See the study's result for the reason."
    )
