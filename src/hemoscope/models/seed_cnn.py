"""The seed's network: convolution and pooling, a dense layer, dropout, one score."""

from typing import Any

from hemoscope.models.backend import import_keras


def build_seed_cnn(
    *, size: int, labels: int = 1, filters: tuple[int, ...] = (16, 32, 64, 128), dense: int = 64, dropout: float = 0.5
) -> Any:
    """Build the network.

    Each block convolves and halves: 3x3 convolution, batch normalization, ReLU, 2x2 max pooling. The
    last maps are pooled over the picture by mean and by maximum, because a small bleed shows in the maximum alone.

    Args:
        size: Rows and columns of the input.
        labels: How many scores.
        filters: Feature maps per block.
        dense: Units of the dense layer.
        dropout: Share of them dropped in training.

    Returns:
        keras.Model from (n, size, size, 1), in [0, 1], to (n, labels): scores as logits.
    """
    layers = import_keras().layers
    inputs = layers.Input((size, size, 1), name="image")
    maps = inputs
    for count in filters:
        maps = layers.Conv2D(count, 3, padding="same", kernel_initializer="he_normal")(maps)
        maps = layers.BatchNormalization(momentum=0.9)(maps)
        maps = layers.ReLU()(maps)
        maps = layers.MaxPooling2D()(maps)
    features = layers.Concatenate()([layers.GlobalAveragePooling2D()(maps), layers.GlobalMaxPooling2D()(maps)])
    features = layers.BatchNormalization(momentum=0.9)(features)  # without it, large maxima kill the dense layer
    features = layers.Dense(dense, activation="relu")(features)
    features = layers.Dropout(dropout)(features)
    return import_keras().Model(inputs, layers.Dense(labels, dtype="float32", name="logits")(features), name="seed_cnn")
