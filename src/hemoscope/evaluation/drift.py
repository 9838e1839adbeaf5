"""How far scores have moved from a reference: the population stability index, and how much of it chance alone makes."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np

BINS = 10
"""Shares of a tenth of the reference each, as is usual."""
STABLE, SHIFTED = 0.1, 0.25
"""Below the one nothing happened, from the other on the scores have shifted: the usual reading of the index.

Source: Siddiqi N, Credit Risk Scorecards, 2006.
"""
Reading = Literal["stable", "moving", "shifted"]
_CHI_SQUARE_95 = (3.841, 5.991, 7.815, 9.488, 11.070, 12.592, 14.067, 15.507, 16.919)
"""95 % points of the chi-square distribution with 1 to 9 degrees of freedom; a test holds them against SciPy."""


@dataclass(frozen=True, slots=True)
class Drift:
    """Two sets of scores, compared.

    Attributes:
        psi: The index, 0 where the shares are the same.
        by_chance: What it stays below in 95 of 100 cases where nothing has changed, for sets of these sizes.
        edges: Of the bins, ascending, from 0 to 1.
        expected: Share of the reference in each.
        observed: Share of the other scores in each.
    """

    psi: float
    by_chance: float
    edges: tuple[float, ...]
    expected: tuple[float, ...]
    observed: tuple[float, ...]

    @property
    def reading(self) -> Reading:
        """What the index says: "stable", "moving" or "shifted"; what chance alone may make is stable."""
        if self.psi < STABLE or self.psi <= self.by_chance:
            return "stable"
        return "shifted" if self.psi >= SHIFTED else "moving"


def measure_drift(reference: Sequence[float], scores: Sequence[float]) -> Drift:
    """Compare scores with a reference by the population stability index, the sum of (o - e) ln(o / e) over bins.

    Half a score is added to every bin, so that an empty one does not make the index infinite.

    Args:
        reference: Probabilities in [0, 1], at least one.
        scores: Likewise.

    >>> measure_drift([0.1, 0.2, 0.8, 0.9], [0.1, 0.2, 0.8, 0.9]).psi
    0.0

    Source of what chance makes, (1/n + 1/m) chi-square: Yurdakul B, Naranjo J, J Risk Model Validation 14(4), 2020.
    """
    known = np.asarray(reference, np.float64)
    inner = np.unique(np.quantile(known, np.linspace(0, 1, BINS + 1)[1:-1]))
    edges = np.array([0.0, *inner[(inner > 0) & (inner < 1)], 1.0])
    expected, observed = (_shares(values, edges) for values in (known, np.asarray(scores, np.float64)))
    freedom = len(edges) - 2
    chance = 0.0 if freedom < 1 else (1 / len(known) + 1 / len(scores)) * _CHI_SQUARE_95[freedom - 1]
    return Drift(
        psi=float(np.sum((observed - expected) * np.log(observed / expected))),
        by_chance=chance,
        edges=tuple(edges.tolist()),
        expected=tuple(expected.tolist()),
        observed=tuple(observed.tolist()),
    )


def _shares(values: np.ndarray, edges: np.ndarray) -> np.ndarray:
    counts = np.histogram(values, edges)[0] + 0.5
    return np.asarray(counts / counts.sum())
