"""Networks to be explained: a bundle's, or one that was just trained."""

from collections.abc import Sequence
from functools import cache, partial
from typing import Any

import numpy as np

from hemoscope.explanation.gradients import require_tensorflow
from hemoscope.explanation.method import BATCH, Look, Network
from hemoscope.inference.engine import Engine
from hemoscope.models.backend import import_keras
from hemoscope.models.bundle import Bundle
from hemoscope.terms import Label


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

    return Network(
        bundle.labels, bundle.preparation.size, bundle.has_maps, partial(_in_batches, Engine(bundle).look), load
    )


def network_of_keras(model: Any, labels: Sequence[Label]) -> Network:
    """Take a keras.Model whose outputs are scores, or scores and maps.

    Args:
        model: From (n, size, size, 1) to (n, labels), or to that and (n, rows, columns, labels). Weights that are set
            later count, too.
        labels: What the scores mean, in order.
    """
    look, has_maps = _look(model), len(model.outputs) > 1
    return Network(tuple(labels), int(model.input_shape[1]), has_maps, partial(_in_batches, look), lambda: model)


def _look(model: Any) -> Look:
    """Bind a model; on TensorFlow compiled, for any number of slices, which takes half the time."""
    call = partial(model, training=False)
    if import_keras().backend.backend() == "tensorflow":
        tensorflow = require_tensorflow()
        slices = tensorflow.TensorSpec(model.inputs[0].shape, tensorflow.float32)
        call = tensorflow.function(call, input_signature=[slices])

    def look(inputs: np.ndarray) -> tuple[np.ndarray, np.ndarray | None]:
        found = call(inputs)
        if len(model.outputs) == 1:
            return np.asarray(found), None
        return np.asarray(found[0]), np.asarray(found[1])

    return look


def _in_batches(look: Look, inputs: np.ndarray) -> tuple[np.ndarray, np.ndarray | None]:
    parts = [look(inputs[start : start + BATCH]) for start in range(0, len(inputs), BATCH)]
    maps = [found for _, found in parts if found is not None]
    return np.concatenate([scores for scores, _ in parts]), np.concatenate(maps) if maps else None
