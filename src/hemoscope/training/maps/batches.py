"""Feed a map network: batches without end, cut into epochs."""

from hemoscope.models.backend import import_keras
from hemoscope.training.maps.drawing import Drawing
from hemoscope.training.maps.mixture import Batch

keras = import_keras()


class MapBatches(keras.utils.PyDataset):  # type: ignore[name-defined]
    """Batches as Keras takes them.

    Args:
        drawn: Draws them.
        steps: Batches per epoch.
        epoch: The epoch that comes first, counted from 0.
    """

    def __init__(self, drawn: Drawing, *, steps: int, epoch: int) -> None:
        super().__init__()
        self._drawn, self._steps, self._epoch = drawn, steps, epoch

    def __len__(self) -> int:
        """Batches per epoch."""
        return self._steps

    def __getitem__(self, index: int) -> Batch:
        """One batch: inputs, then targets by the network's output."""
        return self._drawn.batch(self._epoch, index, steps=self._steps)

    def on_epoch_end(self) -> None:
        """Arrange the next epoch."""
        self._drawn.forget()
        self._epoch += 1
