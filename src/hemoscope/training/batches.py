"""Feed a run to Keras: shuffled, augmented, and the same at every repetition."""

import numpy as np

from hemoscope.models.backend import import_keras
from hemoscope.training.augment import Augmentation
from hemoscope.training.rows import Rows

keras = import_keras()
BATCH = 32
"""Slices in a pass where nothing is learned."""


class Batches(keras.utils.PyDataset):  # type: ignore[name-defined]
    """Batches of one part. Order and augmentation of an epoch follow from the seed and the epoch alone.

    So a run that was killed goes on as it would have.

    Args:
        inputs: float32, shape (n, size, size, 1), in memory or in a file.
        labels: float32, shape (n, labels).
        batch_size: Slices per batch.
        seed: Of the run.
        epoch: The epoch that comes first, counted from 0.
        augment: Whether to change pictures at random.
    """

    def __init__(
        self, inputs: np.ndarray | Rows, labels: np.ndarray, *, batch_size: int, seed: int, epoch: int, augment: bool
    ) -> None:
        super().__init__()
        self._inputs, self._labels = inputs, labels
        self._batch_size, self._seed = batch_size, seed
        self._augmentation = Augmentation() if augment else None
        self._start(epoch)

    def __len__(self) -> int:
        """Batches per epoch."""
        return -(-len(self._labels) // self._batch_size)

    def __getitem__(self, index: int) -> tuple[np.ndarray, np.ndarray]:
        """One batch."""
        chosen = self._order[index * self._batch_size : (index + 1) * self._batch_size]
        inputs = self._inputs[chosen]
        if self._augmentation is not None:
            inputs = self._augmentation(inputs, key=(self._seed, self._epoch, index))
        return inputs, self._labels[chosen]

    def on_epoch_end(self) -> None:
        """Arrange the next epoch."""
        self._start(self._epoch + 1)

    def _start(self, epoch: int) -> None:
        self._epoch = epoch
        self._order = np.random.default_rng((self._seed, epoch)).permutation(len(self._labels))


class InOrder(keras.utils.PyDataset):  # type: ignore[name-defined]
    """Batches of slices as they stand, to score or to validate.

    Args:
        inputs: Shape (n, size, size, 1), in memory or in a file; a batch is read when its turn comes, as float32.
        labels: float32, shape (n, labels); None to score.
    """

    def __init__(self, inputs: np.ndarray | Rows, labels: np.ndarray | None = None) -> None:
        super().__init__()
        self._inputs, self._labels = inputs, labels

    def __len__(self) -> int:
        """Batches altogether."""
        return -(-len(self._inputs) // BATCH)

    def __getitem__(self, index: int) -> np.ndarray | tuple[np.ndarray, np.ndarray]:
        """One batch."""
        here = slice(index * BATCH, (index + 1) * BATCH)
        inputs = np.asarray(self._inputs[here], np.float32)
        return inputs if self._labels is None else (inputs, self._labels[here])
