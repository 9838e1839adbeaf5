"""The networks by name: what the CLI offers, what a run folder records, what an export rebuilds."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from hemoscope.errors import InputError
from hemoscope.models.lite0 import build_frozen_lite0
from hemoscope.models.map_net import build_frozen_map_net, build_map_net
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
        has_maps: Whether maps are its second output; it then learns from a pool of several origins.
        stands_on_shipped: Whether it keeps what the shipped network has learned: slices that this one learned from tell
            nothing of it, and are left out.
        defaults: Training settings that suit it better than the common ones; `size` is that of the input.
    """

    name: str
    summary: str
    labels: tuple[Label, ...]
    build: Callable[..., Any]
    has_maps: bool = False
    stands_on_shipped: bool = False
    defaults: Mapping[str, Any] = field(default_factory=dict)


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
        ModelSpec(
            name="map-net-frozen",
            summary="A linear head on frozen features of the shipped map network, for slices of one's own.",
            labels=(Label.ANY,),
            build=build_frozen_map_net,
            stands_on_shipped=True,
            defaults={"size": 192},
        ),
        ModelSpec(
            name="map-net",
            summary="Six maps of where the blood is, on a pretrained EfficientNet-Lite0; learns from painted bleeds.",
            labels=tuple(Label),
            build=build_map_net,
            has_maps=True,
            defaults={
                "size": 192,
                "epochs": 16,
                "steps": 200,
                "batch_size": 32,
                "learning_rate": 1.5e-3,
                "dropout": 0.2,
                "patience": 20,
                "validation_fraction": 0.12,
            },
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
