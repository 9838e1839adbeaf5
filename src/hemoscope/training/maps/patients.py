"""Learn from patients: of one with hemorrhage, the slices that the network finds most suspicious are taken to show it.

Multiple-instance learning in its simplest form (Dietterich 1997, doi:10.1016/S0004-3702(96)00034-3): between epochs the
network judges the slices, and its judgement, held to what the patient's label says, is the next epoch's target.
"""

from typing import Any

import numpy as np

from hemoscope.datasets.origins import UNKNOWN
from hemoscope.models.backend import import_keras
from hemoscope.training.calibrate import score
from hemoscope.training.maps.mixture import Mixture
from hemoscope.training.maps.prepare import PreparedPool

keras = import_keras()

FIRST_SHARE = 0.25
"""From this share of the epochs on: before it the network has nothing to say."""
WITH_BLOOD, WITHOUT = 0.12, 0.4
"""Share of a patient's slices, the most suspicious, taken to show blood; and of the least, to show none."""


class JudgePatients(keras.callbacks.Callback):  # type: ignore[name-defined]
    """Before each epoch, decide the slices of patients with hemorrhage.

    Args:
        prepared: The slices of the training part.
        mixture: What is told of the decisions.
        epochs: Of the whole run.
    """

    def __init__(self, prepared: PreparedPool, mixture: Mixture, *, epochs: int) -> None:
        super().__init__()
        self._prepared, self._mixture, self._first = prepared, mixture, FIRST_SHARE * epochs

    def on_epoch_begin(self, epoch: int, logs: Any = None) -> None:
        """Judge, once the network has learned enough."""
        undecided = self._mixture.undecided
        if epoch < self._first or not undecided.size:
            return
        scores = score(self.model, self._prepared.inputs[undecided])
        self._mixture.decide(undecided, decide(scores, self._prepared.pool.groups[undecided]))


def decide(scores: np.ndarray, groups: np.ndarray) -> np.ndarray:
    """Decide which slices of patients with hemorrhage show it.

    Args:
        scores: Of each slice, shape (n,).
        groups: The patient of each slice, shape (n,).

    Returns:
        1, 0 or UNKNOWN for each slice.
    """
    decided = np.full(len(scores), UNKNOWN, np.float32)
    for group in np.unique(groups):
        here = np.flatnonzero(groups == group)
        order = here[np.argsort(-scores[here])]
        decided[order[: max(1, round(WITH_BLOOD * len(here)))]] = 1.0
        decided[order[len(order) - int(WITHOUT * len(here)) :]] = 0.0
    return decided
