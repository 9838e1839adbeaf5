"""The words of the field, each said once: label order, windows, units, the notice every result carries."""

from enum import StrEnum
from typing import NamedTuple

RESEARCH_USE_ONLY = "Research use only. Not a medical device. Not for diagnosis."
MANUFACTURER = "Hemoscope"
"""(0008,0070) of every DICOM object that is made here, and by which one that comes back is known."""


class Label(StrEnum):
    """Hemorrhage labels, in the order in which every network, table and file lists them."""

    ANY = "any"
    EPIDURAL = "epidural"
    INTRAPARENCHYMAL = "intraparenchymal"
    INTRAVENTRICULAR = "intraventricular"
    SUBARACHNOID = "subarachnoid"
    SUBDURAL = "subdural"


SUBTYPES = tuple(label for label in Label if label is not Label.ANY)


class Unit(StrEnum):
    """What the numbers of a slice mean."""

    HU = "hu"
    GREY = "grey"


class Window(NamedTuple):
    """A display window in HU: `level` is its center, `width` its full extent.

    >>> BRAIN.low, BRAIN.high
    (0.0, 80.0)
    """

    level: float
    width: float

    @property
    def low(self) -> float:
        """The value that is shown black."""
        return self.level - self.width / 2

    @property
    def high(self) -> float:
        """The value that is shown white."""
        return self.level + self.width / 2


BRAIN = Window(40.0, 80.0)
SUBDURAL = Window(80.0, 200.0)
SOFT_TISSUE = Window(40.0, 400.0)
BONE = Window(600.0, 2800.0)
