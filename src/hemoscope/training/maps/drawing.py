"""Draw batches ahead of the network: on a thread beside it, or in processes of their own where cores are to spare."""

import multiprocessing
from collections.abc import Iterator
from concurrent.futures import Executor, Future, ProcessPoolExecutor, ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

import cv2
import numpy as np

from hemoscope.training.maps.keep import read_learned
from hemoscope.training.maps.mixture import Batch, Mixture
from hemoscope.training.run import Run

AHEAD_PER_WORKER = 3
"""Batches under way per process: enough that none waits while the network takes a step."""


class Drawing:
    """Draws the batches of an epoch in order, some ahead. They are the same whoever draws them.

    Args:
        mixture: Draws.
        executor: Where.
        workers: How many processes; 0 for a thread.
    """

    def __init__(self, mixture: Mixture, executor: Executor, *, workers: int) -> None:
        self.mixture, self._executor, self._workers = mixture, executor, workers
        self._ahead: dict[tuple[int, int], Future[Batch]] = {}

    def batch(self, epoch: int, index: int, *, steps: int) -> Batch:
        """Return a batch and begin the next ones of its epoch.

        Args:
            epoch: Counted from 0.
            index: Of the batch.
            steps: Batches of the epoch.
        """
        for number in range(index, min(steps, index + 1 + max(1, self._workers * AHEAD_PER_WORKER))):
            if (epoch, number) not in self._ahead:
                self._ahead[epoch, number] = self._begin(epoch, number)
        return self._ahead.pop((epoch, index)).result()

    def forget(self) -> None:
        """Drop what was drawn ahead, as its targets may no longer hold."""
        self._ahead.clear()

    def _begin(self, epoch: int, index: int) -> "Future[Batch]":
        if self._workers:
            return self._executor.submit(_draw, epoch, index, self.mixture.targets)
        return self._executor.submit(self.mixture.draw, epoch, index)


@contextmanager
def drawing(run: Run, mixture: Mixture, *, workers: int) -> Iterator[Drawing]:
    """Open a drawing of a run's training part, and end its thread or its processes with it.

    Args:
        run: Its folder holds the slices that processes read.
        mixture: Of the same slices.
        workers: Processes; 0 draws on a thread of this one.
    """
    executor: Executor = ThreadPoolExecutor(1)
    if workers:
        executor = ProcessPoolExecutor(
            workers, multiprocessing.get_context("spawn"), _open, (run.folder, mixture.batch_size, mixture.seed)
        )
    try:
        yield Drawing(mixture, executor, workers=workers)
    finally:
        executor.shutdown(cancel_futures=True)


def _open(folder: Path, batch_size: int, seed: int) -> None:
    """Make a process ready to draw."""
    global _mixture
    cv2.setNumThreads(1)
    _mixture = Mixture(read_learned(Run.at(folder)), batch_size=batch_size, seed=seed)


_mixture: Mixture | None = None
"""Of a process that draws."""


def _draw(epoch: int, index: int, targets: np.ndarray) -> Batch:
    assert _mixture is not None, "_open makes a process ready first"
    if not np.array_equal(targets, _mixture.targets):
        _mixture.take(targets)
    return _mixture.draw(epoch, index)
