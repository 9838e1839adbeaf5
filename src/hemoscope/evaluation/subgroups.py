"""The same figures for parts of a collection: a scanner, a site, an age band."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from hemoscope.evaluation.cases import JudgedCase
from hemoscope.evaluation.intervals import Interval, group_bootstrap, share_interval
from hemoscope.evaluation.metrics import auroc
from hemoscope.records import OperatingPoint

MOST_VALUES = 8
"""A column with more tells slices apart, not groups of them."""
FEWEST_GROUPS = 2
"""Of each class, for an AUROC with an interval."""
DRAWS = 1000


@dataclass(frozen=True, slots=True)
class Subgroup:
    """The cases with one value of a column.

    Attributes:
        value: The cell; empty where the collection does not say.
        slices: How many.
        scored: How many of them were scored.
        positives: How many of the scored ones show hemorrhage.
        groups: How many groups the scored ones are of.
        auroc: None where a class has fewer than two groups.
        sensitivity: At the operating point, Wilson's interval widened by groups; None without positives.
        specificity: Likewise; None without negatives.
    """

    value: str
    slices: int
    scored: int
    positives: int
    groups: int
    auroc: Interval | None
    sensitivity: Interval | None
    specificity: Interval | None


@dataclass(frozen=True, slots=True)
class SubgroupTable:
    """One column of a collection.

    Attributes:
        column: Its name.
        rows: One for each value, sorted.
    """

    column: str
    rows: tuple[Subgroup, ...]


def subgroup_tables(
    cases: Sequence[JudgedCase], point: OperatingPoint, *, seed: int = 0
) -> tuple[tuple[SubgroupTable, ...], tuple[str, ...]]:
    """Judge the cases of each value of each column that has from 2 to `MOST_VALUES` values.

    Many subgroups make some stand out by chance: they are for looking, not for testing.

    Args:
        cases: With details.
        point: The threshold.
        seed: Of the bootstrap.

    Returns:
        The tables, and the columns that have one value or too many.
    """
    tables, left_out = [], []
    for column in dict.fromkeys(name for case in cases for name, _ in case.details):
        parts: dict[str, list[JudgedCase]] = {}
        for case in cases:
            parts.setdefault(dict(case.details).get(column, ""), []).append(case)
        if 2 <= len(parts) <= MOST_VALUES:
            rows = tuple(_subgroup(value, parts[value], point, seed=seed) for value in sorted(parts))
            tables.append(SubgroupTable(column, rows))
        else:
            left_out.append(column)
    return tuple(tables), tuple(left_out)


def _subgroup(value: str, cases: Sequence[JudgedCase], point: OperatingPoint, *, seed: int) -> Subgroup:
    scored = [case for case in cases if case.probability is not None]
    labels = np.array([case.label for case in scored], int)
    probabilities = np.array([case.probability for case in scored], float)
    groups = np.array([case.group for case in scored])

    def share(label: int) -> Interval | None:
        own = labels == label
        called = (probabilities[own] >= point.threshold) == label
        return share_interval(called, groups[own]) if own.any() else None

    fewest = min(len(set(groups[labels == label].tolist())) for label in (0, 1))
    return Subgroup(
        value=value,
        slices=len(cases),
        scored=len(scored),
        positives=int(labels.sum()),
        groups=len(set(groups.tolist())),
        auroc=group_bootstrap(auroc, labels, probabilities, groups, draws=DRAWS, seed=seed)
        if fewest >= FEWEST_GROUPS
        else None,
        sensitivity=share(1),
        specificity=share(0),
    )
