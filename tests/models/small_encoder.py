"""An encoder in place of EfficientNet-Lite0, for tests of what is done with map networks: it is built in no time."""

from collections.abc import Iterator
from contextlib import contextmanager

import keras
import pytest

from hemoscope.models.map_net import LATERALS


def build_small_encoder(*, size: int, is_pretrained: bool = True) -> keras.Model:
    """Build an encoder with the layers that the decoder taps, at their strides.

    Args:
        size: Rows and columns of the input; a multiple of 32.
        is_pretrained: Without meaning here.
    """
    inputs = keras.layers.Input((size, size, 1), name="image")
    maps = keras.layers.Conv2D(8, 3, strides=2, padding="same", activation="relu")(inputs)
    for name in reversed(LATERALS):
        maps = keras.layers.Conv2D(8, 3, strides=2, padding="same", activation="relu", name=name)(maps)
    return keras.Model(inputs, maps)


@contextmanager
def small_encoder() -> Iterator[None]:
    """Build map networks with it meanwhile."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("hemoscope.models.map_net.build_lite0", build_small_encoder)
        yield
