"""Judge study heads on studies that they did not learn from: by origin, and by group."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from hemoscope.evaluation.splits import as_many_folds
from hemoscope.evaluation.study_figures import JudgedStudy
from hemoscope.models.sequence import build_sequence_head
from hemoscope.training.studies.fit import fit_head, judge
from hemoscope.training.studies.samples import DescribedStudy
from hemoscope.training.studies.settings import StudySettings

Progress = Callable[[int, int], None]


def leave_origins_out(
    studies: Sequence[DescribedStudy], settings: StudySettings, *, on_progress: Progress | None = None
) -> list[JudgedStudy]:
    """Judge each origin's studies by a head that learned from all others; an only one as `leave_groups_out` does.

    Args:
        studies: Described studies.
        settings: How to train.
        on_progress: Called with how many heads are trained and how many there are.

    Returns:
        A row per study, in order.
    """
    origins = np.array([one.study.origin for one in studies])
    names = list(dict.fromkeys(origins.tolist()))
    if len(names) < 2:
        return leave_groups_out(studies, settings, on_progress=on_progress)
    parts = [(np.flatnonzero(origins != name), np.flatnonzero(origins == name)) for name in names]
    return _leave_out(studies, parts, settings, on_progress)


def leave_groups_out(
    studies: Sequence[DescribedStudy], settings: StudySettings, *, on_progress: Progress | None = None
) -> list[JudgedStudy]:
    """Judge each study by a head that learned from other groups: grouped folds.

    Args:
        studies: Described studies.
        settings: How to train, and in how many folds.
        on_progress: Called with how many heads are trained and how many there are.

    Returns:
        A row per study, in order.

    Raises:
        DatasetError: "split.too_few_groups".
    """
    labels = np.array([int(one.study.study_targets[0] == 1) for one in studies])
    groups = np.array([one.study.group for one in studies])
    parts = list(as_many_folds(labels, groups, most=settings.folds, seed=settings.seed))
    return _leave_out(studies, parts, settings, on_progress)


def judge_without_learning(studies: Sequence[DescribedStudy], settings: StudySettings) -> list[JudgedStudy]:
    """Judge studies by a head that has learned nothing: the pooled slice scores, as they are."""
    return _judged(build_sequence_head(width=settings.width), studies)


def _leave_out(
    studies: Sequence[DescribedStudy],
    parts: Sequence[tuple[np.ndarray, np.ndarray]],
    settings: StudySettings,
    on_progress: Progress | None,
) -> list[JudgedStudy]:
    judged: dict[int, JudgedStudy] = {}
    for number, (learned, held_out) in enumerate(parts):
        head = fit_head([studies[int(index)] for index in learned], replace(settings, seed=settings.seed + number))
        rows = _judged(head, [studies[int(index)] for index in held_out])
        judged |= dict(zip(held_out.tolist(), rows, strict=True))
        if on_progress is not None:
            on_progress(number + 1, len(parts))
    return [judged[index] for index in range(len(studies))]


def _judged(head: Any, studies: Sequence[DescribedStudy]) -> list[JudgedStudy]:
    return [
        JudgedStudy(
            key=study.key,
            origin=study.origin,
            group=study.group,
            kind=study.kind,
            truths=study.study_targets,
            scores=whole,
            highest=study.highest,
            slice_truths=study.slice_targets,
            slice_scores=slices,
            slice_alone=study.scores,
        )
        for study, (slices, whole) in zip((one.study for one in studies), judge(head, studies), strict=True)
    ]
