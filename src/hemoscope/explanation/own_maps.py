"""The maps that a network draws itself: its scores are pooled from them and from nothing else."""

from dataclasses import dataclass

import cv2
import numpy as np

from hemoscope.errors import InputError
from hemoscope.explanation.method import Network
from hemoscope.terms import Label


@dataclass(frozen=True, slots=True, eq=False)
class OwnMaps:
    """The share of blood that the network sees in each cell.

    Attributes:
        network: One with maps.

    Raises:
        InputError: "method.needs_maps" where the network has none.
    """

    network: Network

    def __post_init__(self) -> None:
        """Refuse a network without maps."""
        if not self.network.has_maps:
            raise InputError(
                "method.needs_maps",
                "Expected a network that draws maps; this one gives scores alone.",
                "Name another method, such as gradcam or occlusion.",
            )

    def explain(self, inputs: np.ndarray, label: Label) -> np.ndarray:
        """Return the label's map in [0, 1]; see `Explainer.explain`."""
        column = self.network.labels.index(label)
        maps = self.network.look(inputs)[1]
        if maps is None:
            raise ValueError("A network that has maps gave none.")
        return spread(1 / (1 + np.exp(-maps[..., column])), self.network.size)


def spread(cells: np.ndarray, size: int) -> np.ndarray:
    """Spread maps of cells over the input.

    Args:
        cells: Shape (n, rows, columns).
        size: Rows and columns of the input.

    Returns:
        float32, shape (n, size, size), by linear interpolation.
    """
    return np.stack(
        [cv2.resize(each.astype(np.float32), (size, size), interpolation=cv2.INTER_LINEAR) for each in cells]
    )
