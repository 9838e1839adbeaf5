"""Turn a network's score into a probability: what share of such slices shows hemorrhage."""

from dataclasses import dataclass

import numpy as np


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
    targets = np.where(labels == 1, (positives + 1) / (positives + 2), 1 / (negatives + 2))
    design = np.stack([np.asarray(scores, float), np.ones(len(scores))], axis=1)
    weights = np.array([0.0, np.log((positives + 1) / (negatives + 1))])
    for _ in range(100):
        gradient, hessian = _derivatives(design, targets, weights)
        step = np.linalg.solve(hessian + 1e-12 * np.eye(2), gradient)
        weights = _damped(design, targets, weights, step)
        if np.abs(gradient).max() < 1e-9:
            break
    return Calibration(float(weights[0]), float(weights[1]), "platt", fitted_on)


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
