"""The figures that every report gives, each with its interval."""

from collections.abc import Callable, Mapping
from functools import partial

import numpy as np

from hemoscope.evaluation.intervals import Interval, group_bootstrap
from hemoscope.evaluation.metrics import accuracy, auroc, brier, ece, sensitivity, specificity

OF_PROBABILITIES: dict[str, Callable[[np.ndarray, np.ndarray], float]] = {"auroc": auroc, "brier": brier, "ece": ece}
OF_DECISIONS: dict[str, Callable[[np.ndarray, np.ndarray], float]] = {
    name: partial(metric, threshold=0.5)
    for name, metric in (("accuracy", accuracy), ("sensitivity", sensitivity), ("specificity", specificity))
}


def figures_as_json(figures: Mapping[str, Mapping[str, Interval]]) -> dict[str, dict[str, dict[str, float]]]:
    """Return figures by part and name as plain JSON values."""
    return {part: {name: one._asdict() for name, one in values.items()} for part, values in figures.items()}


def measure(
    labels: np.ndarray, probabilities: np.ndarray, decisions: np.ndarray, groups: np.ndarray, *, draws: int = 2000
) -> dict[str, Interval]:
    """Measure probabilities and decisions, with 95 % intervals by bootstrap over groups.

    Args:
        labels: 0 or 1, shape (n,).
        probabilities: Calibrated, in [0, 1], shape (n,).
        decisions: Whether each was called positive, bool, shape (n,).
        groups: What is independent of each other, shape (n,).
        draws: Bootstrap samples.

    Returns:
        Figures by name: auroc, brier, ece, accuracy, sensitivity, specificity.
    """
    truth, called = np.asarray(labels).astype(int), np.asarray(decisions, float)
    measured = [(name, metric, probabilities) for name, metric in OF_PROBABILITIES.items()]
    measured += [(name, metric, called) for name, metric in OF_DECISIONS.items()]
    return {name: group_bootstrap(metric, truth, values, groups, draws=draws) for name, metric, values in measured}
