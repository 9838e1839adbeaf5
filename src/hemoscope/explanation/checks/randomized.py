"""Does a map depend on what the network learned? One that survives random weights shows the picture, not the network.

Source: Adebayo 2018, arXiv:1810.03292: cascading randomization from the output down.
"""

from typing import Any

import numpy as np

from hemoscope.models.backend import import_keras


def randomized(model: Any, *, share: float, seed: int) -> Any:
    """Copy a network and shuffle the weights of its last layers.

    Each weight stays in its tensor and changes places, so that the size of what the layers put out stays possible:
    fresh weights in so deep a network fade to nothing, or burst.

    Args:
        model: keras.Model.
        share: Of the layers with weights, counted from the output, in [0, 1].
        seed: Of the shuffle.

    Returns:
        keras.Model with the same inputs and outputs.
    """
    copy = import_keras().models.clone_model(model)
    copy.set_weights(model.get_weights())
    rng = np.random.default_rng(seed)
    layers = [layer for layer in copy.layers if layer.get_weights()]
    for layer in layers[len(layers) - round(share * len(layers)) :]:
        layer.set_weights([rng.permutation(each.ravel()).reshape(each.shape) for each in layer.get_weights()])
    return copy
