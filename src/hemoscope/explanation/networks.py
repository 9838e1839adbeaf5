"""Networks to be explained: a bundle's, or one that was just trained."""

from collections.abc import Callable, Sequence
from functools import cache
from typing import Any

import numpy as np

from hemoscope.explanation.method import Network
from hemoscope.inference.engine import Engine
from hemoscope.models.backend import import_keras
from hemoscope.models.bundle import Bundle
from hemoscope.terms import Label

BATCH = 32
"""Slices that Keras sees at a time."""


def network_of_bundle(bundle: Bundle) -> Network:
    """Take the network of a bundle: ONNX Runtime scores, and Keras, where it is installed, gives gradients.

    Args:
        bundle: Proven whole.

    Raises:
        BundleError: "bundle.onnx" where ONNX Runtime cannot load it.
    """
    path = bundle.folder / "model.keras"

    @cache
    def load() -> Any:
        return import_keras().saving.load_model(path, compile=False)

    return Network(bundle.labels, bundle.preparation.size, bundle.has_maps, Engine(bundle).look, load)


def network_of_keras(model: Any, labels: Sequence[Label]) -> Network:
    """Take a keras.Model whose outputs are scores, or scores and maps.

    Args:
        model: From (n, size, size, 1) to (n, labels), or to that and (n, rows, columns, labels).
        labels: What the scores mean, in order.
    """
    return Network(tuple(labels), int(model.input_shape[1]), len(model.outputs) > 1, _look(model), lambda: model)


def _look(model: Any) -> Callable[[np.ndarray], tuple[np.ndarray, np.ndarray | None]]:
    def look(inputs: np.ndarray) -> tuple[np.ndarray, np.ndarray | None]:
        parts = [model(inputs[start : start + BATCH], training=False) for start in range(0, len(inputs), BATCH)]
        if len(model.outputs) == 1:
            return np.concatenate([np.asarray(part) for part in parts]), None
        scores, maps = (np.concatenate([np.asarray(part[place]) for part in parts]) for place in (0, 1))
        return scores, maps

    return look
