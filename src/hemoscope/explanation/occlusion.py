"""Occlusion: how far a score falls when a patch is hidden. It needs scores alone, so any network will do."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from hemoscope.explanation.flat_brain import flatten_brain
from hemoscope.explanation.method import Network
from hemoscope.terms import Label

PATCHES = 8
"""Patches side by side along an edge of the input: each about 2.5 cm of a head."""
STEPS = 2
"""A patch moves by this part of its side, so that every pixel is hidden STEPS x STEPS times."""
BATCH = 32


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
        whole = self.network.look(slice_[np.newaxis])[0][0, column]
        fall, count = np.zeros((2, size, size), np.float32)
        boxes = [box for box in _boxes(size) if not np.array_equal(flat[box], slice_[box])]
        for start in range(0, len(boxes), BATCH):
            batch = boxes[start : start + BATCH]
            hidden = np.repeat(slice_[np.newaxis], len(batch), axis=0)
            for each, box in zip(hidden, batch, strict=True):
                each[box] = flat[box]
            for score, box in zip(self.network.look(hidden)[0][:, column], batch, strict=True):
                fall[box] += whole - score
        for box in _boxes(size):
            count[box] += 1
        return np.maximum(fall / count, 0)


def _boxes(size: int) -> Iterator[tuple[slice, slice]]:
    """Yield patches that cover the input, those at its edges cut off."""
    side = max(STEPS, size // PATCHES)
    starts = range(side // STEPS - side, size, side // STEPS)
    for top in starts:
        for left in starts:
            yield slice(max(top, 0), top + side), slice(max(left, 0), left + side)
