"""Gradients of a score: with respect to the input, and to what a layer inside the network puts out."""

from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np

from hemoscope.errors import InputError
from hemoscope.explanation.method import BATCH
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


def features_and_gradients(model: Any, layer: Any) -> Callable[[np.ndarray, int], Gradients]:
    """Compile what takes the gradient of a score with respect to a layer's output.

    Args:
        model: keras.Model. Weights that are set later count, too.
        layer: One of its layers.

    Returns:
        From slices, float32, shape (n, size, size, 1), and which score, to what the layer puts out and its gradient.
    """
    tensorflow = require_tensorflow()
    part = import_keras().Model(model.inputs, [layer.output, scores_of(model)])

    def take(fed: Any, column: Any) -> tuple[Any, Any]:
        with tensorflow.GradientTape() as tape:
            tape.watch(fed)  # a frozen layer's output would not be recorded else
            features, scores = part(fed, training=False)
            total = tensorflow.reduce_sum(tensorflow.gather(scores, column, axis=1))
        return features, tape.gradient(total, features)

    compiled = _compile(take, model)

    def see(inputs: np.ndarray, column: int) -> Gradients:
        return Gradients(*(_in_batches(compiled, inputs, column)))

    return see


def input_gradients(model: Any) -> Callable[[np.ndarray, int], np.ndarray]:
    """Compile what takes the gradient of a score with respect to the input.

    Args:
        model: keras.Model. Weights that are set later count, too.

    Returns:
        From slices, float32, shape (n, size, size, 1), and which score, to float32, shape (n, size, size).
    """
    tensorflow = require_tensorflow()

    def take(fed: Any, column: Any) -> tuple[Any]:
        with tensorflow.GradientTape() as tape:
            tape.watch(fed)
            outputs = model(fed, training=False)
            scores = outputs[0] if len(model.outputs) > 1 else outputs
            total = tensorflow.reduce_sum(tensorflow.gather(scores, column, axis=1))
        return (tape.gradient(total, fed),)

    compiled = _compile(take, model)

    def see(inputs: np.ndarray, column: int) -> np.ndarray:
        return _in_batches(compiled, inputs, column)[0][..., 0]

    return see


def _compile(take: Callable[..., Any], model: Any) -> Any:
    """Trace once, for any number of slices and any score."""
    tensorflow = require_tensorflow()
    slices = tensorflow.TensorSpec(model.inputs[0].shape, tensorflow.float32)
    return tensorflow.function(take, input_signature=[slices, tensorflow.TensorSpec((), tensorflow.int32)])


def _in_batches(compiled: Any, inputs: np.ndarray, column: int) -> list[np.ndarray]:
    """Call what is compiled on BATCH slices at a time: a network's every layer is kept for all of them."""
    parts = [compiled(inputs[start : start + BATCH], column) for start in range(0, len(inputs), BATCH)]
    return [np.concatenate([np.asarray(one, np.float32) for one in each]) for each in zip(*parts, strict=True)]
