"""What every method of explanation has in common: a network and slices in, a map of what spoke for a label out."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np

from hemoscope.errors import InputError, MissingExtraError
from hemoscope.terms import Label


@dataclass(frozen=True, slots=True, eq=False)
class Network:
    """A network to be explained, whatever it was loaded from.

    Attributes:
        labels: What its scores mean, in order.
        size: Rows and columns of its input.
        has_maps: Whether `look` returns maps.
        look: Takes prepared slices, float32, shape (n, size, size, 1); returns logits, shape (n, labels), and maps of
            logits, shape (n, rows, columns, labels), or None from a network without.
        load_keras: Returns the keras.Model of the same weights; None where there is none.
    """

    labels: tuple[Label, ...]
    size: int
    has_maps: bool
    look: Callable[[np.ndarray], tuple[np.ndarray, np.ndarray | None]]
    load_keras: Callable[[], Any] | None = None

    def keras_model(self) -> Any:
        """Load the keras.Model.

        Raises:
            InputError: "method.needs_keras" where there is none.
            MissingExtraError: Keras is not installed.
        """
        if self.load_keras is None:
            raise InputError(
                "method.needs_keras",
                "Expected a Keras model, whose gradients can be taken; the network has none.",
                "Name a method that looks at scores alone: occlusion.",
            )
        return self.load_keras()


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


@dataclass(frozen=True, slots=True)
class Method:
    """A way to explain a network.

    Attributes:
        name: What commands call it.
        summary: What it shows, in a sentence.
        source: Where it was published.
        build: Binds it to a network; raises an InputError where the network has no maps and it needs them.
        needs_gradients: Whether it takes gradients, which Keras alone gives.
    """

    name: str
    summary: str
    source: str
    build: Callable[[Network], Explainer]
    needs_gradients: bool = False

    def works_with(self, network: Network) -> bool:
        """Tell whether a network, as things are installed here, has what it needs."""
        try:
            self.build(network)
            if self.needs_gradients:
                network.keras_model()
        except (InputError, MissingExtraError):
            return False
        return True
