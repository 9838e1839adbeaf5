"""The frozen records that the store gives and takes."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from pathlib import Path
from typing import Any

from hemoscope.records import Decision, ErrorReport, Notice, Status
from hemoscope.terms import Label


class State(StrEnum):
    """Where a submission stands; the last three are final."""

    QUEUED = "queued"
    SCORING = "scoring"
    SCORED = "scored"
    REFUSED = "refused"
    FAILED = "failed"

    @property
    def is_final(self) -> bool:
        """Whether nothing will change any more."""
        return self not in (State.QUEUED, State.SCORING)


class Opinion(StrEnum):
    """What a reader thinks of an answer."""

    AGREE = "agree"
    DISAGREE = "disagree"


class Role(StrEnum):
    """What a token allows."""

    SUBMIT = "submit"
    READ = "read"
    ADMIN = "admin"


class Order(StrEnum):
    """Orders of the worklist."""

    PRIORITY = "priority"
    """Unread and positive before others, then by probability, then by waiting."""
    NEWEST = "newest"
    OLDEST = "oldest"
    PROBABILITY = "probability"


@dataclass(frozen=True, slots=True)
class Arrival:
    """Room for an upload that is not accepted yet.

    Attributes:
        id: 32 hexadecimal digits drawn by chance; the submission gets it.
        folder: Where its files go; whoever fills it makes it.
    """

    id: str
    folder: Path


@dataclass(frozen=True, slots=True)
class Submission:
    """What was accepted at one time: usually one study, perhaps several.

    Attributes:
        id: 32 hexadecimal digits drawn by chance.
        name: What the submitter calls it; may name a patient, so it stands in no log and no address.
        submitted_by: Label of the token, or "local".
        received_at: When it was on the disk and in the queue.
        files: How many came.
        size: Bytes of all.
        state: Where it stands.
        progress: Share of the work that is done, 0 to 1.
        attempts: How many workers have begun it.
        finished_at: When the state became final.
        probability: The highest of its answers; None without a score.
        decision: Of the answer with that.
        strongest_subtype: The most probable subtype of a positive answer with the highest probability.
        verdict: The last reader's opinion.
        read_at: When the first reader gave one.
        has_pixels: Whether what came, and what a viewer shows of it, is still kept.
        error: Why there is no answer at all; None where there are answers, and before.
        place: Where it lies, for what was submitted by its path and left there; None for what was sent.
    """

    id: str
    name: str
    submitted_by: str
    received_at: datetime
    files: int
    size: int
    state: State
    progress: float = 0.0
    attempts: int = 0
    finished_at: datetime | None = None
    probability: float | None = None
    decision: Decision | None = None
    strongest_subtype: Label | None = None
    verdict: Opinion | None = None
    read_at: datetime | None = None
    has_pixels: bool = True
    error: ErrorReport | None = None
    place: Path | None = None

    def waiting_s(self, now: datetime) -> float:
        """Return the seconds since it came, until a reader gave a verdict."""
        return max(0.0, ((self.read_at or now) - self.received_at).total_seconds())


@dataclass(frozen=True, slots=True)
class StoredAnswer:
    """What was said of one study or picture of a submission.

    Attributes:
        status: scored, refused or failed.
        result_id: 32 hexadecimal digits drawn by chance; None where the submission could not even be opened.
        study_id: Likewise, the same for the same study whoever sent it and whatever answered.
        model: As `Bundle.summary` told it of the model that answered; None without a result.
        software: Version of Hemoscope that answered; None without a result.
        folder: Where the files that a viewer shows lie, as `explanation.kept.KeptAnswer` reads them; None where there
            are none, or no longer.
        document: The result as documented JSON: an entry of "studies" or of "results"; None without a result.
        is_study: Whether the document is an entry of "studies".
        probability: Of any hemorrhage; None unless scored.
        decision: None unless scored.
        subtypes: None where they are not told.
        volumes_ml: None where they are not told.
        slices: How many slices the document tells of.
        key_slices: Places of slices, the strongest first.
        warnings: What was assumed or mended.
        error: Why there is no score; None when scored.
    """

    status: Status
    result_id: str | None = None
    study_id: str | None = None
    model: Mapping[str, Any] | None = None
    software: str | None = None
    folder: Path | None = None
    document: Mapping[str, Any] | None = None
    is_study: bool = False
    probability: float | None = None
    decision: Decision | None = None
    subtypes: Mapping[Label, float] | None = None
    volumes_ml: Mapping[Label, float] | None = None
    slices: int = 0
    key_slices: tuple[int, ...] = ()
    warnings: tuple[Notice, ...] = ()
    error: ErrorReport | None = None


@dataclass(frozen=True, slots=True)
class Query:
    """What of the worklist is wanted.

    Attributes:
        states: Only these; none for all.
        decision: Only these.
        subtype: Only studies whose strongest subtype it is.
        verdict: Only these; see `is_read` for those without one.
        is_read: Whether a reader must have given a verdict, or must not; None for either.
        text: Part of the name, whatever its case.
        received_from: Only what came then or later.
        received_until: Only what came before.
        order: How they are sorted.
        page: From 1.
        per_page: At most so many.
    """

    states: tuple[State, ...] = ()
    decision: Decision | None = None
    subtype: Label | None = None
    verdict: Opinion | None = None
    is_read: bool | None = None
    text: str = ""
    received_from: datetime | None = None
    received_until: datetime | None = None
    order: Order = Order.PRIORITY
    page: int = 1
    per_page: int = 50


@dataclass(frozen=True, slots=True)
class Page:
    """A page of the worklist, and how many submissions all pages have."""

    submissions: tuple[Submission, ...]
    total: int


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a reader said; none is ever changed, a later one counts.

    Attributes:
        id: 32 hexadecimal digits drawn by chance.
        submission_id: What it is of.
        reader: Label of the token, or "local".
        given_at: When.
        opinion: Of the answer.
        has_hemorrhage: What the reader sees; None where neither the reader nor the answer says.
        reason: Why.
        subtypes: What the reader sees.
        model_version: Of the model whose answer it is of; "" where none answered.
    """

    id: str
    submission_id: str
    reader: str
    given_at: datetime
    opinion: Opinion
    has_hemorrhage: bool | None
    reason: str | None = None
    subtypes: tuple[Label, ...] = ()
    model_version: str = ""


@dataclass(frozen=True, slots=True)
class Token:
    """A token; what it is cannot be read back, only its hash is kept.

    Attributes:
        label: Its name.
        roles: What it allows.
        created_at: When it was made.
        revoked_at: When it was withdrawn; None as long as it is good.
    """

    label: str
    roles: frozenset[Role]
    created_at: datetime
    revoked_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class AuditRow:
    """A line of the audit trail, without any identifier of a patient.

    Attributes:
        number: From 1, without gaps.
        at: When, as ISO 8601 in UTC.
        actor: Label of a token, "local", or "worker".
        event: What happened, as "accepted".
        subject: Id of what it happened to; "" where there is none.
        details: More of it, as canonical JSON.
        previous: Hash of the row before; 64 zeros in the first.
        hash: SHA-256 of `previous` and the canonical JSON of all the above but it.
    """

    number: int
    at: str
    actor: str
    event: str
    subject: str
    details: str
    previous: str
    hash: str


@dataclass(frozen=True, slots=True)
class Finished:
    """A submission that reached its end, for monitoring.

    Attributes:
        received_at: When it came.
        finished_at: When it reached its end.
        state: How.
        probability: None without a score.
        codes: Of the errors of its answers, and of its own.
    """

    received_at: datetime
    finished_at: datetime
    state: State
    probability: float | None
    codes: tuple[str, ...] = field(default=())


@dataclass(frozen=True, slots=True)
class Model:
    """What answers, as far as it decides whether an answer still holds: the same study and the same model, once.

    Attributes:
        name: Of the network.
        version: Of the network.
        bundle_hash: SHA-256 of the bundle, and so of every file of it.
        preparation_hash: Of how slices are prepared.
        operating_point: What decides.
        software: Version of Hemoscope, which reads the files and joins the slices.
        summary: As `Bundle.summary` tells it.
    """

    name: str
    version: str
    bundle_hash: str
    preparation_hash: str
    operating_point: str
    software: str
    summary: Mapping[str, Any] = field(compare=False)

    @classmethod
    def of(cls, summary: Mapping[str, Any], *, operating_point: str, software: str) -> "Model":
        """Take what a bundle tells of itself."""
        return cls(
            name=summary["name"],
            version=summary["version"],
            bundle_hash=summary["bundle_sha256"],
            preparation_hash=summary["preparation_hash"],
            operating_point=operating_point,
            software=software,
            summary=summary,
        )


@dataclass(frozen=True, slots=True)
class Job:
    """A submission that a worker has taken; it is the worker's until `lease` is lost.

    Attributes:
        submission_id: What is to be scored.
        lease: Drawn anew each time that a submission is taken.
        path: The file or folder to score.
        attempt: How often it was begun, this time included.
    """

    submission_id: str
    lease: str
    path: Path
    attempt: int


@dataclass(frozen=True, slots=True)
class SeenSeries:
    """The series that was scored; its UID only as a hash."""

    uid_hash: str | None
    slices: int
    spacing_mm: float | None = None
    tilt_degrees: float | None = None


@dataclass(frozen=True, slots=True)
class Made:
    """A result that a worker has made.

    Attributes:
        status: scored, refused or failed.
        document: An entry of "studies" or of "results" of the documented JSON.
        is_study: Whether it is one of "studies".
        probability: None unless scored.
        decision: None unless scored.
        strongest_subtype: None unless positive, and where subtypes are not told.
        error_code: None when scored.
        series: None for a slice by itself, and where no series could be scored.
        folder: Whole, with the files that a viewer shows; None where there are none.
    """

    status: Status
    document: Mapping[str, Any]
    is_study: bool
    probability: float | None = None
    decision: Decision | None = None
    strongest_subtype: Label | None = None
    error_code: str | None = None
    series: SeenSeries | None = None
    folder: Path | None = None
