"""What every method of explanation has in common: a network and slices in, a map of what spoke for a label out."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np

from hemoscope.terms import Label


@dataclass(frozen=True, slots=True, eq=False)
class Network:
    """A network to be explained, whatever it was loaded from.

    Attributes:
        labels: What its scores mean, in order.
        size: Rows and columns of its input.
        look: Takes prepared slices, float32, shape (n, size, size, 1); returns logits, shape (n, labels), and maps of
            logits, shape (n, rows, columns, labels), or None from a network without.
        load_keras: Returns the keras.Model of the same weights; None where there is none.
    """

    labels: tuple[Label, ...]
    size: int
    look: Callable[[np.ndarray], tuple[np.ndarray, np.ndarray | None]]
    load_keras: Callable[[], Any] | None = None


class Explainer(Protocol):
    """A method bound to a network."""

    def explain(self, inputs: np.ndarray, label: Label) -> np.ndarray:
        """Show what in each slice spoke for a label.

        Args:
            inputs: float32, shape (n, size, size, 1), as preparation gives them.
            label: One of the network's.

        Returns:
            float32, shape (n, size, size), at least 0: the more, the more that pixel spoke for it. Without a unit.
        """
