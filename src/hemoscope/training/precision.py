"""In which numbers a network computes: float32, or half of it where a GPU is faster so."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from hemoscope.models.backend import import_keras
from hemoscope.models.registry import find_model
from hemoscope.training.settings import FULL, TrainingSettings


@contextmanager
def precision(name: str) -> Iterator[None]:
    """Let networks that are built inside compute in this precision; their weights and scores stay float32.

    Args:
        name: One of `settings.PRECISIONS`.

    Source: Micikevicius et al. 2018 (arXiv:1710.03740); keras.io/api/mixed_precision. Keras scales the loss where
    float16 would lose small gradients.
    """
    config = import_keras().config
    before = config.dtype_policy()
    config.set_dtype_policy(name)
    try:
        yield
    finally:
        config.set_dtype_policy(before)


def in_full_precision(network: Any, settings: TrainingSettings) -> Any:
    """Return a network with the same weights that computes in float32, as everything that judges and exports does.

    Args:
        network: keras.Model of a run.
        settings: Of the run.

    Returns:
        keras.Model; the same object where it does already.
    """
    if settings.precision == FULL:
        return network
    with precision(FULL):
        full = find_model(settings.model).build(size=settings.preparation.size, dropout=settings.dropout)
    full.set_weights(network.get_weights())
    return full
