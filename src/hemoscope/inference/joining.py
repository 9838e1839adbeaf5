"""From what a network saw in each section to what is said of the study and of each section."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from hemoscope.evaluation.calibration_choice import AnyCalibration
from hemoscope.inference.engine import StudyEngine
from hemoscope.inference.look import Looked
from hemoscope.models.bundle import Bundle
from hemoscope.models.sequence import describe_slices
from hemoscope.models.study_spec import StudySpec
from hemoscope.records import Notice
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


def _calibrate(
    scores: np.ndarray, calibrations: Mapping[Label, AnyCalibration], labels: tuple[Label, ...]
) -> np.ndarray:
    """Turn scores, shape (n, labels), into probabilities; NaN stays NaN."""
    columns = [calibrations[label].apply(scores[:, place]) for place, label in enumerate(labels)]
    probabilities = np.stack(columns, axis=1).astype(float)
    probabilities[np.isnan(scores)] = np.nan
    return probabilities
