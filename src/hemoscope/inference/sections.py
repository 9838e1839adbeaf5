"""Which slices of a series are looked at together: a network that learned from slices some 5 mm thick sees such ones.

Thin slices are noisier than those and a study has hundreds of them; the mean of those that lie within 5 mm is what a
scanner would have reconstructed at that thickness, near enough.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

THIN_MM = 2.5
"""Slices closer than this are joined; from here on each is looked at by itself."""
SECTION_MM = 5.0
"""Thickness of what thin slices are joined to: that of routine head CT, and of most slices that were learned from."""
GAP = 1.5
"""A step longer than this times the usual one parts sections: what lies beyond it is other anatomy."""


@dataclass(frozen=True, slots=True)
class Section:
    """Slices that are looked at as one.

    Attributes:
        first: Place of the lowest slice in its series.
        count: How many slices there are, one after another.
    """

    first: int
    count: int

    @property
    def places(self) -> range:
        """Places of its slices in the series."""
        return range(self.first, self.first + self.count)

    @property
    def middle(self) -> int:
        """Place of the slice in its middle, which stands for it in pictures."""
        return self.first + self.count // 2


def plan_sections(count: int, positions: Sequence[float], *, spacing: float | None) -> tuple[Section, ...]:
    """Join thin slices to sections.

    Args:
        count: How many slices there are.
        positions: Of each along their normal in mm, ascending; empty where the study does not say.
        spacing: The usual distance between them in mm; None likewise. Then none are joined.

    Returns:
        Sections that hold every slice once, in order.

    >>> [section.count for section in plan_sections(5, [0.0, 1.25, 2.5, 3.75, 5.0], spacing=1.25)]
    [4, 1]
    >>> [section.count for section in plan_sections(3, [0.0, 5.0, 10.0], spacing=5.0)]
    [1, 1, 1]
    """
    if len(positions) != count or spacing is None or not 0 < spacing < THIN_MM:
        return tuple(Section(place, 1) for place in range(count))
    most = max(1, round(SECTION_MM / spacing))
    sections, first = [], 0
    for place in range(1, count + 1):
        is_full = place - first == most
        if place == count or is_full or positions[place] - positions[place - 1] > GAP * spacing:
            sections.append(Section(first, place - first))
            first = place
    return tuple(sections)


def thickness_of(sections: Sequence[Section], positions: Sequence[float]) -> float | None:
    """Return the median distance between the middles of sections in mm; None for fewer than two, or unknown places."""
    if len(sections) < 2 or not positions:
        return None
    middles = [float(np.mean([positions[place] for place in section.places])) for section in sections]
    return to_micrometers(float(np.median(np.diff(middles))))


def to_micrometers(length_mm: float) -> float:
    """Round a length in mm to micrometers: NIfTI keeps fewer digits than DICOM, and one study is to have one answer."""
    return round(length_mm, 3)
