"""Gradients of a score: with respect to the input, and to what a layer inside the network puts out."""

from typing import Any, NamedTuple

import numpy as np

from hemoscope.errors import InputError
from hemoscope.models.backend import import_keras

PASSES_ON = ("InputLayer", "Dropout", "SpatialDropout2D", "UpSampling2D", "MaxPooling2D", "AveragePooling2D", "Permute")
"""Layers that bring no features of their own."""


class Gradients(NamedTuple):
    """What a layer puts out, and how a score rises with it: float32, shape (n, rows, columns, features) each."""

    features: np.ndarray
    gradients: np.ndarray


def require_tensorflow() -> Any:
    """Import TensorFlow, whose tape takes the gradients.

    Raises:
        MissingExtraError: Keras is not installed.
        InputError: "method.needs_tensorflow" where Keras runs on another backend.
    """
    backend = import_keras().backend.backend()
    if backend != "tensorflow":
        raise InputError(
            "method.needs_tensorflow",
            f"Expected Keras on TensorFlow, whose gradients this method takes; it runs on {backend}.",
            "Set KERAS_BACKEND=tensorflow, or name occlusion.",
        )
    import tensorflow

    return tensorflow


def scores_of(model: Any) -> Any:
    """Return the symbolic scores: a network's only output, or its first."""
    return model.outputs[0]


def last_features(model: Any) -> Any:
    """Find the layer whose features stand last before the scores: the finest that still have a place.

    Args:
        model: keras.Model.

    Returns:
        Its last layer with features in rows and columns, other than the network's outputs.

    Raises:
        InputError: "method.no_features" where no layer has any.
    """
    ends = {id(output) for output in model.outputs}
    for layer in reversed(model.layers):
        output: Any = getattr(layer, "output", None)
        shape: Any = getattr(output, "shape", ())
        if len(shape) == 4 and shape[1] > 1 and id(output) not in ends and type(layer).__name__ not in PASSES_ON:
            return layer
    raise InputError(
        "method.no_features", "Expected a layer with rows and columns; the network has none.", "Name occlusion."
    )


def gradients_at(model: Any, layer: Any, inputs: np.ndarray, *, column: int) -> Gradients:
    """Take the gradient of a score with respect to a layer's output.

    Args:
        model: keras.Model.
        layer: One of its layers.
        inputs: float32, shape (n, size, size, 1).
        column: Which score.
    """
    tensorflow = require_tensorflow()
    part = import_keras().Model(model.inputs, [layer.output, scores_of(model)])
    fed = tensorflow.convert_to_tensor(inputs)
    with tensorflow.GradientTape() as tape:
        tape.watch(fed)  # a frozen layer's output would not be recorded else
        features, scores = part(fed, training=False)
        total = tensorflow.reduce_sum(scores[:, column])
    slopes = tape.gradient(total, features)
    return Gradients(np.asarray(features, np.float32), np.asarray(slopes, np.float32))


def input_gradients(model: Any, inputs: np.ndarray, *, column: int) -> np.ndarray:
    """Take the gradient of a score with respect to the input.

    Args:
        model: keras.Model.
        inputs: float32, shape (n, size, size, 1).
        column: Which score.

    Returns:
        float32, shape (n, size, size).
    """
    tensorflow = require_tensorflow()
    fed = tensorflow.convert_to_tensor(inputs)
    with tensorflow.GradientTape() as tape:
        tape.watch(fed)
        outputs = model(fed, training=False)
        scores = outputs[0] if len(model.outputs) > 1 else outputs
        total = tensorflow.reduce_sum(scores[:, column])
    return np.asarray(tape.gradient(total, fed), np.float32)[..., 0]
