"""How good scores are, in numpy alone. Labels are 0 or 1; a higher score means more likely hemorrhage."""

import numpy as np

from hemoscope.errors import DatasetError
from hemoscope.evaluation.checks import checked, require_both_classes, require_finite
from hemoscope.evaluation.roc import precision_recall_curve


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
    rank_sum = float(mean_ranks(scores)[labels == 1].sum())
    return (rank_sum - positives * (positives + 1) / 2) / (positives * negatives)


def mean_ranks(values: np.ndarray) -> np.ndarray:
    """Rank from 1, ties sharing the mean of their ranks.

    >>> mean_ranks(np.array([3.0, 1.0, 3.0])).tolist()
    [2.5, 1.0, 2.5]
    """
    _, place, counts = np.unique(values, return_inverse=True, return_counts=True)
    return np.asarray((np.cumsum(counts) - (counts - 1) / 2)[place])


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


def ppv(labels: np.ndarray, scores: np.ndarray, *, threshold: float) -> float:
    """Positive predictive value: share of positives among those that score at least the threshold.

    It holds for the share of positives in these items alone; a collection enriched with hemorrhage flatters it.

    Args:
        labels: 0 or 1, shape (n,).
        scores: Finite numbers, shape (n,).
        threshold: Score from which an item is called positive.

    Raises:
        DatasetError: "metric.undefined" where nothing is called positive, or as `checks.checked` says.

    >>> ppv(np.array([0, 0, 1, 1]), np.array([0.1, 0.6, 0.7, 0.9]), threshold=0.5)
    0.6666666666666666

    Source: Altman & Bland 1994, doi:10.1136/bmj.309.6947.102.
    """
    labels, scores = checked(labels, scores, both_classes=False)
    called = scores >= threshold
    return divided(labels[called].sum(), called.sum(), missing="Nothing is called positive")


def npv(labels: np.ndarray, scores: np.ndarray, *, threshold: float) -> float:
    """Negative predictive value: share of negatives among those that score below the threshold.

    It holds for the share of positives in these items alone; a collection enriched with hemorrhage belittles it.

    Args:
        labels: 0 or 1, shape (n,).
        scores: Finite numbers, shape (n,).
        threshold: Score from which an item is called positive.

    Raises:
        DatasetError: "metric.undefined" where nothing is called negative, or as `checks.checked` says.

    >>> npv(np.array([0, 0, 1, 1]), np.array([0.1, 0.4, 0.3, 0.9]), threshold=0.5)
    0.6666666666666666

    Source: Altman & Bland 1994, doi:10.1136/bmj.309.6947.102.
    """
    labels, scores = checked(labels, scores, both_classes=False)
    cleared = scores < threshold
    return divided((1 - labels[cleared]).sum(), cleared.sum(), missing="Nothing is called negative")


def f1(labels: np.ndarray, scores: np.ndarray, *, threshold: float) -> float:
    """Harmonic mean of sensitivity and positive predictive value; negatives called so count for nothing.

    Args:
        labels: 0 or 1, shape (n,).
        scores: Finite numbers, shape (n,).
        threshold: Score from which an item is called positive.

    Raises:
        DatasetError: "metric.undefined" where nothing is nor is called positive, or as `checks.checked` says.

    >>> f1(np.array([0, 0, 1, 1]), np.array([0.1, 0.6, 0.7, 0.4]), threshold=0.5)
    0.5

    Source: Dice 1945, doi:10.2307/1932409, of the items called positive and those that are.
    """
    labels, scores = checked(labels, scores, both_classes=False)
    called = scores >= threshold
    return divided(2 * labels[called].sum(), labels.sum() + called.sum(), missing="Nothing is nor is called positive")


def positive_likelihood_ratio(labels: np.ndarray, scores: np.ndarray, *, threshold: float) -> float:
    """How many times likelier a positive is to reach the threshold than a negative.

    A bootstrap skips the draws in which it is infinite, and so understates how large it may be.

    Args:
        labels: 0 or 1, shape (n,).
        scores: Finite numbers, shape (n,).
        threshold: Score from which an item is called positive.

    Raises:
        DatasetError: "metric.undefined" where no negative reaches it, or as `checks.checked` says.

    >>> positive_likelihood_ratio(np.array([0, 0, 1, 1]), np.array([0.1, 0.6, 0.7, 0.9]), threshold=0.5)
    2.0

    Source: Deeks & Altman 2004, doi:10.1136/bmj.329.7458.168.
    """
    labels, scores = checked(labels, scores)
    reached = scores >= threshold
    return divided(reached[labels == 1].mean(), reached[labels == 0].mean(), missing="No negative is called positive")


def negative_likelihood_ratio(labels: np.ndarray, scores: np.ndarray, *, threshold: float) -> float:
    """How many times likelier a positive is to stay below the threshold than a negative; 0 would rule out.

    Args:
        labels: 0 or 1, shape (n,).
        scores: Finite numbers, shape (n,).
        threshold: Score from which an item is called positive.

    Raises:
        DatasetError: "metric.undefined" where no negative stays below it, or as `checks.checked` says.

    >>> negative_likelihood_ratio(np.array([0, 0, 1, 1]), np.array([0.1, 0.2, 0.3, 0.9]), threshold=0.5)
    0.5

    Source: Deeks & Altman 2004, doi:10.1136/bmj.329.7458.168.
    """
    labels, scores = checked(labels, scores)
    below = scores < threshold
    return divided(below[labels == 1].mean(), below[labels == 0].mean(), missing="No negative is called negative")


def auprc(labels: np.ndarray, scores: np.ndarray) -> float:
    """Average precision: the positive predictive value at each threshold, weighted by the sensitivity it adds.

    Chance gives the share of positives, not 0.5. Steps are not interpolated, which would flatter.

    Args:
        labels: 0 or 1, shape (n,).
        scores: Finite numbers, shape (n,).

    Raises:
        DatasetError: As `checks.checked` says.

    >>> auprc(np.array([0, 1, 1]), np.array([0.5, 0.2, 0.9]))
    0.8333333333333333

    Source: Davis & Goadrich 2006, doi:10.1145/1143844.1143874.
    """
    curve = precision_recall_curve(labels, scores)
    return float(np.sum(np.diff(curve.sensitivity, prepend=0.0) * curve.ppv))


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
    require_finite(scores)
    if both_classes:
        require_both_classes(labels)
    return labels, scores


def divided(part: float, whole: float, *, missing: str) -> float:
    """Divide, or raise DatasetError "metric.undefined" where the whole is 0 because, in words, `missing`."""
    if whole == 0:
        raise DatasetError(
            "metric.undefined", f"{missing}: the figure would divide by zero.", "Give sensitivity and specificity."
        )
    return float(part / whole)
