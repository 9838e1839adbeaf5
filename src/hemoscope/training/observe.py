"""What a run tells whoever watches it. The CLI draws progress bars from it; the default stays silent."""

from collections.abc import Mapping


class Observer:
    """Override what is of interest."""

    def on_index(self, done: int, total: int) -> None:
        """So many headers or volumes of a collection are looked at, before anything is known of it."""

    def on_prepare(self, done: int, total: int) -> None:
        """So many slices are prepared."""

    def on_data(self, data: Mapping[str, object]) -> None:
        """The data is ready: what run.json says of it."""

    def on_resume(self, epoch: int) -> None:
        """The run goes on after this epoch."""

    def on_step(self, epoch: int, done: int, total: int) -> None:
        """So many steps of an epoch, counted from 1, are done."""

    def on_fold(self, done: int, total: int) -> None:
        """So many folds of a cross-validation are done."""

    def on_training(self, done: int, total: int) -> None:
        """So many trainings of a learning curve are done."""

    def on_epoch(self, row: Mapping[str, float]) -> None:
        """An epoch ended: its row of history.csv."""
