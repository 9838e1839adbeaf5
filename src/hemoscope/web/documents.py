"""What the API takes and gives, as pydantic models; the OpenAPI document and docs/reference/api.md follow them."""

from datetime import UTC, datetime
from enum import StrEnum
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, AwareDatetime, BaseModel, ConfigDict, Field, StringConstraints

from hemoscope.records import Decision, Status
from hemoscope.store.records import Opinion, Order, Role, State
from hemoscope.terms import RESEARCH_USE_ONLY, SUBTYPES, Label


def to_utc(moment: datetime) -> datetime:
    """Turn to UTC; the first hours of year 1 in the east, and the last of year 9999 in the west, have none there."""
    try:
        return moment.astimezone(UTC)
    except OverflowError:
        return moment.replace(tzinfo=UTC)


Probability = Annotated[float, Field(ge=0, le=1)]
StudyId = Annotated[
    str, StringConstraints(pattern=r"^[0-9a-f]{32}$"), Field(examples=["0123456789abcdef0123456789abcdef"])
]
"""32 hexadecimal digits, drawn by chance: it says nothing of the patient, so it may stand in addresses and logs."""
Moment = Annotated[AwareDatetime, AfterValidator(to_utc)]
LONGEST_REASON = 2000
_NEW_YEAR = "2026-01-01T00:00:00Z"
Subtype = StrEnum("Subtype", {label.name: str(label) for label in SUBTYPES})  # type: ignore[misc]


class Document(BaseModel):
    """The base of all: unknown keys are refused where we read, and never sent where we write."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Problem(BaseModel):
    """An error as RFC 9457 has it, with the code that the command line prints and what can be done about it."""

    type: str = Field(examples=["urn:hemoscope:error:service.unknown_study"])
    title: str = Field(description="The kind of error in few words.", examples=["Not Found"])
    status: int = Field(examples=[404])
    detail: str = Field(examples=["There is no such study."])
    code: str = Field(description="Stable; docs/reference/errors.md lists all.", examples=["service.unknown_study"])
    next_step: str = Field(examples=["Look it up in the worklist; it may have been deleted."])
    incident: str | None = Field(default=None, description="To look for in the server's log.")


class Links(Document):
    """Where to go on, as paths on this server."""

    self: str = Field(examples=["/api/v1/studies/0123456789abcdef0123456789abcdef"])
    events: str
    result: str
    page: str


class Accepted(Document):
    """The answer to a submission: the study is on disk and in the queue, and no kill loses it."""

    id: StudyId
    state: State
    links: Links


class Answer(Document):
    """What was said of one study or picture; a submission may hold several. All but the status may be unknown."""

    status: Status
    probability: Probability | None = None
    decision: Decision | None = None
    subtypes: dict[Label, Probability] | None = None
    volumes_ml: dict[Label, float] | None = Field(default=None, description="Counted in the maps; not calibrated.")
    slices: int = Field(default=0, description="How many the viewer shows.", ge=0)
    key_slices: list[int] = Field(default_factory=list, description="Places of slices, the strongest first.")
    has_objects: bool = Field(default=False, description="Whether it is there as DICOM and FHIR too.")
    warnings: list[dict[str, str]] = Field(default_factory=list)
    error: dict[str, str] | None = Field(default=None, description="Why there is no score.")


class Study(Document):
    """A row of the worklist, and the state of one study."""

    id: StudyId
    name: str = Field(
        description="What the reader knows it by; never in an address or a log.", examples=["head-ct.zip"]
    )
    state: State
    progress: float = Field(ge=0, le=1, description="Share of the slices that are done.", examples=[0.4])
    received_at: datetime
    finished_at: datetime | None = None
    waiting_s: float = Field(ge=0, description="Since it was received, until a reader gave a verdict.")
    probability: Probability | None = None
    decision: Decision | None = None
    strongest_subtype: Label | None = Field(default=None, description="The most probable subtype of a positive study.")
    verdict: Opinion | None = Field(default=None, description="The last reader's opinion.")
    has_pixels: bool = Field(default=True, description="False once retention has removed what the viewer shows.")
    error: dict[str, str] | None = Field(default=None, description="Why there is no answer at all.")
    answers: list[Answer] = Field(default_factory=list, description="Empty until the study is final.")
    links: Links
    research_use_only: str = RESEARCH_USE_ONLY


class Worklist(Document):
    """A page of the worklist."""

    studies: list[Study]
    total: int = Field(ge=0, description="Of all pages.")
    page: int = Field(ge=1)
    per_page: int = Field(ge=1)
    research_use_only: str = RESEARCH_USE_ONLY


class WorklistQuery(Document):
    """Which studies, in which order."""

    state: list[State] = Field(default_factory=list, max_length=5, description="Any of these; repeatable.")
    decision: Decision | None = None
    subtype: Subtype | None = None
    verdict: Opinion | None = None
    is_read: bool | None = Field(default=None, description="Whether a reader has given a verdict.")
    q: str = Field(default="", max_length=200, description="Part of the name.", examples=["head-ct"])
    received_from: Moment | None = Field(default=None, description="Came then or later.", examples=[_NEW_YEAR])
    received_until: Moment | None = Field(default=None, description="Came before.", examples=[_NEW_YEAR])
    sort: Order = Order.PRIORITY
    page: int = Field(default=1, ge=1, le=100_000)
    per_page: int = Field(default=50, ge=1, le=200)


class FromPath(Document):
    """A study that lies on the server already, below one of the folders that `--allow-path` names."""

    path: str = Field(max_length=4096, description="Absolute.", examples=["/data/incoming/study-17"])


class WindowPreset(Document):
    """A display window."""

    name: str = Field(examples=["Brain"])
    level: float = Field(examples=[40])
    width: float = Field(examples=[80])


class SliceInfo(Document):
    """A slice of the volume, from feet to head: slice n of this list is plane n of the volume and of the maps."""

    place: int = Field(ge=0, description="Of the slice in the series that it stands for.")
    count: int = Field(ge=1, description="How many thin slices it is the mean of.")
    position_mm: float | None = Field(default=None, description="Along the slices' normal.")
    probability: Probability | None = None
    subtypes: dict[Label, Probability] | None = None
    key_rank: int | None = Field(default=None, ge=1, description="1 for the strongest key slice.")
    labels: list[Label] = Field(default_factory=list, description="What its map outlines.")
    withheld: str | None = Field(default=None, description="Why its map is not shown.")
    notes: list[str] = Field(default_factory=list)
    edges: dict[str, str] | None = Field(default=None, description="What lies left, top, right, bottom.")


class MapLegend(Document):
    """A value of the maps: voxel = value means this label, 0 means nothing."""

    value: int = Field(ge=1, examples=[2])
    label: Label
    color: str = Field(examples=["#56b4e9"])


class Geometry(Document):
    """What the viewer needs besides the pixels.

    The volume is int16, (columns, rows, slices) in the file, HU or grey from 0 to 255. Both files are written so that
    the patient's right is at the lowest column where the series says so, front at the lowest row, feet at slice 0.
    """

    rows: int = Field(ge=1)
    columns: int = Field(ge=1)
    count: int = Field(ge=1)
    spacing_mm: tuple[float, float, float] | None = Field(
        None, description="Of slices, rows, columns; None where the study does not say, and the files then hold 1 mm."
    )
    unit: Literal["hu", "grey"]
    has_maps: bool
    is_thick: bool = Field(description="Whether slices are means of several thin ones.")
    windows: list[WindowPreset]
    map_legend: list[MapLegend]
    threshold: Probability | None = Field(default=None, description="Of the operating point, for the strip of scores.")
    operating_point: str | None = None
    slices: list[SliceInfo]
    volume: str = Field(description="Path of the volume: NIfTI, gzip.")
    maps: str | None = Field(default=None, description="Path of the map of labels: NIfTI, uint8, the volume's shape.")
    research_use_only: str = RESEARCH_USE_ONLY


class NewVerdict(Document):
    """What a reader says."""

    opinion: Opinion
    reason: str | None = Field(default=None, max_length=LONGEST_REASON, description="Why.")
    subtypes: list[Subtype] = Field(default_factory=list, max_length=len(SUBTYPES), description="What the reader sees.")
    has_hemorrhage: bool | None = Field(
        None, description="What the reader sees, for the label; the answer's decision, or its opposite, unless given."
    )


class Verdict(NewVerdict):
    """A verdict as it was kept; none is ever changed, a later one counts."""

    id: str
    study_id: StudyId
    reader: str = Field(description="Name of the token, or 'local'.")
    given_at: datetime
    model_version: str


class Verdicts(Document):
    """All verdicts on a study, the oldest first."""

    verdicts: list[Verdict]


class LogIn(Document):
    """A token, to be exchanged for a cookie of this browser."""

    token: Annotated[str, StringConstraints(min_length=1, max_length=200)]


class Session(Document):
    """Who is asking."""

    needs_token: bool = Field(description="False on loopback without tokens: everybody on this machine may do all.")
    name: str | None = Field(default=None, description="Of the token; None where nobody has logged in.")
    roles: list[Role] = Field(default_factory=list)


class About(Document):
    """What answers here."""

    version: str
    model: dict[str, Any] = Field(description="As in every result: name, version, hashes, labels, operating points.")
    study_operating_point: dict[str, Any]
    labels: list[Label]
    keep_pixels_days: int | None = Field(default=None, description="None keeps them until the study is deleted.")
    max_bytes: int = Field(description="Of one upload.")
    max_files: int
    accepts_paths: bool
    research_use_only: str = RESEARCH_USE_ONLY


class Health(Document):
    """Whether it lives; more is told to nobody who shows no token."""

    status: Literal["ok", "starting", "failing"]
