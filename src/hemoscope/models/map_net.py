"""The map network: for every label a map of where it is; a slice's score is what its map shows most strongly.

A pretrained light encoder (EfficientNet-Lite0) and a decoder that adds its features from coarse to fine, ending at a
quarter of the input's resolution. The scores are pooled from the maps alone, so that no score can rise without a place
in the picture that explains it.

Source: top-down pathway after Lin 2017 (arXiv:1612.03144).
"""

from typing import Any

from hemoscope.models.backend import import_keras
from hemoscope.models.lite0 import build_lite0

NAME = "map_net"
STRIDE = 4
"""Pixels of the input per cell of the maps, along each side."""
TOP_SHARE = 0.0035
"""Share of a map's cells, the strongest ones, whose mean is the score: about 1 cm2 of a head."""
WIDTH = 64
"""Features per cell in the decoder."""
LATERALS = ("block15_project_norm", "block10_add", "block4_add", "block2_add")
"""Where the decoder taps the encoder: the last layers at strides 32, 16, 8 and 4."""
LAST_FEATURES = f"decode{len(LATERALS) - 1}_relu"
"""The layer that the maps are made of."""
MOMENTUM = 0.95
"""Of the decoder's batch statistics: at 0.99 those used for scoring lag behind the weights while the rate is high."""
PRIOR_LOGIT = -3.0
"""Where every cell's logit starts: most cells of most slices show no blood (Lin 2017, arXiv:1708.02002)."""


def build_map_net(*, size: int, dropout: float = 0.2, labels: int = 6, is_pretrained: bool = True) -> Any:
    """Build the map network.

    Args:
        size: Rows and columns of the input; a multiple of 32.
        dropout: Share of the decoder's features dropped in training, whole features at a time.
        labels: How many maps.
        is_pretrained: Whether the encoder starts from its ImageNet weights.

    Returns:
        keras.Model from (n, size, size, 1), in [0, 1], to two outputs: `logits`, shape (n, labels), and `maps`, shape
        (n, size / 4, size / 4, labels), logits too.
    """
    keras = import_keras()
    layers = keras.layers
    encoder = build_lite0(size=size, is_pretrained=is_pretrained)
    _freeze_statistics(encoder)
    maps: Any = None
    for number, name in enumerate(LATERALS):
        lateral = layers.Conv2D(WIDTH, 1, use_bias=False, name=f"lateral{number}")(encoder.get_layer(name).output)
        if maps is not None:
            maps = layers.UpSampling2D(2, interpolation="nearest", name=f"up{number}")(maps)
            lateral = layers.Add(name=f"merge{number}")([maps, lateral])
        maps = _refine(lateral, name=f"decode{number}")
    maps = layers.SpatialDropout2D(dropout, name="dropout")(maps)
    maps = layers.Conv2D(
        labels, 1, bias_initializer=keras.initializers.Constant(PRIOR_LOGIT), dtype="float32", name="maps"
    )(maps)
    return keras.Model(encoder.input, [pool_scores(maps, size=size), maps], name=NAME)


def build_frozen_map_net(*, size: int, dropout: float = 0.5, labels: int = 1) -> Any:
    """Build a head for slices of one's own on frozen features of the shipped map network.

    Untrained it gives what the shipped network says in one look, without the mirror; it learns what to add to that.

    Args:
        size: Rows and columns of the input; a multiple of 32.
        dropout: Share of the features dropped in training.
        labels: How many scores, the first of the shipped network's labels.

    Returns:
        keras.Model from (n, size, size, 1), in [0, 1], to (n, labels): scores as logits.
    """
    from hemoscope.models.bundle import shipped_bundle  # every command reads the registry, and few need this

    keras = import_keras()
    layers = keras.layers
    shipped = keras.saving.load_model(shipped_bundle() / "model.keras", compile=False).get_layer(NAME)
    network = build_map_net(size=size, dropout=0.0, is_pretrained=False)
    network.set_weights(shipped.get_weights())
    backbone = with_features(network)
    backbone.trainable = False
    features = backbone.output
    own = layers.BatchNormalization(momentum=MOMENTUM, name="features_norm")(features)
    own = layers.Dropout(dropout, name="own_dropout")(own)
    own = layers.Dense(labels, kernel_initializer="zeros", dtype="float32", name="own")(own)
    logits = layers.Add(dtype="float32", name="own_logits")([features[:, :labels], own])
    return keras.Model(backbone.input, logits, name="map_net_frozen")


def pool_scores(maps: Any, *, size: int) -> Any:
    """Pool maps into scores: the mean of each map's strongest cells.

    Args:
        maps: Symbolic tensor, shape (n, size / 4, size / 4, labels).
        size: Rows and columns of the network's input.

    Returns:
        Symbolic tensor, shape (n, labels).
    """
    layers, cells = import_keras().layers, (size // STRIDE) ** 2
    cells_first = layers.Reshape((cells, maps.shape[-1]), dtype="float32", name="cells")(maps)
    flat = layers.Permute((2, 1), dtype="float32", name="label_first")(cells_first)
    top = import_keras().ops.top_k(flat, k=count_top(size), sorted=False)[0]
    return layers.Activation("linear", dtype="float32", name="logits")(import_keras().ops.mean(top, axis=-1))


def with_mirror(network: Any) -> Any:
    """Wrap a map network so that it also looks at the mirrored slice; maps are the mean of both looks.

    Heads are nearly symmetrical, and what is taken for blood in one look alone is mostly noise.

    Args:
        network: keras.Model as `build_map_net` gives it.

    Returns:
        keras.Model with the same input and outputs, and the same weights.
    """
    keras = import_keras()
    size = int(network.input.shape[1])
    inputs = keras.layers.Input((size, size, 1), name="image")
    seen = network(inputs)[1]
    mirrored = keras.ops.flip(network(keras.ops.flip(inputs, axis=2))[1], axis=2)
    maps = keras.layers.Average(name="maps")([seen, mirrored])
    return keras.Model(inputs, [pool_scores(maps, size=size), maps], name="map_net_mirrored")


def with_features(network: Any) -> Any:
    """Turn a map network into one that gives features for a head of one's own.

    Args:
        network: keras.Model as `build_map_net` gives it.

    Returns:
        keras.Model from the same input to shape (n, labels + WIDTH): the scores, then the decoder's last features as
        their mean over the slice.
    """
    keras = import_keras()
    means = keras.layers.GlobalAveragePooling2D(name="means")(network.get_layer(LAST_FEATURES).output)
    features = keras.layers.Concatenate(name="features")([network.outputs[0], means])
    return keras.Model(network.input, features, name="map_net_features")


def count_top(size: int) -> int:
    """Count the cells whose mean is the score.

    >>> count_top(192)
    8
    """
    return max(1, round(TOP_SHARE * (size // STRIDE) ** 2))


def _refine(maps: Any, *, name: str) -> Any:
    """Filter each feature on its own over 5 x 5 cells, mix, normalize, rectify."""
    layers = import_keras().layers
    maps = layers.SeparableConv2D(WIDTH, 5, padding="same", use_bias=False, name=f"{name}_mix")(maps)
    maps = layers.BatchNormalization(momentum=MOMENTUM, name=f"{name}_norm")(maps)
    return layers.ReLU(name=f"{name}_relu")(maps)


def _freeze_statistics(encoder: Any) -> None:
    """Keep ImageNet's batch statistics: batches of 16 painted heads would only blur them."""
    for layer in encoder.layers:
        if layer.name.endswith("_norm"):
            layer.trainable = False
