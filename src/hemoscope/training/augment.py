"""Change a picture in ways that leave its diagnosis alone."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from hemoscope.models.backend import import_keras


class Augmentation:
    """Random changes: mirror, turn, shift, zoom, contrast, brightness.

    Heads lie turned and off-center, and a picture's window is only estimated, so all of these occur between origins.
    """

    def __init__(self) -> None:
        layers = import_keras().layers
        self._layers: list[Any] = [
            layers.RandomFlip("horizontal", seed=0),
            layers.RandomRotation(0.06, fill_mode="constant", seed=0),
            layers.RandomTranslation(0.06, 0.06, fill_mode="constant", seed=0),
            layers.RandomZoom((-0.12, 0.12), fill_mode="constant", seed=0),
            layers.RandomContrast(0.3, value_range=(0, 1), seed=0),
            layers.RandomBrightness(0.08, value_range=(0, 1), seed=0),
        ]

    def __call__(self, inputs: np.ndarray, *, key: Sequence[int]) -> np.ndarray:
        """Change a batch; the key alone decides how, whatever was changed before.

        Args:
            inputs: float32, shape (n, size, size, 1), in [0, 1].
            key: Such as (seed of the run, epoch, batch).

        Returns:
            The same shape and range.
        """
        states = np.random.SeedSequence(key).generate_state(2 * len(self._layers)).reshape(-1, 2)
        changed: Any = inputs
        for layer, state in zip(self._layers, states, strict=True):
            layer.generator.state.assign(state)
            changed = layer(changed, training=True)
        return np.asarray(changed)
