"""What happens after every epoch: remember, save, and stop when nothing gets better."""

from typing import Any

from hemoscope.models.backend import import_keras
from hemoscope.training.observe import Observer
from hemoscope.training.run import Run
from hemoscope.writing.atomic import write_atomically

keras = import_keras()


class KeepRun(keras.callbacks.Callback):  # type: ignore[name-defined]
    """Write history and checkpoint after each epoch, in an order that survives a kill at any moment.

    The history's row comes first, then the checkpoint whose number says which rows count. All else (the best epoch,
    whether to stop) follows from the history, so that nothing needs to be restored.
    """

    def __init__(self, run: Run) -> None:
        super().__init__()
        self._run = run

    def on_epoch_begin(self, epoch: int, logs: Any = None) -> None:
        """Seed dropout from the epoch, so that a resumed run draws what it would have drawn."""
        for layer in self.model.layers:
            generator = getattr(layer, "seed_generator", None)
            if generator is not None:
                generator.state.assign([self._run.settings.seed, epoch])

    def on_epoch_end(self, epoch: int, logs: Any = None) -> None:
        """Keep the epoch; stop when `patience` epochs brought no lower validation loss."""
        run = self._run
        row = {"epoch": float(epoch + 1)} | {name: float(value) for name, value in (logs or {}).items()}
        run.write_history([*run.history(), row])
        write_atomically(run.checkpoint(epoch + 1), self.model.save)
        run.drop_checkpoints(keep={epoch + 1, run.best_epoch})
        if is_exhausted(run):
            self.model.stop_training = True


class Report(keras.callbacks.Callback):  # type: ignore[name-defined]
    """Pass Keras' events on to an observer."""

    def __init__(self, observer: Observer) -> None:
        super().__init__()
        self._observer = observer
        self._epoch = 0

    def on_epoch_begin(self, epoch: int, logs: Any = None) -> None:
        """Note the epoch."""
        self._epoch = epoch

    def on_train_batch_end(self, batch: int, logs: Any = None) -> None:
        """Report a step."""
        self._observer.on_step(self._epoch + 1, batch + 1, int(self.params["steps"] or 0))

    def on_epoch_end(self, epoch: int, logs: Any = None) -> None:
        """Report an epoch."""
        self._observer.on_epoch({"epoch": epoch + 1} | {name: float(value) for name, value in (logs or {}).items()})


def is_exhausted(run: Run) -> bool:
    """Whether a run has had its epochs, or `patience` of them without a lower validation loss."""
    settings = run.settings
    return run.last_epoch >= settings.epochs or run.last_epoch - run.best_epoch >= settings.patience
