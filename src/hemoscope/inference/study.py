"""From a study to its answer: plan sections, look at each, join what was seen, decide, or say why not."""

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import numpy as np

from hemoscope.errors import RefusedError
from hemoscope.inference.joining import Verdicts, judge_study, nothing_to_judge
from hemoscope.inference.look import Look, Looked, read_section
from hemoscope.inference.predictor import Predictor, by_label, show
from hemoscope.inference.sections import Section, plan_sections, thickness_of
from hemoscope.models.volumes import blood_volumes
from hemoscope.preparation.gate import NO_BRAIN
from hemoscope.reading import Series, Study
from hemoscope.records import ErrorReport, Notice, SeriesChoice, Shown, SliceOfStudy, Status, StudyResult
from hemoscope.terms import Label

MOST_KEY_SLICES = 5
"""Sections named as those that made the score."""


@dataclass(frozen=True, slots=True, eq=False)
class StudyExamination:
    """A result with what is needed to draw it.

    Attributes:
        result: The answer.
        series: What was scored; None where no series could be. It can be read as long as its files are open.
        sections: Of the series, in order.
        looked: What the network saw in each; None without a series.
        labels: What its maps mean, in order.
    """

    result: StudyResult
    series: Series | None = None
    sections: tuple[Section, ...] = ()
    looked: Looked | None = None
    labels: tuple[Label, ...] = ()

    def show(self, place: int) -> Shown | None:
        """Read again what was scored at a place in the series, as long as its files are open.

        Args:
            place: Of a slice.

        Returns:
            The slice, or the mean of its section, and where the network sees blood in it; None where it cannot be read.
        """
        if self.series is None or self.looked is None:
            return None
        number = next(number for number, section in enumerate(self.sections) if place in section.places)
        image, look = read_section(self.series, self.sections[number]).image, self.looked.looks[number]
        if image is None:
            return None
        return show(image, None if look.cells is None else by_label(look.cells, self.labels), look.frame, look.brain)


def examine_study(
    predictor: Predictor, study: Study, *, name: str, on_slices: Callable[[int], None] | None = None
) -> StudyExamination:
    """Answer for one study.

    Args:
        predictor: Holds network, bundle and operating point.
        study: Its files are open.
        name: What to call the input.
        on_slices: Called with how many slices more are prepared.

    Returns:
        A score, or a refusal or failure with its reason. Never raises for what is wrong with the study.
    """
    series = study.chosen
    if series is None:
        error = study.error or ErrorReport("series.none", "The study has no series to score.", "Send its images again.")
        return StudyExamination(StudyResult(name, study.uid, Status.REFUSED, warnings=study.notices, error=error))
    geometry = series.geometry
    sections = plan_sections(len(series), geometry.positions, spacing=geometry.spacing)
    looked = predictor.look_through(series, sections, on_slices=on_slices)
    seen = StudyResult(
        name,
        study.uid,
        Status.REFUSED,
        _describe(study, series),
        warnings=(*study.notices, *_joined(len(sections), len(series)), *_gathered(looked.looks)),
    )
    answer = (
        _score(predictor, seen, series, sections, looked)
        if looked.has_brain
        else _refuse(seen, series, sections, looked)
    )
    return StudyExamination(answer, series, sections, looked, predictor.bundle.labels)


def _score(
    predictor: Predictor, seen: StudyResult, series: Series, sections: Sequence[Section], looked: Looked
) -> StudyResult:
    """Join what was seen, and decide."""
    spacing = thickness_of(sections, series.geometry.positions)
    verdicts = judge_study(looked, predictor.bundle, predictor.study_engine, spacing_mm=spacing)
    point = predictor.study_point
    probability = verdicts.study[Label.ANY]
    return replace(
        seen,
        status=Status.SCORED,
        probability=probability,
        decision=point.decide(probability),
        operating_point=point,
        subtypes={label: value for label, value in verdicts.study.items() if label is not Label.ANY} or None,
        volumes_ml=_measure(looked, spacing),
        slices=_slices(series, sections, looked, verdicts),
        key_slices=choose_key_slices(sections, verdicts, threshold=point.threshold),
        warnings=(*seen.warnings, *verdicts.warnings),
    )


def _refuse(seen: StudyResult, series: Series, sections: Sequence[Section], looked: Looked) -> StudyResult:
    """Say why there is nothing to judge."""
    status, error = nothing_to_judge(looked.looks)
    return replace(seen, status=status, slices=_slices(series, sections, looked, None), error=error)


def _measure(looked: Looked, spacing_mm: float | None) -> dict[Label, float] | None:
    """Measure the blood where the sizes of pixels and sections are known."""
    if looked.maps is None or looked.pixel_mm is None or spacing_mm is None:
        return None
    return blood_volumes(looked.maps, looked.frames, pixel_mm=looked.pixel_mm, thickness_mm=spacing_mm)


def choose_key_slices(sections: Sequence[Section], verdicts: Verdicts, *, threshold: float) -> tuple[int, ...]:
    """Name the slices that made the score: the highest, and the next highest that reach the threshold too.

    Args:
        sections: Of the series.
        verdicts: What is said of each.
        threshold: Of the operating point.

    Returns:
        Places in the series of the middle slices of at most `MOST_KEY_SLICES` sections, the highest first.
    """
    column = verdicts.sections[:, verdicts.labels.index(Label.ANY)]
    order = np.argsort(-np.nan_to_num(column, nan=-1.0), kind="stable")[:MOST_KEY_SLICES]
    return tuple(sections[place].middle for rank, place in enumerate(order) if rank == 0 or column[place] >= threshold)


def _describe(study: Study, series: Series) -> SeriesChoice:
    geometry = series.geometry
    return SeriesChoice(
        uid=series.uid,
        name=series.source,
        reason=study.reason,
        passed_over=tuple((other.series.source, other.reason) for other in study.passed_over),
        spacing_mm=geometry.spacing,
        pixel_spacing_mm=geometry.pixel_spacing,
        tilt_degrees=geometry.tilt,
    )


def _slices(
    series: Series, sections: Sequence[Section], looked: Looked, verdicts: Verdicts | None
) -> tuple[SliceOfStudy, ...]:
    """Answer for every slice with what was said of its section."""
    positions = series.geometry.positions
    answers = []
    for number, (section, look) in enumerate(zip(sections, looked.looks, strict=True)):
        probability, subtypes = _said_of(verdicts, number)
        for place in section.places:
            error = look.failures.get(place, look.error) or (_without_brain() if probability is None else None)
            answers.append(
                SliceOfStudy(
                    name=series.name_of(place),
                    instance_uid=series.instance_uid(place),
                    position_mm=positions[place] if positions else None,
                    section=number,
                    status=Status.after(error),
                    probability=None if error else probability,
                    subtypes=None if error else subtypes,
                    warnings=look.warnings.get(place, ()),
                    error=None if error is None else ErrorReport.of(error),
                )
            )
    return tuple(answers)


def _without_brain() -> RefusedError:
    return RefusedError(NO_BRAIN.code, NO_BRAIN.message, "Choose a slice that shows brain.")


def _said_of(verdicts: Verdicts | None, number: int) -> tuple[float | None, dict[Label, float] | None]:
    """Return probability and subtypes of a section; None where it has no score."""
    if verdicts is None or np.isnan(verdicts.sections[number, 0]):
        return None, None
    said = dict(zip(verdicts.labels, verdicts.sections[number].tolist(), strict=True))
    return said.pop(Label.ANY), said or None


def _joined(sections: int, slices: int) -> tuple[Notice, ...]:
    if sections == slices:
        return ()
    return (Notice("study.thin_slices", f"{slices} thin slices were joined to {sections} sections of about 5 mm."),)


def _gathered(looks: Sequence[Look]) -> tuple[Notice, ...]:
    """Tell once, with a count, what was mended in single slices, and how many could not be read."""
    counts: Counter[str] = Counter()
    first: dict[str, Notice] = {}
    for look in looks:
        for notice in (notice for notices in look.warnings.values() for notice in notices):
            counts[notice.code] += 1
            first.setdefault(notice.code, notice)
    told = [
        Notice(code, f"In {counts[code]} slices: {notice.message}" if counts[code] > 1 else notice.message)
        for code, notice in first.items()
        if code != NO_BRAIN.code  # every head has an end
    ]
    failed = sum(len(look.failures) for look in looks)
    if failed:
        told.append(Notice("study.slices_failed", f"{failed} of the slices could not be read; the others were scored."))
    return tuple(told)
