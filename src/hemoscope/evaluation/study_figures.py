"""What a study head is worth: against the highest slice score, and what neighbors tell of a slice."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from hemoscope.evaluation.intervals import Interval, group_bootstrap
from hemoscope.evaluation.metrics import auroc
from hemoscope.terms import SUBTYPES, Label

FEWEST = 3
"""With fewer studies on either side nothing is measured."""
REAL, PAINTED, ALL = "real", "painted", "all"


@dataclass(frozen=True, slots=True, eq=False)
class JudgedStudy:
    """A study, scored by a head that never saw its group.

    Attributes:
        key: Name, unique.
        origin: The collection it comes from.
        group: What belongs together.
        kind: "real", "painted" and what was painted, "changed", or "phantom" with its bleed.
        truths: 1, 0 or -1 for unknown, for each label, shape (6,).
        scores: Logits of the head, shape (6,).
        highest: The highest logit among the slices, without the head, shape (6,).
        slice_truths: As `truths`, shape (n, 6).
        slice_scores: Logits of the head, shape (n, 6).
        slice_alone: Logits of the slice network, shape (n, 6); NaN for a slice without input.
    """

    key: str
    origin: str
    group: str
    kind: str
    truths: np.ndarray
    scores: np.ndarray
    highest: np.ndarray
    slice_truths: np.ndarray
    slice_scores: np.ndarray
    slice_alone: np.ndarray


def summarize_studies(studies: Sequence[JudgedStudy]) -> dict[str, dict[str, Interval]]:
    """Measure a study head.

    Args:
        studies: Each judged by a head that did not learn from it.

    Returns:
        By part, "all", "real", each origin's real studies, and each subtype that was painted or drawn against all
        studies without hemorrhage of the same kinds: `auroc` of the head, `auroc_highest` of the highest slice score,
        `gain`, the difference of the two on the same studies; likewise of slices, `slices`, `slices_alone` and
        `slices_gain`. Intervals come from a bootstrap over groups. What has too few of a class is left out.
    """
    parts: dict[str, list[JudgedStudy]] = {ALL: list(studies)}
    parts[REAL] = [study for study in studies if study.kind == REAL]
    for origin in dict.fromkeys(study.origin for study in studies):
        parts[origin] = [study for study in studies if study.origin == origin and study.kind == REAL]
    synthetic = [study for study in studies if study.kind != REAL]
    normal = [study for study in synthetic if study.truths[0] == 0]
    for label in SUBTYPES:
        column = list(Label).index(label)
        shown = [study for study in synthetic if study.truths[column] == 1]
        parts[f"{PAINTED} {label}"] = [*shown, *normal]
    measured = {part: measure_studies(own) for part, own in parts.items()}
    return {part: figures for part, figures in measured.items() if figures}


def measure_studies(studies: Sequence[JudgedStudy]) -> dict[str, Interval]:
    """Measure the head on studies and on their slices, for any hemorrhage; see `summarize_studies`."""
    known = [study for study in studies if study.truths[0] >= 0]
    figures = _compare(
        np.array([study.truths[0] for study in known]),
        np.array([(study.scores[0], study.highest[0]) for study in known]).reshape(-1, 2),
        np.array([study.group for study in known]),
        names=("auroc", "auroc_highest", "gain"),
    )
    truths, scores, groups = collect_slices(known, 0)
    if len(truths):
        figures |= _compare(truths, scores, groups, names=("slices", "slices_alone", "slices_gain"))
    return figures


def collect_slices(studies: Sequence[JudgedStudy], column: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Collect the slices of which a label is known.

    Args:
        studies: Where they come from.
        column: Of the label.

    Returns:
        Truths, shape (n,); scores of the head and of the slice network alone, shape (n, 2); groups, shape (n,).
    """
    if not studies:
        return np.zeros(0), np.zeros((0, 2)), np.zeros(0, str)
    truths = np.concatenate([study.slice_truths[:, column] for study in studies])
    scores = np.column_stack(
        [
            np.concatenate([study.slice_scores[:, column] for study in studies]),
            np.concatenate([study.slice_alone[:, column] for study in studies]),
        ]
    )
    groups = np.concatenate([np.full(len(study.slice_truths), study.group) for study in studies])
    known = (truths >= 0) & np.isfinite(scores).all(axis=1)
    return truths[known], scores[known], groups[known]


def _compare(
    truths: np.ndarray, scores: np.ndarray, groups: np.ndarray, *, names: tuple[str, str, str]
) -> dict[str, Interval]:
    """Measure two scores of the same items, and by how much the first is better."""
    if min((truths == 1).sum(), (truths == 0).sum()) < FEWEST:
        return {}
    metrics: Mapping[str, Callable[[np.ndarray, np.ndarray], float]] = {
        names[0]: lambda labels, both: auroc(labels, both[:, 0]),
        names[1]: lambda labels, both: auroc(labels, both[:, 1]),
        names[2]: lambda labels, both: auroc(labels, both[:, 0]) - auroc(labels, both[:, 1]),
    }
    labels = truths.astype(int)
    return {name: group_bootstrap(metric, labels, scores, groups, draws=1000) for name, metric in metrics.items()}
