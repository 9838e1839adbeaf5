"""From what a network saw in each section to what is said of the study and of each section."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from hemoscope.errors import RefusedError
from hemoscope.evaluation.calibration_choice import AnyCalibration
from hemoscope.inference.engine import StudyEngine
from hemoscope.inference.look import Look, Looked
from hemoscope.models.bundle import Bundle
from hemoscope.models.sequence import describe_slices
from hemoscope.models.study_spec import StudySpec
from hemoscope.records import ErrorReport, Notice, Status
from hemoscope.terms import Label

HIGHEST_SECTION = Notice(
    "study.highest_slice",
    "This model has no head that joins slices: the study's probability is that of its highest slice.",
)


@dataclass(frozen=True, slots=True, eq=False)
class Verdicts:
    """Calibrated probabilities of a study and of its n sections.

    Attributes:
        study: By label, in [0, 1].
        sections: float, shape (n, labels), in [0, 1]; NaN where a section has no score.
        labels: What the columns are.
        warnings: What a reader must know of how they were joined.
    """

    study: Mapping[Label, float]
    sections: np.ndarray
    labels: tuple[Label, ...]
    warnings: tuple[Notice, ...] = ()


def judge_study(looked: Looked, bundle: Bundle, engine: StudyEngine | None, *, spacing_mm: float | None) -> Verdicts:
    """Let the study head speak for a study where there is one, else its highest section.

    Args:
        looked: At least one section has a score.
        bundle: Whose calibrations to use.
        engine: Its study head, loaded; None where it has none.
        spacing_mm: Between the sections; None where the study does not say.
    """
    if bundle.study is None or engine is None or looked.maps is None:
        return take_highest(looked, bundle)
    return join(looked, looked.maps, bundle.study, engine, spacing_mm=spacing_mm)


def take_highest(looked: Looked, bundle: Bundle) -> Verdicts:
    """Let the highest section speak for the study, as bundles without a study head must.

    Args:
        looked: At least one section has a score.
        bundle: Whose calibration of single slices to use.
    """
    sections = _calibrate(looked.scores, {Label.ANY: bundle.calibration, **bundle.subtype_calibration}, bundle.labels)
    highest = np.nanmax(sections, axis=0)
    study = {label: float(value) for label, value in zip(bundle.labels, highest, strict=True)}
    return Verdicts(study, sections, bundle.labels, (HIGHEST_SECTION,))


def join(
    looked: Looked, maps: np.ndarray, spec: StudySpec, engine: StudyEngine, *, spacing_mm: float | None
) -> Verdicts:
    """Let the study head weigh every section beside its neighbors.

    Args:
        looked: At least one section has a score.
        maps: Its maps.
        spec: What the head's scores mean.
        engine: The head, loaded.
        spacing_mm: Between the sections; None where the study does not say.
    """
    labels = tuple(Label)
    described = describe_slices(looked.scores, maps, looked.frames, spacing_mm=spacing_mm, pixel_mm=looked.pixel_mm)
    study_scores, section_scores = engine.join(described)
    section_scores[np.isnan(looked.scores)] = np.nan
    of_study: dict[Label, AnyCalibration] = {Label.ANY: spec.calibration, **spec.subtype_calibration}
    of_slices: dict[Label, AnyCalibration] = {Label.ANY: spec.slice_calibration, **spec.slice_subtype_calibration}
    study = _calibrate(study_scores[np.newaxis], of_study, labels)[0]
    said = {label: float(value) for label, value in zip(labels, study, strict=True)}
    return Verdicts(said, _calibrate(section_scores, of_slices, labels), labels)


def nothing_to_judge(looks: Sequence[Look]) -> tuple[Status, ErrorReport]:
    """Say why a study has no answer.

    Args:
        looks: What became of each section; none shows brain.

    Returns:
        Failed with the reason of the first where none could be read, else refused with "study.no_brain".
    """
    errors = [look.error for look in looks if look.error is not None]
    broken = [error for error in errors if not isinstance(error, RefusedError)]
    if broken and len(broken) == len(looks):
        return Status.FAILED, ErrorReport.of(broken[0])
    codes = ", ".join(f"{count} x {code}" for code, count in Counter(error.code for error in errors).most_common(3))
    return Status.REFUSED, ErrorReport(
        "study.no_brain",
        f"Expected brain on some of {len(looks)} sections; found none{f' ({codes})' if codes else ''}.",
        "Choose the study's axial head CT; see the reason of each slice.",
    )


def _calibrate(
    scores: np.ndarray, calibrations: Mapping[Label, AnyCalibration], labels: tuple[Label, ...]
) -> np.ndarray:
    """Turn scores, shape (n, labels), into probabilities; NaN stays NaN."""
    columns = [calibrations[label].apply(scores[:, place]) for place, label in enumerate(labels)]
    probabilities = np.stack(columns, axis=1).astype(float)
    probabilities[np.isnan(scores)] = np.nan
    return probabilities
