"""The frozen records that travel between rooms."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

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
        media_format: "png", "jpeg", "tiff", "bmp" or "dicom".
        spacing: Pixel spacing (row, column) in mm, or None where the file does not say.
        warnings: What the reader had to assume or mend.
    """

    pixels: np.ndarray
    unit: Unit
    source: str
    media_format: str
    spacing: tuple[float, float] | None = None
    warnings: tuple[Notice, ...] = ()


class Status(StrEnum):
    """How it went with one input."""

    SCORED = "scored"
    REFUSED = "refused"
    FAILED = "failed"


class Decision(StrEnum):
    """What the probability means at the operating point."""

    POSITIVE = "positive"
    NEGATIVE = "negative"


@dataclass(frozen=True, slots=True)
class OperatingPoint:
    """A threshold with what it was chosen for and on which data.

    Attributes:
        name: Such as "balanced".
        threshold: Calibrated probability from which an input is called positive, in [0, 1].
        chosen_for: The criterion, in words.
        fitted_on: The data, in words.
    """

    name: str
    threshold: float
    chosen_for: str
    fitted_on: str

    def decide(self, probability: float) -> Decision:
        """Call a calibrated probability positive or negative."""
        return Decision.POSITIVE if probability >= self.threshold else Decision.NEGATIVE


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
