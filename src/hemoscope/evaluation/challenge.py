"""The score of the RSNA 2019 challenge."""

import numpy as np

from hemoscope.errors import DatasetError
from hemoscope.terms import Label

WEIGHTS = {label: 2.0 if label is Label.ANY else 1.0 for label in Label}
"""Of each label: any hemorrhage counts twice."""
CLIP = 1e-15
"""Probabilities are kept so far from 0 and 1."""


def weighted_log_loss(truth: np.ndarray, probabilities: np.ndarray) -> float:
    """Return the weighted multi-label logarithmic loss: 0 is best, 0.693 is a coin.

    Args:
        truth: 0 or 1, shape (images, 6), in the order of `Label`.
        probabilities: In [0, 1], of the same shape.

    Raises:
        DatasetError: "metric.lengths", "metric.bad_label" or "metric.not_a_probability".

    >>> weighted_log_loss(np.array([[1, 0, 1, 0, 0, 0]]), np.full((1, 6), 0.5))
    0.6931471805599453

    Source: Flanders et al. 2020, doi:10.1148/ryai.2020190211; weights and clipping as the competition's page on
    evaluation states them.
    """
    truth, probabilities = np.asarray(truth, float), np.asarray(probabilities, float)
    _check(truth, probabilities)
    kept = np.clip(probabilities, CLIP, 1 - CLIP)
    losses = -np.where(truth == 1, np.log(kept), np.log1p(-kept))
    return float(np.average(losses.mean(axis=0), weights=list(WEIGHTS.values())))


def _check(truth: np.ndarray, probabilities: np.ndarray) -> None:
    if truth.ndim != 2 or truth.shape[1] != len(Label) or truth.shape != probabilities.shape or not len(truth):
        raise DatasetError(
            "metric.lengths",
            f"Expected labels and probabilities of shape (images, {len(Label)}); received {truth.shape} and "
            f"{probabilities.shape}.",
            "Pass six of each per image, in one order.",
        )
    if not np.isin(truth, (0, 1)).all():
        raise DatasetError(
            "metric.bad_label",
            "Expected labels of 0 or 1; received others.",
            "Leave out images whose label is unknown.",
        )
    if not ((probabilities >= 0) & (probabilities <= 1)).all():
        raise DatasetError(
            "metric.not_a_probability",
            "Expected probabilities in [0, 1]; received others, or numbers that are not finite.",
            "Calibrate the scores first.",
        )
