"""Class activation maps: which features of a layer speak for a label, and where they stand.

All three weigh the features of one layer by the gradient of the label's score and add them up; they differ in the
weights. What speaks against the label is left out.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np

from hemoscope.explanation.gradients import Gradients, features_and_gradients, last_features
from hemoscope.explanation.method import Network
from hemoscope.explanation.own_maps import spread
from hemoscope.terms import Label

Weigh = Callable[[Gradients], np.ndarray]


@dataclass(frozen=True, slots=True, eq=False)
class Cam:
    """One way to weigh, bound to a network and a layer.

    A network that also looks at the mirrored slice is explained by the mean of both looks, each by itself.

    Attributes:
        network: One with a Keras model.
        weigh: Takes a layer's features and gradients; returns weights of a shape that multiplies with the features.
        layer: Name of the layer; the last one with features unless given.
    """

    network: Network
    weigh: Weigh
    layer: str | None = None

    def explain(self, inputs: np.ndarray, label: Label) -> np.ndarray:
        """Return the activation map; see `Explainer.explain`."""
        model, is_mirrored = single_look(self.network.keras_model())
        column, size = self.network.labels.index(label), self.network.size
        layer = last_features(model) if self.layer is None else model.get_layer(self.layer)
        see = self.network.keep(f"features of {layer.name}", partial(features_and_gradients, model, layer))
        cells = combine(see(inputs, column), self.weigh)
        if is_mirrored:
            mirrored = np.ascontiguousarray(inputs[:, :, ::-1])
            cells = (cells + combine(see(mirrored, column), self.weigh)[:, :, ::-1]) / 2
        return spread(cells, size)


def combine(found: Gradients, weigh: Weigh) -> np.ndarray:
    """Add up weighted features, and keep what speaks for the label: float32, shape (n, rows, columns)."""
    summed = (weigh(found) * found.features).sum(axis=-1)
    return np.asarray(np.maximum(summed, 0), np.float32)


def gradcam_weights(found: Gradients) -> np.ndarray:
    """Weigh each feature by its mean gradient.

    Returns:
        Shape (n, 1, 1, features).

    Source: Selvaraju 2017, doi:10.1109/ICCV.2017.74, equation 1.
    """
    return np.asarray(found.gradients.mean(axis=(1, 2), keepdims=True))


def gradcam_plus_plus_weights(found: Gradients) -> np.ndarray:
    """Weigh each feature by its rising gradients, so that several places count as much as one.

    The exponential of the score is explained, whose higher derivatives are powers of the gradient.

    Returns:
        Shape (n, 1, 1, features).

    Source: Chattopadhay 2018, doi:10.1109/WACV.2018.00097, equations 5, 6 and 19.
    """
    features, gradients = found
    squares, cubes = gradients**2, gradients**3
    below = 2 * squares + cubes * features.sum(axis=(1, 2), keepdims=True)
    shares = np.divide(squares, below, out=np.zeros_like(squares), where=np.abs(below) > np.finfo(np.float32).tiny)
    return np.asarray((shares * np.maximum(gradients, 0)).sum(axis=(1, 2), keepdims=True))


def layercam_weights(found: Gradients) -> np.ndarray:
    """Weigh each feature at each place by its own rising gradient.

    Returns:
        Shape (n, rows, columns, features).

    Source: Jiang 2021, doi:10.1109/TIP.2021.3089943, equation 6.
    """
    return np.maximum(found.gradients, 0)


def single_look(model: Any) -> tuple[Any, bool]:
    """Return the network that a mirrored one looks with twice, and whether it does; any other as it is."""
    inner = [layer for layer in model.layers if hasattr(layer, "layers")]
    return (inner[0], True) if len(inner) == 1 and len(inner[0].outputs) == len(model.outputs) else (model, False)
