"""How good scores are, in numpy alone. Labels are 0 or 1; a higher score means more likely hemorrhage."""

import numpy as np

from hemoscope.errors import DatasetError


def auroc(labels: np.ndarray, scores: np.ndarray) -> float:
    """Area under the ROC curve: the chance that a positive scores above a negative, ties counting half.

    Args:
        labels: 0 or 1, shape (n,).
        scores: Finite numbers, shape (n,).

    Raises:
        DatasetError: "metric.one_class" or "metric.not_finite".

    >>> auroc(np.array([0, 0, 1, 1]), np.array([0.1, 0.4, 0.4, 0.8]))
    0.875

    Source: Hanley & McNeil 1982, doi:10.1148/radiology.143.1.7063747.
    """
    labels, scores = _checked(labels, scores)
    positives = int(labels.sum())
    negatives = labels.size - positives
    _, place, counts = np.unique(scores, return_inverse=True, return_counts=True)
    mean_ranks = np.cumsum(counts) - (counts - 1) / 2
    rank_sum = float(mean_ranks[place][labels == 1].sum())
    return (rank_sum - positives * (positives + 1) / 2) / (positives * negatives)


def accuracy(labels: np.ndarray, scores: np.ndarray, *, threshold: float) -> float:
    """Share of items whose score lies on the label's side of the threshold."""
    labels, scores = _checked(labels, scores, both_classes=False)
    return float(((scores >= threshold) == (labels == 1)).mean())


def sensitivity(labels: np.ndarray, scores: np.ndarray, *, threshold: float) -> float:
    """Share of positives that score at least the threshold."""
    labels, scores = _checked(labels, scores)
    return float((scores[labels == 1] >= threshold).mean())


def specificity(labels: np.ndarray, scores: np.ndarray, *, threshold: float) -> float:
    """Share of negatives that score below the threshold."""
    labels, scores = _checked(labels, scores)
    return float((scores[labels == 0] < threshold).mean())


def brier(labels: np.ndarray, probabilities: np.ndarray) -> float:
    """Mean squared distance of probabilities from labels (Brier 1950)."""
    labels, probabilities = _checked(labels, probabilities, both_classes=False)
    return float(np.mean((probabilities - labels) ** 2))


def ece(labels: np.ndarray, probabilities: np.ndarray, *, bins: int = 10) -> float:
    """Expected calibration error: the mean gap between probability and frequency, over bins of equal width.

    Args:
        labels: 0 or 1, shape (n,).
        probabilities: In [0, 1], shape (n,).
        bins: How many; each counts by its share of the items.

    >>> round(ece(np.array([0, 1, 1, 1]), np.array([0.9, 0.9, 0.9, 0.9])), 3)
    0.15

    Source: Naeini, Cooper & Hauskrecht 2015, "Obtaining well calibrated probabilities using Bayesian binning", AAAI.
    """
    labels, probabilities = _checked(labels, probabilities, both_classes=False)
    place = np.minimum((probabilities * bins).astype(int), bins - 1)
    gaps = np.bincount(place, probabilities - labels, minlength=bins)
    return float(np.abs(gaps).sum() / labels.size)


def _checked(labels: np.ndarray, scores: np.ndarray, *, both_classes: bool = True) -> tuple[np.ndarray, np.ndarray]:
    labels, scores = np.asarray(labels).ravel(), np.asarray(scores, float).ravel()
    if not np.isfinite(scores).all():
        raise DatasetError("metric.not_finite", "Expected finite scores; received NaN or infinity.", "Check the model.")
    if both_classes and np.unique(labels).size < 2:
        raise DatasetError("metric.one_class", "Expected both classes; received one.", "Add the other class.")
    return labels, scores
