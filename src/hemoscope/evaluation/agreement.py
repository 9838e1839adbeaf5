"""How far several readers agree: the share of pairs that do, and how much of it chance does not explain."""

from dataclasses import dataclass

import numpy as np

from hemoscope.errors import DatasetError
from hemoscope.terms import Label


@dataclass(frozen=True, slots=True)
class Agreement:
    """How far the readers of a collection agree on one label.

    Attributes:
        label: The label.
        cases: How many were read.
        positives: How many of them most readers called positive.
        unanimous: Share of cases that all readers call the same, in [0, 1].
        pairs: Share of pairs of readers that call a case the same, in [0, 1].
        kappa: Fleiss' kappa, up to 1; None where every reading is the same, so that chance explains all.
    """

    label: Label
    cases: int
    positives: int
    unanimous: float
    pairs: float
    kappa: float | None


def measure_agreement(ratings: np.ndarray) -> tuple[Agreement, ...]:
    """Measure the agreement of readers on each label.

    Args:
        ratings: 0 or 1, shape (cases, readers, 6), labels in the order of `Label`.

    Raises:
        DatasetError: "metric.lengths" or "metric.bad_label".
    """
    if ratings.ndim != 3 or ratings.shape[2] != len(Label):
        raise DatasetError(
            "metric.lengths",
            f"Expected readings of shape (cases, readers, {len(Label)}); received {ratings.shape}.",
            "Pass a reading of each label by each reader.",
        )
    return tuple(_of_label(label, ratings[:, :, place]) for place, label in enumerate(Label))


def _of_label(label: Label, ratings: np.ndarray) -> Agreement:
    return Agreement(
        label=label,
        cases=len(ratings),
        positives=int((ratings.mean(axis=1) > 0.5).sum()),
        unanimous=float((ratings == ratings[:, :1]).all(axis=1).mean()),
        pairs=pair_agreement(ratings),
        kappa=fleiss_kappa(ratings),
    )


def pair_agreement(ratings: np.ndarray) -> float:
    """Return the share of pairs of readers that say the same, in [0, 1].

    Args:
        ratings: Whole numbers, shape (cases, readers), two readers or more.

    Raises:
        DatasetError: "metric.lengths" or "metric.bad_label".

    >>> pair_agreement(np.array([[1, 1, 1], [1, 1, 0]])).__round__(3)
    0.667
    """
    counts = _counts(ratings)
    readers = counts.sum(axis=1)[0]
    return float(((counts**2).sum(axis=1) - readers).mean() / (readers * (readers - 1)))


def fleiss_kappa(ratings: np.ndarray) -> float | None:
    """Return how far readers agree beyond chance: 1 always, 0 as chance would; None where all readings are the same.

    Args:
        ratings: Whole numbers, shape (cases, readers), two readers or more.

    Raises:
        DatasetError: "metric.lengths" or "metric.bad_label".

    >>> fleiss_kappa(np.array([[1, 1, 1], [0, 0, 0]]))
    1.0

    Source: Fleiss 1971, doi:10.1037/h0031619.
    """
    counts = _counts(ratings)
    shares = counts.sum(axis=0) / counts.sum()
    by_chance = float((shares**2).sum())
    return None if len(shares) == 1 else (pair_agreement(ratings) - by_chance) / (1 - by_chance)


def _counts(ratings: np.ndarray) -> np.ndarray:
    """Count how often each case was given each category: float, shape (cases, categories that occur)."""
    ratings = np.asarray(ratings)
    if ratings.ndim != 2 or ratings.shape[1] < 2 or not len(ratings):
        raise DatasetError(
            "metric.lengths",
            f"Expected readings of shape (cases, readers) by two readers or more; received {ratings.shape}.",
            "Pass a row per case and a column per reader.",
        )
    if ratings.dtype.kind not in "biu":
        raise DatasetError(
            "metric.bad_label", "Expected whole numbers as readings.", "Number the categories, and leave out gaps."
        )
    return np.stack([(ratings == category).sum(axis=1) for category in np.unique(ratings)], axis=1).astype(float)
