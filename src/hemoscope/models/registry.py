"""The networks by name: what the CLI offers, what a run folder records, what an export rebuilds."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from hemoscope.errors import InputError
from hemoscope.models.lite0 import build_frozen_lite0
from hemoscope.models.seed_cnn import build_seed_cnn
from hemoscope.terms import Label


@dataclass(frozen=True, slots=True)
class ModelSpec:
    """A network that can be trained.

    Attributes:
        name: What `--model` takes.
        summary: One sentence for help and docs.
        labels: What its scores mean, in order.
        build: Keyword arguments `size` and `dropout` to a keras.Model with logits.
    """

    name: str
    summary: str
    labels: tuple[Label, ...]
    build: Callable[..., Any]


MODELS = {
    spec.name: spec
    for spec in (
        ModelSpec(
            name="seed-cnn",
            summary="The seed's small network from scratch: convolution and pooling, dense layer, dropout.",
            labels=(Label.ANY,),
            build=build_seed_cnn,
        ),
        ModelSpec(
            name="lite0-frozen",
            summary="A linear head on frozen ImageNet features of EfficientNet-Lite0.",
            labels=(Label.ANY,),
            build=build_frozen_lite0,
        ),
    )
}


def find_model(name: str) -> ModelSpec:
    """Look a network up.

    Raises:
        InputError: "model.unknown".
    """
    if name not in MODELS:
        raise InputError("model.unknown", f"Expected one of {', '.join(MODELS)}; received {name!r}.", "Name one.")
    return MODELS[name]
