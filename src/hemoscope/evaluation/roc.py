"""Every threshold at once: the ROC curve and the precision-recall curve."""

from dataclasses import dataclass

import numpy as np

from hemoscope.evaluation.checks import checked, require_range


@dataclass(frozen=True, slots=True, eq=False)
class RocCurve:
    """Sensitivity and specificity at every threshold that tells items apart.

    Attributes:
        thresholds: Falling, shape (k,); an item is called positive from the threshold on. The first is infinity.
        sensitivity: Rising from 0 to 1, shape (k,).
        specificity: Falling from 1 to 0, shape (k,).
    """

    thresholds: np.ndarray
    sensitivity: np.ndarray
    specificity: np.ndarray

    def sensitivity_at(self, specificity: float) -> float:
        """Return the largest sensitivity at which the specificity is at least as given.

        `held_out.sensitivity_at_specificity` is stricter on few negatives: it asks for a quantile of their scores.

        Raises:
            DatasetError: "metric.range".

        >>> roc_curve(np.array([0, 0, 1, 1]), np.array([1.0, 3.0, 2.0, 4.0])).sensitivity_at(0.9)
        0.5
        """
        require_range(specificity, name="specificity", low=0, high=1)
        return float(self.sensitivity[self.specificity >= specificity].max())

    def specificity_at(self, sensitivity: float) -> float:
        """Return the largest specificity at which the sensitivity is at least as given.

        Raises:
            DatasetError: "metric.range".

        >>> roc_curve(np.array([0, 0, 1, 1]), np.array([1.0, 3.0, 2.0, 4.0])).specificity_at(0.9)
        0.5
        """
        require_range(sensitivity, name="sensitivity", low=0, high=1)
        return float(self.specificity[self.sensitivity >= sensitivity].max())


@dataclass(frozen=True, slots=True, eq=False)
class PrecisionRecallCurve:
    """Positive predictive value and sensitivity at every threshold that tells items apart.

    Attributes:
        thresholds: Falling, shape (k,); an item is called positive from the threshold on.
        ppv: Shape (k,); the last is the share of positives.
        sensitivity: Rising to 1, shape (k,).
    """

    thresholds: np.ndarray
    ppv: np.ndarray
    sensitivity: np.ndarray


def roc_curve(labels: np.ndarray, scores: np.ndarray) -> RocCurve:
    """Return the ROC curve, a point for each distinct score and one at which nothing is called positive.

    Args:
        labels: 0 or 1, shape (n,), both classes.
        scores: Finite numbers, shape (n,).

    Raises:
        DatasetError: As `checks.checked` says.

    >>> roc_curve(np.array([0, 1, 1]), np.array([0.2, 0.9, 0.2])).sensitivity.tolist()
    [0.0, 0.5, 1.0]

    Source: Fawcett 2006, doi:10.1016/j.patrec.2005.10.010.
    """
    thresholds, hits, false_alarms = _called(*checked(labels, scores))
    return RocCurve(
        np.r_[np.inf, thresholds],
        np.r_[0.0, hits / hits[-1]],
        np.r_[1.0, (false_alarms[-1] - false_alarms) / false_alarms[-1]],
    )


def precision_recall_curve(labels: np.ndarray, scores: np.ndarray) -> PrecisionRecallCurve:
    """Return the precision-recall curve, a point for each distinct score; `metrics.auprc` is the area of its steps.

    Args:
        labels: 0 or 1, shape (n,), both classes.
        scores: Finite numbers, shape (n,).

    Raises:
        DatasetError: As `checks.checked` says.

    >>> precision_recall_curve(np.array([0, 1, 1]), np.array([0.5, 0.2, 0.9])).ppv.round(3).tolist()
    [1.0, 0.5, 0.667]

    Source: Davis & Goadrich 2006, doi:10.1145/1143844.1143874.
    """
    thresholds, hits, false_alarms = _called(*checked(labels, scores))
    return PrecisionRecallCurve(thresholds, hits / (hits + false_alarms), hits / hits[-1])


def _called(labels: np.ndarray, scores: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Count the positives and the negatives that reach each distinct score, the highest first."""
    negated, place = np.unique(-scores, return_inverse=True)
    return -negated, np.cumsum(np.bincount(place, labels)), np.cumsum(np.bincount(place, 1 - labels))
