"""The frozen records that travel between rooms."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, NamedTuple

import numpy as np

from hemoscope.errors import HemoscopeError
from hemoscope.terms import Label, Unit


@dataclass(frozen=True, slots=True)
class Notice:
    """A warning that travels with a result to every report: a stable code and one sentence."""

    code: str
    message: str


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
    """

    pixels: np.ndarray
    unit: Unit
    source: str
    media_format: str
    spacing: tuple[float, float] | None = None
    warnings: tuple[Notice, ...] = ()


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
