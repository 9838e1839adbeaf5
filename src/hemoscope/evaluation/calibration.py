"""Turn a network's score into a probability: what share of such slices shows hemorrhage."""

from dataclasses import dataclass

import numpy as np

from hemoscope.errors import DatasetError
from hemoscope.evaluation.checks import checked


@dataclass(frozen=True, slots=True)
class Calibration:
    """A logistic map from scores (logits) to probabilities.

    Attributes:
        slope: Factor on the score; below 1 the network was too sure.
        intercept: Added after.
        method: Name of the fit, or "none".
        fitted_on: The data, in words.
    """

    slope: float = 1.0
    intercept: float = 0.0
    method: str = "none"
    fitted_on: str = "nothing"

    def apply(self, scores: np.ndarray) -> np.ndarray:
        """Map scores of any shape to probabilities in [0, 1], same shape.

        >>> Calibration(slope=2.0).apply(np.array([0.0])).tolist()
        [0.5]
        """
        return np.asarray(_sigmoid(self.slope * np.asarray(scores, float) + self.intercept))


def fit_platt(scores: np.ndarray, labels: np.ndarray, *, fitted_on: str) -> Calibration:
    """Fit slope and intercept by maximum likelihood, with Platt's softened targets so that few items cannot overfit.

    Args:
        scores: Logits, shape (n,), of items that the network did not learn from.
        labels: 0 or 1, shape (n,).
        fitted_on: The data, in words; travels in the bundle.

    Source: Platt 1999; solved by Newton's method with damping after Lin, Lin & Weng 2007,
    doi:10.1007/s10994-007-5018-6.
    """
    positives, negatives = int(np.sum(labels == 1)), int(np.sum(labels == 0))
    design = np.stack([np.asarray(scores, float), np.ones(len(scores))], axis=1)
    start = np.array([0.0, np.log((positives + 1) / (negatives + 1))])
    weights = _minimized(design, _softened(labels), start)
    return Calibration(float(weights[0]), float(weights[1]), "platt", fitted_on)


def fit_temperature(scores: np.ndarray, labels: np.ndarray, *, fitted_on: str) -> Calibration:
    """Fit one slope, 1 / temperature, by maximum likelihood; a score of 0 stays a probability of one half.

    For few items, and where the share of positives is that of the items the network learned from; else `fit_platt`.
    Targets are softened as there, so that scores that part the classes give no certainty.

    Args:
        scores: Logits, shape (n,), of items that the network did not learn from.
        labels: 0 or 1, shape (n,), both classes.
        fitted_on: The data, in words; travels in the bundle.

    Raises:
        DatasetError: "metric.inverted" where no temperature above 0 fits, or as `checks.checked` says.

    >>> found = fit_temperature(np.array([-4.0, -4, 4, 4]), np.array([0, 0, 1, 1]), fitted_on="four slices")
    >>> found.apply(np.array([0.0, 4.0])).round(3).tolist()
    [0.5, 0.75]

    Source: Guo, Pleiss, Sun & Weinberger 2017, arXiv:1706.04599; targets after Platt 1999.
    """
    labels, scores = checked(labels, scores)
    slope = float(_minimized(scores[:, np.newaxis], _softened(labels), np.zeros(1))[0])
    if slope <= 0:
        raise DatasetError(
            "metric.inverted",
            f"Expected higher scores where there is hemorrhage; the best slope is {slope:.3g}.",
            "Check the labels, or train the network longer.",
        )
    return Calibration(slope, 0.0, "temperature", fitted_on)


def _softened(labels: np.ndarray) -> np.ndarray:
    positives, negatives = int(np.sum(labels == 1)), int(np.sum(labels == 0))
    return np.where(labels == 1, (positives + 1) / (positives + 2), 1 / (negatives + 2))


def _minimized(design: np.ndarray, targets: np.ndarray, weights: np.ndarray) -> np.ndarray:
    """Take Newton steps from the weights given until the gradient is 0."""
    for _ in range(100):
        gradient, hessian = _derivatives(design, targets, weights)
        step = np.linalg.solve(hessian + 1e-12 * np.eye(len(weights)), gradient)
        weights = _damped(design, targets, weights, step)
        if np.abs(gradient).max() < 1e-9:
            break
    return weights


def _derivatives(design: np.ndarray, targets: np.ndarray, weights: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    probabilities = _sigmoid(design @ weights)
    curvature = np.maximum(probabilities * (1 - probabilities), 1e-12)
    return design.T @ (probabilities - targets), design.T @ (design * curvature[:, np.newaxis])


def _damped(design: np.ndarray, targets: np.ndarray, weights: np.ndarray, step: np.ndarray) -> np.ndarray:
    """Halve the Newton step until the loss falls."""
    before = _loss(design @ weights, targets)
    for halvings in range(30):
        shorter = weights - step / 2**halvings
        if _loss(design @ shorter, targets) <= before:
            return np.asarray(shorter)
    return weights


def _loss(logits: np.ndarray, targets: np.ndarray) -> float:
    return float(np.sum(np.logaddexp(0, logits) - targets * logits))


def _sigmoid(logits: np.ndarray) -> np.ndarray:
    return np.asarray(0.5 * (1 + np.tanh(0.5 * logits)))
