"""A threshold for scores that come without one."""

import numpy as np

from hemoscope.evaluation.operating_points import choose_rule_in

SPECIFICITY = 0.9
"""What a threshold keeps where nothing else is given: at which sensitivity is told of origins that are left out."""


def to_unit(logits: np.ndarray) -> np.ndarray:
    """Bring logits into [0, 1] by the logistic function; that does not calibrate them.

    >>> to_unit(np.array([0.0, 50.0])).round(3).tolist()
    [0.5, 1.0]
    """
    return np.asarray(1 / (1 + np.exp(-np.asarray(logits, float))))


def threshold_at(truths: np.ndarray, scores: np.ndarray, *, specificity: float) -> float:
    """Find the lowest threshold that keeps the specificity on these very cases.

    Args:
        truths: 0 or 1, shape (n,), both classes.
        scores: In [0, 1], shape (n,).
        specificity: Share of the negatives to keep below it, in [0.5, 1].

    Raises:
        DatasetError: As `choose_rule_in` says.

    >>> threshold_at(np.array([0, 0, 1, 1]), np.array([0.1, 0.5, 0.3, 0.9]), specificity=0.5)
    0.2
    """
    return choose_rule_in(truths, scores, fitted_on="these cases", target=specificity).point.threshold


def decided_in_words(specificity: float) -> str:
    """Say how `threshold_at` chose."""
    return f"the lowest threshold that keeps {specificity:.0%} of these very slices without hemorrhage below it"
