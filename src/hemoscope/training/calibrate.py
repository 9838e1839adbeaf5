"""From a run's network to probabilities and decisions, fitted on the run's validation part."""

from typing import Any

import numpy as np

from hemoscope.evaluation.calibration import Calibration, fit_platt
from hemoscope.evaluation.operating_points import choose_balanced
from hemoscope.records import OperatingPoint
from hemoscope.training.run import VALIDATION, Run

BATCH = 32


def score(network: Any, inputs: np.ndarray) -> np.ndarray:
    """Score prepared slices with Keras, for `any`.

    Args:
        network: keras.Model; its first output is the scores, `any` first.
        inputs: float32, shape (n, size, size, 1).

    Returns:
        Scores (logits), shape (n,).
    """
    outputs = network.predict(np.asarray(inputs, np.float32), batch_size=BATCH, verbose=0)
    return np.asarray(outputs[0] if isinstance(outputs, list | tuple) else outputs)[:, 0]


def calibrate(run: Run, network: Any) -> tuple[Calibration, OperatingPoint]:
    """Fit calibration and balanced threshold on the validation part, which also chose the epoch."""
    inputs, labels, groups = run.part(VALIDATION)
    truth = labels[:, 0].astype(int)
    fitted_on = (
        f"the validation part of {run.record['data']['name']}: {len(truth)} slices in {len(set(groups))} groups, "
        f"{int(truth.sum())} with hemorrhage"
    )
    scores = score(network, inputs)
    calibration = fit_platt(scores, truth, fitted_on=fitted_on)
    return calibration, choose_balanced(truth, calibration.apply(scores), fitted_on=fitted_on)
