"""The frozen records that travel between rooms."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, NamedTuple

import numpy as np

from hemoscope.errors import HemoscopeError, RefusedError
from hemoscope.terms import Label, Unit


@dataclass(frozen=True, slots=True)
class Notice:
    """A warning that travels with a result to every report: a stable code and one sentence."""

    code: str
    message: str


class Edges(NamedTuple):
    """What of the patient lies at each edge of a picture: R, L, A, P, H or F, as PS3.3 C.7.6.1.1.1 names directions."""

    left: str
    top: str
    right: str
    bottom: str


@dataclass(frozen=True, slots=True, eq=False)
class Slice:
    """One axial picture, as read.

    Attributes:
        pixels: float32, shape (rows, columns); HU, or grey in [0, 1] for a picture.
        unit: Whether `pixels` are Hounsfield units or grey of an unknown window.
        source: File name without its folder.
        media_format: "png", "jpeg", "tiff", "bmp", "dicom" or "nifti".
        spacing: Pixel spacing (row, column) in mm, or None where the file does not say.
        warnings: What the reader had to assume or mend.
        edges: What of the patient lies at each edge; None where the file does not say.
    """

    pixels: np.ndarray
    unit: Unit
    source: str
    media_format: str
    spacing: tuple[float, float] | None = None
    warnings: tuple[Notice, ...] = ()
    edges: Edges | None = None


@dataclass(frozen=True, slots=True, eq=False)
class Shown:
    """A slice with where something speaks for a label in it, to be drawn.

    Attributes:
        image: The slice, or the mean of a section of thin ones.
        maps: By label, float32, the slice's own shape, in [0, 1], not calibrated; None from a network without maps.
        withheld: Why the maps must not be drawn; None where they may be.
    """

    image: Slice
    maps: Mapping[Label, np.ndarray] | None = None
    withheld: Notice | None = None


class Interval(NamedTuple):
    """A figure with its 95 % interval."""

    value: float
    low: float
    high: float

    def __str__(self) -> str:
        return f"{self.value:.3f} [{self.low:.3f}-{self.high:.3f}]"


class Status(StrEnum):
    """How it went with one input."""

    SCORED = "scored"
    REFUSED = "refused"
    FAILED = "failed"

    @classmethod
    def after(cls, error: HemoscopeError | None) -> "Status":
        """Say how it went with what ended in an error, or in none."""
        if error is None:
            return cls.SCORED
        return cls.REFUSED if isinstance(error, RefusedError) else cls.FAILED


class Decision(StrEnum):
    """What the probability means at the operating point; uncertain only where that abstains."""

    POSITIVE = "positive"
    UNCERTAIN = "uncertain"
    NEGATIVE = "negative"


@dataclass(frozen=True, slots=True)
class OperatingPoint:
    """A threshold with what it was chosen for and on which data.

    Attributes:
        name: Such as "balanced".
        threshold: Calibrated probability from which an input is called positive, in [0, 1].
        chosen_for: The criterion, in words.
        fitted_on: The data, in words.
        sensitivity: What it reaches on that data, which flatters it; None where nobody has kept it.
        specificity: Likewise.
        uncertain_from: Probability from which, up to the threshold, it abstains; None where it decides always.
    """

    name: str
    threshold: float
    chosen_for: str
    fitted_on: str
    sensitivity: Interval | None = None
    specificity: Interval | None = None
    uncertain_from: float | None = None

    def decide(self, probability: float) -> Decision:
        """Call a calibrated probability positive or negative, or abstain where the point does.

        >>> OperatingPoint("abstain", 0.7, "", "four slices", uncertain_from=0.2).decide(0.3)
        <Decision.UNCERTAIN: 'uncertain'>
        """
        if probability >= self.threshold:
            return Decision.POSITIVE
        if self.uncertain_from is not None and probability >= self.uncertain_from:
            return Decision.UNCERTAIN
        return Decision.NEGATIVE

    def as_json(self) -> dict[str, Any]:
        """Return plain JSON values, every key present; figures as `value`, `low` and `high`."""
        return {
            "name": self.name,
            "threshold": self.threshold,
            "chosen_for": self.chosen_for,
            "fitted_on": self.fitted_on,
            "sensitivity": None if self.sensitivity is None else self.sensitivity._asdict(),
            "specificity": None if self.specificity is None else self.specificity._asdict(),
            "uncertain_from": self.uncertain_from,
        }

    @classmethod
    def from_json(cls, values: Mapping[str, Any]) -> "OperatingPoint":
        """Rebuild a point from what `as_json` returned, or an earlier version, which told its first four keys alone.

        Raises:
            KeyError: One of those four is missing.

        >>> OperatingPoint.from_json({"name": "balanced", "threshold": 0.4, "chosen_for": "", "fitted_on": ""})
        ... # doctest: +ELLIPSIS
        OperatingPoint(name='balanced', threshold=0.4, chosen_for='', fitted_on='', sensitivity=None, ...)
        """
        return cls(
            name=values["name"],
            threshold=values["threshold"],
            chosen_for=values["chosen_for"],
            fitted_on=values["fitted_on"],
            sensitivity=_interval_of(values.get("sensitivity")),
            specificity=_interval_of(values.get("specificity")),
            uncertain_from=values.get("uncertain_from"),
        )


def _interval_of(values: Mapping[str, float] | None) -> Interval | None:
    return None if values is None else Interval(values["value"], values["low"], values["high"])


@dataclass(frozen=True, slots=True)
class ErrorReport:
    """An error as data: what JSON and tables carry in place of an exception."""

    code: str
    message: str
    next_step: str

    @classmethod
    def of(cls, error: HemoscopeError) -> "ErrorReport":
        """Turn an exception into data."""
        return cls(error.code, error.message, error.next_step)


@dataclass(frozen=True, slots=True)
class SliceResult:
    """The answer to one input: a score, a refusal or a failure, never nothing.

    Attributes:
        input: The path as the user gave it.
        status: scored, refused or failed.
        probability: Calibrated probability of any hemorrhage in [0, 1]; None unless scored.
        decision: `probability` against the operating point; None unless scored.
        operating_point: The point that `decision` used; None unless scored.
        subtypes: Calibrated probability per subtype; None when the model does not tell them.
        warnings: What was assumed or mended on the way.
        error: Why there is no score; None when scored.
    """

    input: str
    status: Status
    probability: float | None = None
    decision: Decision | None = None
    operating_point: OperatingPoint | None = None
    subtypes: Mapping[Label, float] | None = None
    warnings: tuple[Notice, ...] = field(default=())
    error: ErrorReport | None = None

    @property
    def key(self) -> tuple[str, ...]:
        """What tells inputs apart: equal exactly for two answers to the same input."""
        return slice_key(self.input)


@dataclass(frozen=True, slots=True)
class SliceOfStudy:
    """The answer to one slice of a study, in the order from feet to head.

    Attributes:
        name: Of the file, or of the place within a file of many slices.
        instance_uid: (0008,0018) SOP Instance UID; None where there is none.
        position_mm: Along the normal of the slices; None where the study does not say.
        section: Number, from 0, of the section that was scored: the slice itself, or the mean of thin ones about it.
        status: scored; refused where it shows no head; failed where it could not be read.
        probability: Calibrated probability of any hemorrhage in the section, in [0, 1]; None unless scored.
        subtypes: Calibrated probability per subtype; None when the model does not tell them, and unless scored.
        warnings: What was assumed or mended in this slice alone.
        error: Why there is no score; None when scored.
    """

    name: str
    instance_uid: str | None
    position_mm: float | None
    section: int
    status: Status
    probability: float | None = None
    subtypes: Mapping[Label, float] | None = None
    warnings: tuple[Notice, ...] = ()
    error: ErrorReport | None = None


@dataclass(frozen=True, slots=True)
class SeriesChoice:
    """Which series of a study was scored, and why.

    Attributes:
        uid: (0020,000E) Series Instance UID; None where there is none.
        name: A folder or file to know it by.
        reason: Why this one, in a sentence.
        passed_over: Name and reason of each other series.
        spacing_mm: Median distance between slices; None where the study does not say.
        pixel_spacing_mm: (row, column); None where the study does not say.
        tilt_degrees: Between the slices' normal and the axis of the body; None where the study does not say.
    """

    uid: str | None
    name: str
    reason: str
    passed_over: tuple[tuple[str, str], ...] = ()
    spacing_mm: float | None = None
    pixel_spacing_mm: tuple[float, float] | None = None
    tilt_degrees: float | None = None


@dataclass(frozen=True, slots=True)
class StudyResult:
    """The answer to one study: a score, a refusal or a failure, never nothing.

    Attributes:
        input: The path as the user gave it.
        study_uid: (0020,000D) Study Instance UID; None where there is none.
        status: scored, refused or failed.
        series: What was scored; None where no series could be.
        probability: Calibrated probability of any hemorrhage in the study, in [0, 1]; None unless scored.
        decision: `probability` against the operating point; None unless scored.
        operating_point: The point that `decision` used; None unless scored.
        subtypes: Calibrated probability per subtype; None when the model does not tell them.
        volumes_ml: Blood in all and per subtype from the maps, not calibrated; None without maps or known spacing.
        slices: One answer per slice of the series, from feet to head.
        key_slices: Places in `slices` of those that made the score, the strongest first.
        warnings: What was assumed or mended on the way, in the series or in single slices.
        error: Why there is no score; None when scored.
    """

    input: str
    study_uid: str | None
    status: Status
    series: SeriesChoice | None = None
    probability: float | None = None
    decision: Decision | None = None
    operating_point: OperatingPoint | None = None
    subtypes: Mapping[Label, float] | None = None
    volumes_ml: Mapping[Label, float] | None = None
    slices: tuple[SliceOfStudy, ...] = ()
    key_slices: tuple[int, ...] = ()
    warnings: tuple[Notice, ...] = ()
    error: ErrorReport | None = None

    @property
    def key(self) -> tuple[str, ...]:
        """What tells inputs apart: equal exactly for two answers to the same input."""
        return study_key(self.input, self.study_uid)


def slice_key(path: str) -> tuple[str, ...]:
    """Return the key of the answer to a slice by itself."""
    return ("slice", path)


def study_key(name: str, study_uid: str | None) -> tuple[str, ...]:
    """Return the key of the answer to a study."""
    return ("study", name, study_uid or "")


class Health(StrEnum):
    """How one part of an installation is."""

    OK = "ok"
    MISSING = "missing"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class Check:
    """What `hemoscope doctor` found out about one part of an installation.

    Attributes:
        topic: What it belongs to: "packages", "model", "decoders", "machine", "extras" or "speed".
        name: Of the part.
        health: How it is.
        detail: A version, a figure or the reason, in words without paths.
        is_needed: Whether the base install cannot do without it.
        next_step: What to do about it; None where nothing is to be done.
        milliseconds: What was measured; None for what has no speed.
    """

    topic: str
    name: str
    health: Health
    detail: str
    is_needed: bool = True
    next_step: str | None = None
    milliseconds: float | None = None

    @property
    def is_broken(self) -> bool:
        """Whether the base install does not work because of it."""
        return self.is_needed and self.health is not Health.OK
