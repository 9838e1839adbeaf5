"""From the subtype scores of a run's network to probabilities."""

from typing import Any

import numpy as np

from hemoscope.evaluation.calibration import Calibration, fit_platt
from hemoscope.terms import SUBTYPES, Label
from hemoscope.training.calibrate import BATCH
from hemoscope.training.maps.keep import read_pool
from hemoscope.training.maps.prepare import PreparedPool
from hemoscope.training.run import VALIDATION, Run

FEWEST_POSITIVES = 5
"""With fewer slices of a subtype its scores are calibrated as those of `any` are."""


def calibrate_subtypes(run: Run, network: Any) -> dict[Label, Calibration]:
    """Fit a calibration for each subtype that the validation part knows enough of.

    Args:
        run: The run, for its validation part.
        network: keras.Model with scores and maps.

    Returns:
        Calibrations by subtype; those that could not be fitted are not in it.
    """
    held_out = read_pool(run).only(np.flatnonzero([row.part == VALIDATION for row in run.split]))
    scores, targets = predict_pool(network, held_out)[0], held_out.pool.targets
    fitted: dict[Label, Calibration] = {}
    for label in SUBTYPES:
        column = list(Label).index(label)
        truth = targets[:, column]
        known = truth >= 0
        if (truth == 1).sum() >= FEWEST_POSITIVES:
            fitted_on = f"the validation part: {known.sum()} slices, {(truth == 1).sum()} of them {label}"
            fitted[label] = fit_platt(scores[known, column], truth[known].astype(int), fitted_on=fitted_on)
    return fitted


def predict_pool(network: Any, prepared: PreparedPool) -> tuple[np.ndarray, np.ndarray]:
    """Return scores, shape (n, labels), and maps, shape (n, rows, columns, labels), of every slice; both logits."""
    scores, maps = network.predict(np.asarray(prepared.inputs, np.float32), batch_size=BATCH, verbose=0)
    return np.asarray(scores), np.asarray(maps)
