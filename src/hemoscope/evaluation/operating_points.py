"""Choose the threshold at which a probability becomes a decision, and say what it was chosen for."""

import numpy as np

from hemoscope.evaluation.metrics import sensitivity, specificity
from hemoscope.records import OperatingPoint


def choose_balanced(labels: np.ndarray, probabilities: np.ndarray, *, fitted_on: str) -> OperatingPoint:
    """Choose the threshold with the largest sensitivity + specificity (Youden 1950).

    Between two neighboring probabilities every threshold does equally well; the one in the middle is taken, of several
    such gaps the one nearest to 0.5.

    Args:
        labels: 0 or 1, shape (n,), both classes.
        probabilities: Calibrated, shape (n,).
        fitted_on: The data, in words; travels in the bundle.

    >>> choose_balanced(np.array([0, 0, 1, 1]), np.array([0.1, 0.3, 0.7, 0.9]), fitted_on="four slices").threshold
    0.5
    """
    seen = np.unique(probabilities)
    candidates = (seen[:-1] + seen[1:]) / 2 if seen.size > 1 else seen
    youden = [
        sensitivity(labels, probabilities, threshold=threshold)
        + specificity(labels, probabilities, threshold=threshold)
        for threshold in candidates
    ]
    best = candidates[np.isclose(youden, max(youden))]
    threshold = float(best[np.argmin(np.abs(best - 0.5))])
    return OperatingPoint("balanced", threshold, "the largest sensitivity + specificity", fitted_on)
