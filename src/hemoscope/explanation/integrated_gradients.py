"""Integrated gradients: how much each pixel adds to a score on the way from a flat brain to the slice."""

from dataclasses import dataclass
from functools import partial

import numpy as np

from hemoscope.explanation.flat_brain import flatten_brain
from hemoscope.explanation.gradients import input_gradients
from hemoscope.explanation.method import Network
from hemoscope.terms import Label

STEPS = 24
"""Points on the way at which the gradient is taken."""


@dataclass(frozen=True, slots=True, eq=False)
class IntegratedGradients:
    """Gradients added up along a straight way, times the way.

    Attributes:
        network: One with a Keras model.

    Source: Sundararajan 2017, arXiv:1703.01365, equation 3, by the midpoint rule.
    """

    network: Network

    def explain(self, inputs: np.ndarray, label: Label) -> np.ndarray:
        """Return what each pixel adds to the score, where it adds; see `Explainer.explain`."""
        return np.maximum(self.attribute(inputs, label), 0)

    def attribute(self, inputs: np.ndarray, label: Label) -> np.ndarray:
        """Return what each pixel adds to the score or takes from it.

        Args:
            inputs: float32, shape (n, size, size, 1).
            label: One of the network's.

        Returns:
            float32, shape (n, size, size); of each slice the sum is, nearly, its score less that of its flat brain.
        """
        model, column = self.network.keras_model(), self.network.labels.index(label)
        see = self.network.keep("gradients of the input", partial(input_gradients, model))
        starts = flatten_brain(inputs)
        places = ((np.arange(STEPS) + 0.5) / STEPS).astype(np.float32)[:, np.newaxis, np.newaxis, np.newaxis]
        means = [
            see(start + places * (end - start), column).mean(axis=0) for start, end in zip(starts, inputs, strict=True)
        ]
        return np.asarray((inputs - starts)[..., 0] * np.stack(means), np.float32)
