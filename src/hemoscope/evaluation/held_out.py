"""What a network is worth on origins that it never saw: the compass needle of every experiment."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np

from hemoscope.evaluation.checks import require_both_classes
from hemoscope.evaluation.intervals import Interval, group_bootstrap
from hemoscope.evaluation.metrics import auroc
from hemoscope.terms import SUBTYPES, Label

KEPT_NEGATIVE = 0.9
"""Specificity at which sensitivity is given."""
FEWEST = 3
"""With fewer slices on either side no subtype is measured."""
TOP_SLICES = 3
"""A patient's score is the mean of so many highest slices."""


@dataclass(frozen=True, slots=True)
class HeldOutCase:
    """One slice, scored by a network that never saw its origin.

    Attributes:
        key: Name of the slice.
        origin: Where it comes from.
        group: What belongs together.
        block: The origins left out together, joined by "+".
        is_doubtful: Whether its label is unsure.
        patient_has_hemorrhage: 1 or 0 where known for the patient alone, else -1.
        truths: 1, 0 or -1 for unknown, in the order of `Label`, joined by spaces.
        scores: Logits, likewise.
        hit: 1 where the map's maximum falls in the mask, 0 where not, -1 without a mask.
        dice: Of the map at logit 0 with the mask, -1 without.
    """

    key: str
    origin: str
    group: str
    block: str
    is_doubtful: int
    patient_has_hemorrhage: int
    truths: str
    scores: str
    hit: int = -1
    dice: float = -1.0


@dataclass(frozen=True, slots=True)
class OriginCounts:
    """What an origin is judged on.

    Attributes:
        slices: Its own.
        with_blood: How many of them show hemorrhage.
        normal: Slices without, of all origins that were left out with it.
        groups: How many its own are of.
        block: The origins left out together, joined by "+".
    """

    slices: int
    with_blood: int
    normal: int
    groups: int
    block: str


def count_origins(rows: Sequence[HeldOutCase]) -> dict[str, OriginCounts]:
    """Count what each origin is judged on; in the order of `summarize_origins`."""
    counts = {}
    for origin in dict.fromkeys(row.origin for row in rows):
        own = [row for row in rows if row.origin == origin]
        counts[origin] = OriginCounts(
            slices=len(own),
            with_blood=sum(_truth(row) == 1 for row in own),
            normal=sum(_truth(row) == 0 for row in rows if row.block == own[0].block),
            groups=len({row.group for row in own}),
            block=own[0].block,
        )
    return counts


def summarize_origins(rows: Sequence[HeldOutCase]) -> dict[str, dict[str, Interval]]:
    """Measure each origin that was left out: its slices with blood against all normal slices left out with it.

    Args:
        rows: Of all blocks.

    Returns:
        Figures by origin: auroc, auroc_sure (without doubtful labels), sensitivity_at_90, and where masks are:
        pointing, dice, a figure per subtype and their mean, subtypes. An origin of patients alone: auroc_patients.
        Under "mean" the mean AUROC over the origins with slice labels, and over all, patients' AUROC counted where
        slices have none (auroc_with_patients); the intervals come from the bootstraps of each.
    """
    figures = {origin: _judge(rows, origin) for origin in dict.fromkeys(row.origin for row in rows)}
    of_slices = [one["auroc"] for one in figures.values() if "auroc" in one]
    of_patients = [one["auroc_patients"] for one in figures.values() if "auroc_patients" in one and "auroc" not in one]
    if of_slices:
        figures["mean"] = {"auroc": _mean(of_slices)}
        if of_patients:
            figures["mean"]["auroc_with_patients"] = _mean([*of_slices, *of_patients])
    return figures


def _judge(rows: Sequence[HeldOutCase], origin: str) -> dict[str, Interval]:
    own = [row for row in rows if row.origin == origin]
    block = [row for row in rows if row.block == own[0].block]
    normal = [row for row in block if _truth(row) == 0]
    with_blood = [row for row in own if _truth(row) == 1]
    figures: dict[str, Interval] = {}
    if with_blood and normal:
        figures["auroc"] = _measure(auroc, with_blood, normal)
        sure = [row for row in with_blood if not row.is_doubtful]
        if 0 < len(sure) < len(with_blood):
            figures["auroc_sure"] = _measure(auroc, sure, normal)
        at = partial(sensitivity_at_specificity, specificity=KEPT_NEGATIVE)
        figures["sensitivity_at_90"] = _measure(at, with_blood, normal)
    if {row.patient_has_hemorrhage for row in own} >= {0, 1}:
        figures["auroc_patients"] = _judge_patients(own)
    return figures | _judge_places([row for row in own if row.hit >= 0])


def sensitivity_at_specificity(labels: np.ndarray, scores: np.ndarray, *, specificity: float) -> float:
    """Share of positives above the threshold that keeps a share of the negatives at or below it.

    Args:
        labels: 0 or 1, shape (n,).
        scores: Shape (n,).
        specificity: That share, in (0, 1).

    >>> sensitivity_at_specificity(np.array([0, 0, 0, 1, 1]), np.array([1, 2, 3, 2, 4]), specificity=0.6)
    0.5
    """
    require_both_classes(labels)
    threshold = np.quantile(scores[labels == 0], specificity, method="higher")
    return float((scores[labels == 1] > threshold).mean())


def _judge_places(masked: Sequence[HeldOutCase]) -> dict[str, Interval]:
    """Measure where and what, on slices with masks."""
    if not masked:
        return {}
    groups = np.array([row.group for row in masked])
    nothing = np.zeros(len(masked))
    figures = {
        name: group_bootstrap(lambda _, values: float(np.mean(values)), nothing, np.array(values, float), groups)
        for name, values in (("pointing", [row.hit for row in masked]), ("dice", [row.dice for row in masked]))
    }
    truths, scores = _table(masked, "truths"), _table(masked, "scores")
    measured = {}
    for label in SUBTYPES:
        column = list(Label).index(label)
        truth = truths[:, column]
        if min((truth == 1).sum(), (truth == 0).sum()) >= FEWEST:
            measured[str(label)] = group_bootstrap(auroc, truth.astype(int), scores[:, column], groups)
    if measured:
        figures |= measured | {"subtypes": _mean(list(measured.values()))}
    return figures


def _judge_patients(rows: Sequence[HeldOutCase]) -> Interval:
    patients = list(dict.fromkeys(row.group for row in rows))
    labels, scores = [], []
    for patient in patients:
        own = [row for row in rows if row.group == patient]
        labels.append(max(row.patient_has_hemorrhage for row in own))
        scores.append(float(np.mean(np.sort(_table(own, "scores")[:, 0])[-TOP_SLICES:])))
    return group_bootstrap(auroc, np.array(labels), np.array(scores), np.array(patients))


def _measure(metric: Any, positives: Sequence[HeldOutCase], negatives: Sequence[HeldOutCase]) -> Interval:
    rows = [*positives, *negatives]
    labels = np.array([1] * len(positives) + [0] * len(negatives))
    return group_bootstrap(metric, labels, _table(rows, "scores")[:, 0], np.array([row.group for row in rows]))


def _mean(figures: Sequence[Interval]) -> Interval:
    """Average independent figures; half-widths add in squares."""
    value = float(np.mean([figure.value for figure in figures]))
    below = np.sqrt(sum((figure.value - figure.low) ** 2 for figure in figures)) / len(figures)
    above = np.sqrt(sum((figure.high - figure.value) ** 2 for figure in figures)) / len(figures)
    return Interval(value, value - float(below), value + float(above))


def _table(rows: Sequence[HeldOutCase], name: str) -> np.ndarray:
    return np.array([[float(value) for value in getattr(row, name).split()] for row in rows])


def _truth(row: HeldOutCase) -> float:
    return float(row.truths.split()[0])
