"""What labels, scores and settings must be before anything is measured on them."""

import numpy as np

from hemoscope.errors import DatasetError


def checked(labels: np.ndarray, scores: np.ndarray, *, both_classes: bool = True) -> tuple[np.ndarray, np.ndarray]:
    """Prove that labels and scores belong together and can be measured.

    Args:
        labels: 0 or 1, bool allowed, shape (n,).
        scores: Finite numbers, shape (n,).
        both_classes: Whether one class alone is an error.

    Returns:
        Labels as integers and scores as floats, both of shape (n,).

    Raises:
        DatasetError: "metric.lengths", "metric.bad_label", "metric.not_finite" or "metric.one_class".
    """
    labels, scores = np.asarray(labels), np.asarray(scores, float)
    if labels.ndim != 1 or labels.shape != scores.shape:
        raise DatasetError(
            "metric.lengths",
            f"Expected one score per label; received shapes {labels.shape} and {scores.shape}.",
            "Pass one column of scores, in the order of the labels.",
        )
    if not np.isin(labels, (0, 1)).all():
        raise DatasetError(
            "metric.bad_label",
            f"Expected labels 0 and 1; received {np.setdiff1d(labels, (0, 1))[0]}.",
            "Leave out items whose label is unknown.",
        )
    require_finite(scores)
    if both_classes:
        require_both_classes(labels)
    return labels.astype(int), scores


def require_finite(scores: np.ndarray) -> None:
    """Refuse NaN and infinity.

    Raises:
        DatasetError: "metric.not_finite".
    """
    if not np.isfinite(scores).all():
        raise DatasetError("metric.not_finite", "Expected finite scores; received NaN or infinity.", "Check the model.")


def require_both_classes(labels: np.ndarray) -> None:
    """Refuse labels of one class alone.

    Raises:
        DatasetError: "metric.one_class".
    """
    if np.unique(labels).size < 2:
        raise DatasetError("metric.one_class", "Expected both classes; received one.", "Add the other class.")


def require_groups(groups: np.ndarray, *, items: int) -> None:
    """Refuse groups of other items.

    Raises:
        DatasetError: "metric.lengths".
    """
    if np.shape(groups) != (items,):
        raise DatasetError(
            "metric.lengths",
            f"Expected one group per item, {items}; received shape {np.shape(groups)}.",
            "Pass the groups in the order of the labels.",
        )


def require_decisions(decisions: np.ndarray) -> None:
    """Refuse scores where decisions are expected.

    Raises:
        DatasetError: "metric.not_a_decision".
    """
    if not np.isin(decisions, (0, 1)).all():
        raise DatasetError(
            "metric.not_a_decision",
            f"Expected decisions 0 and 1; received {np.setdiff1d(decisions, (0, 1))[0]:g}.",
            "Compare the probabilities with a threshold first.",
        )


def require_probabilities(probabilities: np.ndarray) -> None:
    """Refuse what lies outside [0, 1], such as scores that were not calibrated.

    Raises:
        DatasetError: "metric.not_a_probability".
    """
    outside = probabilities[(probabilities < 0) | (probabilities > 1)]
    if outside.size:
        raise DatasetError(
            "metric.not_a_probability",
            f"Expected probabilities in [0, 1]; received {outside[0]:g}.",
            "Calibrate the scores first: fit_platt(scores, labels, fitted_on=...).apply(scores).",
        )


def require_range(value: float, *, name: str, low: float, high: float) -> None:
    """Refuse a setting outside [low, high], NaN included.

    Raises:
        DatasetError: "metric.range".
    """
    if not low <= value <= high:
        raise DatasetError(
            "metric.range", f"Expected {name} in [{low:g}, {high:g}]; received {value:g}.", "Change it accordingly."
        )
