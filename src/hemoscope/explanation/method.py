"""What every method of explanation has in common: a network and slices in, a map of what spoke for a label out."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Protocol

import numpy as np

from hemoscope.errors import InputError, MissingExtraError
from hemoscope.terms import Label

BATCH = 8
"""Slices that a network sees at a time: 32 are no faster on two cores, and take up to 1.5 GB more."""
Look = Callable[[np.ndarray], tuple[np.ndarray, np.ndarray | None]]
"""From prepared slices, float32, shape (n, size, size, 1), to logits, shape (n, labels), and maps of logits, shape
(n, rows, columns, labels), or None from a network without."""


@dataclass(frozen=True, slots=True, eq=False)
class Network:
    """A network to be explained, whatever it was loaded from.

    Attributes:
        labels: What its scores mean, in order.
        size: Rows and columns of its input.
        has_maps: Whether `look` returns maps.
        look: Shows it slices, any number of them.
        load_keras: Returns the keras.Model of the same weights; None where there is none.

    What methods compile for it is kept here (`keep`), as compiling takes longer than explaining a slice.
    """

    labels: tuple[Label, ...]
    size: int
    has_maps: bool
    look: Look
    load_keras: Callable[[], Any] | None = None
    _kept: dict[str, Any] = field(default_factory=dict, repr=False)

    def keep(self, name: str, make: Callable[[], Any]) -> Any:
        """Make something once, and return the same whenever it is asked for again.

        Args:
            name: What it is called.
            make: Makes it.
        """
        if name not in self._kept:
            self._kept[name] = make()
        return self._kept[name]

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
        is_slow: Whether it looks at every slice many times.
    """

    name: str
    summary: str
    source: str
    build: Callable[[Network], Explainer]
    needs_gradients: bool = False
    is_slow: bool = False

    def works_with(self, network: Network) -> bool:
        """Tell whether a network, as things are installed here, has what it needs."""
        try:
            self.build(network)
            if self.needs_gradients:
                network.keras_model()
        except (InputError, MissingExtraError):
            return False
        return True
