"""On which devices a network learns: every GPU that TensorFlow sees, or the CPU."""

from collections.abc import Iterator
from contextlib import contextmanager

from hemoscope.models.backend import import_keras


@contextmanager
def on_every_gpu() -> Iterator[None]:
    """Let networks that are built, loaded and trained inside learn on all GPUs at once.

    Each takes its share of every batch, and their gradients are averaged: so a larger batch pays. With one GPU or none,
    or with another backend than TensorFlow, nothing changes.

    Source: tf.distribute.MirroredStrategy; keras.io/guides/distributed_training_with_tensorflow.
    """
    names = gpu_names()
    if len(names) < 2:
        yield
        return
    import tensorflow

    with tensorflow.distribute.MirroredStrategy(names).scope():
        yield


def gpu_names() -> list[str]:
    """Name the GPUs that TensorFlow sees; none where another backend trains."""
    if import_keras().backend.backend() != "tensorflow":
        return []
    import tensorflow

    return [device.name for device in tensorflow.config.list_logical_devices("GPU")]
