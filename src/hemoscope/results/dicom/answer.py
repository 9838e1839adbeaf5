"""What the objects of a study are made from."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import numpy as np

from hemoscope.errors import MissingExtraError
from hemoscope.reading.study import Series
from hemoscope.records import OperatingPoint, Shown, StudyResult

FOLDER, FHIR = "dicom", "fhir.json"
"""Where the files of a result lie, below its folder."""
KINDS = ("sr", "seg", "kos", "sc")
"""Objects in their order, as their files are called: report, segmentation, key slices, pictures."""


@dataclass(frozen=True, slots=True, eq=False)
class Answer:
    """The answer to a study with what can be shown of it.

    Attributes:
        result: What was answered.
        series: What was scored; its files are open.
        model: What answered, as `Bundle.summary` tells it.
        software: Version of this package.
        areas: Of a place in the series: what is seen there, as `find_areas` numbers it, uint8, shape (rows, columns) of
            the slice as displayed; None where there is no map, or it is withheld.
        show: Of a place in the series: the slice as drawn for people; None where it cannot be read.
        made_at: When the objects count as made; None for when the study was, so that making them again gives the same
            bytes, or now where it does not say.
    """

    result: StudyResult
    series: Series
    model: Mapping[str, Any]
    software: str
    areas: Callable[[int], np.ndarray | None]
    show: Callable[[int], Shown | None]
    made_at: datetime | None = None

    @property
    def point(self) -> OperatingPoint:
        """What decided; only a scored study has objects."""
        assert self.result.operating_point is not None
        return self.result.operating_point


def require_highdicom() -> None:
    """Make sure that objects can be made.

    Raises:
        MissingExtraError: "install.missing_extra".
    """
    try:
        import highdicom  # noqa: F401
    except ImportError as error:
        raise MissingExtraError(feature="Writing results as DICOM", extra="dicom") from error


LACKING = 'Results are not kept as DICOM objects: pip install "hemoscope[dicom]"'
"""What a service says at its start without highdicom."""


def is_installed() -> bool:
    """Whether objects can be made here."""
    from importlib.util import find_spec

    return find_spec("highdicom") is not None
