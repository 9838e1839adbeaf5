"""Labelled slices with the answer that a network gave: what every judgement starts from."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from hemoscope.errors import DatasetError
from hemoscope.records import ErrorReport, OperatingPoint, Status


@dataclass(frozen=True, slots=True)
class JudgedCase:
    """One labelled slice with its answer.

    Attributes:
        key: Name within its collection.
        label: 1 with hemorrhage, 0 without.
        group: What is not independent of it: its patient.
        status: scored, refused or failed.
        probability: Calibrated, of any hemorrhage, in [0, 1]; None unless scored.
        error: Why there is none; None when scored.
        details: What else its collection says of it, as pairs of column and cell.
    """

    key: str
    label: int
    group: str
    status: Status
    probability: float | None = None
    error: ErrorReport | None = None
    details: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True, eq=False)
class Answers:
    """The scored cases as columns, in one order.

    Attributes:
        labels: 0 or 1, shape (n,).
        probabilities: In [0, 1], shape (n,).
        groups: Shape (n,).
    """

    labels: np.ndarray
    probabilities: np.ndarray
    groups: np.ndarray


def answers_of(cases: Sequence[JudgedCase]) -> Answers:
    """Return the columns of the scored cases, if anything can be measured on them.

    Raises:
        DatasetError: "data.nothing_left" or "data.one_class" where too few were scored, "data.one_group" where all are
            of one patient.
    """
    scored = [case for case in cases if case.probability is not None]
    positives = sum(case.label for case in scored)
    if not scored:
        raise DatasetError("data.nothing_left", f"No slice was scored ({_reasons(cases)}).", "Check the pictures.")
    if positives in (0, len(scored)):
        raise DatasetError(
            "data.one_class",
            f"Expected scored slices with and without hemorrhage; found {positives} with and "
            f"{len(scored) - positives} without; not scored: {_reasons(cases)}.",
            "Add slices of the missing class, or look at why they were not scored.",
        )
    groups = np.array([case.group for case in scored])
    if len(set(groups.tolist())) < 2:
        raise DatasetError(
            "data.one_group",
            "Expected slices of several patients; all are of one group, so nothing tells how sure a figure is.",
            "Correct the column group, or add patients.",
        )
    probabilities = [case.probability for case in scored if case.probability is not None]
    return Answers(np.array([case.label for case in scored]), np.array(probabilities, float), groups)


def unanswered_of(cases: Sequence[JudgedCase]) -> tuple[JudgedCase, ...]:
    """Return the cases that were refused or failed, in their order."""
    return tuple(case for case in cases if case.probability is None)


def worst_misses(cases: Sequence[JudgedCase], point: OperatingPoint) -> tuple[JudgedCase, ...]:
    """Return the slices with hemorrhage that were called negative, the surest first."""
    return tuple(sorted(_wrong(cases, point, label=1), key=lambda case: case.probability or 0.0))


def worst_false_alarms(cases: Sequence[JudgedCase], point: OperatingPoint) -> tuple[JudgedCase, ...]:
    """Return the slices without hemorrhage that were called positive, the surest first."""
    return tuple(sorted(_wrong(cases, point, label=0), key=lambda case: -(case.probability or 0.0)))


def _wrong(cases: Sequence[JudgedCase], point: OperatingPoint, *, label: int) -> list[JudgedCase]:
    return [
        case
        for case in cases
        if case.label == label and case.probability is not None and (case.probability >= point.threshold) != label
    ]


def _reasons(cases: Sequence[JudgedCase]) -> str:
    counts = Counter(case.error.code for case in cases if case.error is not None)
    return ", ".join(f"{code} {count}" for code, count in sorted(counts.items())) or "none"
