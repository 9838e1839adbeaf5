"""Is acting on the probabilities worth more than acting on all patients, or on none?"""

from dataclasses import dataclass

import numpy as np

from hemoscope.evaluation.checks import checked, require_probabilities, require_range

THRESHOLDS = np.arange(1, 100) / 100
"""From which probability on one would act, where nothing else is given."""
LARGEST = 0.999
"""At 1 a false alarm would weigh infinitely."""


@dataclass(frozen=True, slots=True, eq=False)
class DecisionCurve:
    """Net benefit over thresholds: true positives per item, less false ones at the odds that the threshold means.

    Attributes:
        thresholds: Probability from which one would act, in [0, 0.999], shape (k,).
        by_probability: Net benefit of acting from the threshold on, shape (k,).
        treat_all: Of acting on all, shape (k,).
        treat_none: Of acting on none, 0, shape (k,).
    """

    thresholds: np.ndarray
    by_probability: np.ndarray
    treat_all: np.ndarray
    treat_none: np.ndarray

    @property
    def is_useful(self) -> np.ndarray:
        """Where the probabilities are worth more than either rule without them, bool, shape (k,)."""
        return self.by_probability > np.maximum(self.treat_all, self.treat_none)


def net_benefit(labels: np.ndarray, probabilities: np.ndarray, *, threshold: float) -> float:
    """Return the true positives per item, less the false positives at the odds threshold / (1 - threshold).

    Args:
        labels: 0 or 1, shape (n,).
        probabilities: Calibrated, shape (n,).
        threshold: Probability from which one would act, in [0, 0.999]: 0.1 says that one missed hemorrhage is as bad
            as nine needless alarms.

    Raises:
        DatasetError: "metric.not_a_probability" or "metric.range", or as `checks.checked` says.

    >>> net_benefit(np.array([1, 1, 0, 0]), np.array([0.9, 0.3, 0.4, 0.1]), threshold=0.2)
    0.4375

    Source: Vickers & Elkin 2006, doi:10.1177/0272989X06295361.
    """
    labels, probabilities = checked(labels, probabilities)
    require_probabilities(probabilities)
    require_range(threshold, name="a threshold", low=0, high=LARGEST)
    called = probabilities >= threshold
    odds = threshold / (1 - threshold)
    return float(np.mean(called & (labels == 1)) - odds * np.mean(called & (labels == 0)))


def decision_curve(
    labels: np.ndarray, probabilities: np.ndarray, *, thresholds: np.ndarray = THRESHOLDS
) -> DecisionCurve:
    """Return the net benefit over thresholds, beside those of acting on all and on none.

    It holds for the share of positives in these items; a collection enriched with hemorrhage flatters acting.

    Args:
        labels: 0 or 1, shape (n,), both classes.
        probabilities: Calibrated, shape (n,).
        thresholds: In [0, 0.999], shape (k,).

    Raises:
        DatasetError: "metric.not_a_probability" or "metric.range", or as `checks.checked` says.

    >>> curve = decision_curve(np.array([1, 0]), np.array([0.8, 0.3]), thresholds=np.array([0.2, 0.5]))
    >>> curve.by_probability.tolist(), curve.treat_all.tolist(), curve.is_useful.tolist()
    ([0.375, 0.5], [0.375, 0.0], [False, True])

    Source: Vickers & Elkin 2006, doi:10.1177/0272989X06295361.
    """
    thresholds = np.asarray(thresholds, float)
    acted = [net_benefit(labels, probabilities, threshold=float(threshold)) for threshold in thresholds]
    everyone = np.ones(len(np.asarray(labels)))
    on_all = [net_benefit(labels, everyone, threshold=float(threshold)) for threshold in thresholds]
    return DecisionCurve(thresholds.copy(), np.array(acted), np.array(on_all), np.zeros(len(thresholds)))
