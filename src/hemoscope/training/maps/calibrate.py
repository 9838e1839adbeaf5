"""From the subtype scores of a run's network to probabilities."""

from typing import Any

import numpy as np

from hemoscope.evaluation.calibration_choice import AnyCalibration, choose_calibration
from hemoscope.terms import SUBTYPES, Label
from hemoscope.training.batches import InOrder
from hemoscope.training.maps.keep import read_pool
from hemoscope.training.maps.prepare import PreparedPool
from hemoscope.training.run import VALIDATION, Run

FEWEST = 5
"""With fewer slices with a subtype, or without it, its scores are calibrated as those of `any` are."""


def calibrate_subtypes(run: Run, network: Any) -> dict[Label, AnyCalibration]:
    """Choose a calibration for each subtype that the validation part knows enough of, as `choose_calibration` does.

    Args:
        run: The run, for its validation part.
        network: keras.Model with scores and maps.

    Returns:
        Calibrations by subtype; those that could not be fitted are not in it.
    """
    held_out = read_pool(run).only(np.flatnonzero([row.part == VALIDATION for row in run.split]))
    scores, targets = predict_pool(network, held_out)[0], held_out.pool.targets
    fitted: dict[Label, AnyCalibration] = {}
    for label in SUBTYPES:
        column = list(Label).index(label)
        truth = targets[:, column]
        known = truth >= 0
        if min((truth == 1).sum(), (truth == 0).sum()) >= FEWEST:
            fitted_on = f"the validation part: {known.sum()} slices, {(truth == 1).sum()} of them {label}"
            fitted[label] = choose_calibration(
                scores[known, column], truth[known].astype(int), held_out.pool.groups[known], fitted_on=fitted_on
            ).calibration
    return fitted


def predict_pool(network: Any, prepared: PreparedPool) -> tuple[np.ndarray, np.ndarray]:
    """Return scores, shape (n, labels), and maps, shape (n, rows, columns, labels), of every slice; both logits."""
    scores, maps = network.predict(InOrder(prepared.inputs), verbose=0)
    return np.asarray(scores), np.asarray(maps)
