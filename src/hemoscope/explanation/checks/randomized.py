"""Does a map depend on what the network learned? One that survives random weights shows the picture, not the network.

Source: Adebayo 2018, arXiv:1810.03292: cascading randomization from the output down.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from hemoscope.explanation.cam import single_look
from hemoscope.explanation.checks.stable import rank_correlation
from hemoscope.explanation.method import Network
from hemoscope.explanation.networks import network_of_keras
from hemoscope.models.backend import import_keras

SHUFFLES = 4
"""One says little: from one shuffle to the next even the sign of what stays alike changes."""


class Shuffled:
    """A copy of a network whose last layers forget what they learned, as often as is asked for.

    Each weight stays in its tensor and changes places, so that the size of what the layers put out stays possible:
    fresh weights in so deep a network fade to nothing, or burst. It is one copy all the time, so that what methods
    compile for it stays in use.

    Args:
        network: One with a Keras model. Of one that looks at a slice twice, the copy looks once.

    Attributes:
        network: The copy; as learned, until `shuffle` is called.
    """

    def __init__(self, network: Network) -> None:
        model, _ = single_look(network.keras_model())
        copy = import_keras().models.clone_model(model)
        copy.set_weights(model.get_weights())
        self.network = network_of_keras(copy, network.labels)
        self._learned = [(layer, layer.get_weights()) for layer in copy.layers if layer.get_weights()]

    def shuffle(self, *, share: float, seed: int) -> None:
        """Shuffle the weights of the last layers; those of the others are again as learned.

        Args:
            share: Of the layers with weights, counted from the output, in [0, 1].
            seed: Of the shuffle.
        """
        rng = np.random.default_rng(seed)
        kept = len(self._learned) - round(share * len(self._learned))
        for place, (layer, weights) in enumerate(self._learned):
            is_kept = place < kept
            layer.set_weights(weights if is_kept else [_shuffled(each, rng) for each in weights])


def _shuffled(values: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    return np.asarray(rng.permutation(values.ravel()).reshape(values.shape))


@dataclass(frozen=True, slots=True)
class Likeness:
    """How alike maps stayed.

    Attributes:
        alike: Mean size of the rank correlation, in [0, 1], of the pairs that can be compared; None where none can.
        blank: Share of pairs, in [0, 1], that cannot: one of the two maps is the same everywhere.
    """

    alike: float | None
    blank: float


def likeness(before: Sequence[np.ndarray], after: Sequence[np.ndarray]) -> Likeness:
    """Compare maps with those of a network that has forgotten what it learned.

    The sign is dropped before the mean is taken: a map upside down still shows the picture, and two that follow it in
    opposite directions would make a mean of none. A blank map has no ranks; to count it as unlike would let a method
    pass whose maps were never compared.

    Args:
        before: Values of each map, shape (pixels,).
        after: Of the same slices' maps afterwards, in the same order.
    """
    pairs = list(zip(before, after, strict=True))
    sizes = [abs(rank_correlation(*pair)) for pair in pairs if all(np.ptp(one) > 0 for one in pair)]
    return Likeness(float(np.mean(sizes)) if sizes else None, 1 - len(sizes) / len(pairs))
