"""The colors of subtypes, each said once; whoever sees no red or no green can tell them apart.

Source: Okabe M, Ito K, "Color Universal Design", 2008. Of its eight colors black is left out, being that of air, and
blue, which is too dark on it.
"""

from collections.abc import Mapping
from typing import NamedTuple

import cv2
import numpy as np

from hemoscope.terms import SUBTYPES, Label

LIMIT = 0.5
"""From this value of a map on, the network sees blood: where its logit exceeds 0, as volumes count it."""


class Color(NamedTuple):
    """A color with its name.

    >>> Color("orange", 230, 159, 0).hex
    '#e69f00'
    """

    name: str
    red: int
    green: int
    blue: int

    @property
    def rgb(self) -> tuple[int, int, int]:
        """Its three parts, 0 to 255."""
        return self.red, self.green, self.blue

    @property
    def hex(self) -> str:
        """As style sheets write it."""
        return f"#{self.red:02x}{self.green:02x}{self.blue:02x}"


COLORS = {
    Label.ANY: Color("yellow", 240, 228, 66),
    Label.EPIDURAL: Color("vermillion", 213, 94, 0),
    Label.INTRAPARENCHYMAL: Color("orange", 230, 159, 0),
    Label.INTRAVENTRICULAR: Color("sky blue", 86, 180, 233),
    Label.SUBARACHNOID: Color("bluish green", 0, 158, 115),
    Label.SUBDURAL: Color("reddish purple", 204, 121, 167),
}
"""Yellow belongs to no subtype; white or grey would itself look like blood on a slice."""
NAMES = {label: "hemorrhage, no subtype clear" if label is Label.ANY else str(label) for label in Label}
"""What an area of each color is called."""
HEAT = COLORS[Label.ANY]
"""The one color of a map that another method made."""
_PLACES = {label: place for place, label in enumerate(Label, start=1)}


def find_areas(maps: Mapping[Label, np.ndarray]) -> np.ndarray:
    """Tell what is seen in each pixel: blood where `any` reaches `LIMIT`, as volumes count it.

    An area that hangs together is of the subtypes that reach the limit somewhere in it, each pixel of the strongest of
    those there; where none does it is of `any`.

    Args:
        maps: By label, float, shape (rows, columns), in [0, 1]; `any` among them.

    Returns:
        uint8 of that shape: 0 where nothing is seen, else what `number_of` gives for the label.
    """
    told = [label for label in SUBTYPES if label in maps]
    count, parts = cv2.connectedComponents((maps[Label.ANY] >= LIMIT).astype(np.uint8))
    inside = parts > 0
    areas = np.where(inside, np.uint8(number_of(Label.ANY)), np.uint8(0))
    if not told or count == 1:
        return areas
    part, values = parts[inside].astype(np.intp), np.stack([maps[label][inside] for label in told])
    highest = np.zeros((len(told), count), values.dtype)
    for row, of_one in zip(highest, values, strict=True):
        np.maximum.at(row, part, of_one)
    is_clear = highest[:, part] >= LIMIT
    strongest = np.where(is_clear, values, -1.0).argmax(axis=0)
    numbers = np.array([number_of(label) for label in told], np.uint8)
    areas[inside] = np.where(is_clear.any(axis=0), numbers[strongest], areas[inside])
    return areas


def number_of(label: Label) -> int:
    """Return the number that an area of a label is marked with, from 1.

    >>> number_of(Label.ANY), number_of(Label.SUBDURAL)
    (1, 6)
    """
    return _PLACES[label]


def labels_in(areas: np.ndarray) -> tuple[Label, ...]:
    """Return the labels that areas show, in the order of `Label`."""
    counts = np.bincount(areas.ravel(), minlength=len(COLORS) + 1)
    return tuple(label for label in Label if counts[number_of(label)])
