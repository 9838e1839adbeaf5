"""From the scores of a study head to probabilities and decisions, fitted on studies that it did not learn from."""

from collections.abc import Callable, Sequence
from dataclasses import asdict
from typing import Any

import numpy as np

from hemoscope.evaluation.calibration_choice import AnyCalibration, choose_calibration
from hemoscope.evaluation.study_figures import JudgedStudy, collect_slices
from hemoscope.terms import SUBTYPES, Label
from hemoscope.training.calibrate import fit_decisions
from hemoscope.training.maps.calibrate import FEWEST


def describe_meaning(judged: Sequence[JudgedStudy]) -> dict[str, Any]:
    """Fit calibrations and operating points; what a bundle says of its study head, as plain JSON values.

    Args:
        judged: Studies, each scored by a head that did not learn from its group.

    Raises:
        DatasetError: As `fit_decisions` says, as where no study is without hemorrhage.
    """
    known = [study for study in judged if study.truths[0] >= 0]
    synthetic = sum(study.kind != "real" for study in known)
    fitted_on = (
        f"{len(known)} studies, {synthetic} of them painted, changed or drawn, {_positives(known)} with hemorrhage, in "
        f"{len({study.group for study in known})} groups, each scored by a head that did not learn from its group"
    )
    scores, truths, groups = _columns(known, 0)
    fitted = fit_decisions(scores, truths, groups, fitted_on=fitted_on)
    of_slices = _fit_slices(known, 0)
    return {
        "calibration": asdict(fitted.calibration),
        "calibration_choice": fitted.choice.as_json(),
        "subtype_calibration": _by_subtype(known, _fit_studies),
        "slice_calibration": asdict(of_slices or fitted.calibration),
        "slice_subtype_calibration": _by_subtype(known, _fit_slices),
        "operating_points": [point.as_json() for point in fitted.points],
        "abstention": fitted.abstention.as_json(),
        "fitted_on": fitted_on,
    }


def _by_subtype(
    studies: Sequence[JudgedStudy], fit: Callable[[Sequence[JudgedStudy], int], AnyCalibration | None]
) -> dict[str, Any]:
    """Fit each subtype of which enough is known."""
    fitted = {label: fit(studies, list(Label).index(label)) for label in SUBTYPES}
    return {label: asdict(own) for label, own in fitted.items() if own is not None}


def _positives(studies: Sequence[JudgedStudy]) -> int:
    return sum(bool(study.truths[0] == 1) for study in studies)


def _columns(studies: Sequence[JudgedStudy], column: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    scores = np.array([study.scores[column] for study in studies], float)
    return scores, np.array([int(study.truths[column]) for study in studies]), np.array([one.group for one in studies])


def _fit_studies(studies: Sequence[JudgedStudy], column: int) -> AnyCalibration | None:
    known = [study for study in studies if study.truths[column] >= 0]
    return _fit(*_columns(known, column), what="studies", column=column) if known else None


def _fit_slices(studies: Sequence[JudgedStudy], column: int) -> AnyCalibration | None:
    truths, scores, groups = collect_slices(studies, column)
    return _fit(scores[:, 0], truths.astype(int), groups, what="slices", column=column)


def _fit(
    scores: np.ndarray, truths: np.ndarray, groups: np.ndarray, *, what: str, column: int
) -> AnyCalibration | None:
    """Choose a calibration; None where too little is known to fit one."""
    if min((truths == 1).sum(), (truths == 0).sum()) < FEWEST:
        return None
    fitted_on = f"{len(truths)} {what} of held-out groups, {(truths == 1).sum()} of them {list(Label)[column]}"
    return choose_calibration(scores, truths, groups, fitted_on=fitted_on).calibration
