"""Occlusion: how far a score falls when a patch is hidden. It needs scores alone, so any network will do."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from hemoscope.explanation.flat_brain import flatten_brain
from hemoscope.explanation.method import Network
from hemoscope.terms import Label

PATCHES = 8
"""Patches side by side along an edge of the input: each about 2.5 cm of a head."""
GRIDS = 2
"""The patches cover the slice twice, the second time moved by half a side: every pixel is hidden so many times."""


@dataclass(frozen=True, slots=True, eq=False)
class Occlusion:
    """Hide patch after patch of the brain behind flat tissue.

    Attributes:
        network: Any.

    Source: Zeiler & Fergus 2014, doi:10.1007/978-3-319-10590-1_53, section 4.2.
    """

    network: Network

    def explain(self, inputs: np.ndarray, label: Label) -> np.ndarray:
        """Return the mean fall of the score over all patches that hide a pixel; see `Explainer.explain`."""
        return np.stack([self._one(each, self.network.labels.index(label)) for each in inputs])

    def _one(self, slice_: np.ndarray, column: int) -> np.ndarray:
        size, flat = self.network.size, flatten_brain(slice_[np.newaxis])[0]
        fall = np.zeros((size, size), np.float32)
        boxes = [box for box in _boxes(size) if not np.array_equal(flat[box], slice_[box])]
        shown = np.repeat(slice_[np.newaxis], 1 + len(boxes), axis=0)
        for each, box in zip(shown[1:], boxes, strict=True):
            each[box] = flat[box]
        whole, *hidden = self.network.look(shown)[0][:, column]
        for score, box in zip(hidden, boxes, strict=True):
            fall[box] += whole - score
        return np.maximum(fall / GRIDS, 0)


def _boxes(size: int) -> Iterator[tuple[slice, slice]]:
    """Yield patches that cover the input, those at its edges cut off."""
    side = max(GRIDS, size // PATCHES)
    for grid in range(GRIDS):
        starts = range(-grid * side // GRIDS, size, side)
        for top in starts:
            for left in starts:
                yield slice(max(top, 0), top + side), slice(max(left, 0), left + side)
