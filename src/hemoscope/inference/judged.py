"""What is judged: each slice, or each study where that is what the labels speak of."""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace

from hemoscope.datasets.items import Collection, Level
from hemoscope.datasets.studies import study_table
from hemoscope.inference.labelled import ScoredCollection, score_labelled, tell_lost
from hemoscope.inference.predictor import Predictor
from hemoscope.models.bundle import Bundle
from hemoscope.records import Notice, OperatingPoint

JUDGED_BY_SLICE = Notice(
    "evaluation.highest_slice",
    "Each study was judged by its highest slice: the probability is that of the slice, and over many slices too high.",
)


def has_study_answers(bundle: Bundle, collection: Collection) -> bool:
    """Whether a bundle answers for what the labels of a collection speak of as whole studies, by a study head."""
    return collection.level is Level.STUDY and bundle.study is not None and bundle.has_maps


def points_for(bundle: Bundle, collection: Collection) -> Mapping[str, OperatingPoint]:
    """Return the thresholds of what is judged: of studies where a study head answers, else of single slices."""
    return bundle.study_points if has_study_answers(bundle, collection) else bundle.operating_points


def point_for(predictor: Predictor, collection: Collection) -> OperatingPoint:
    """Return the one that decides, likewise."""
    answers_for_studies = has_study_answers(predictor.bundle, collection)
    return predictor.study_point if answers_for_studies else predictor.operating_point


def score_judged(
    predictor: Predictor, collection: Collection, *, on_progress: Callable[[int, int], None] | None = None
) -> ScoredCollection:
    """Score what is judged of a collection.

    Args:
        predictor: With its bundle.
        collection: What to score.
        on_progress: Called with how many slices are done and how many there are.

    Returns:
        A case for each slice; where the labels speak of studies, one for each study: the answer of the bundle's study
        head, or that of its highest slice where the bundle has none.

    Raises:
        BundleError: "result.not_a_probability" where the network gives NaN.
        DatasetError: As `study_table`.
    """
    if has_study_answers(predictor.bundle, collection):
        from hemoscope.inference.labelled_studies import score_studies  # slices need not wait for it

        return score_studies(predictor, collection, on_progress=on_progress)
    scored = score_labelled(predictor, collection, on_progress=on_progress)
    return scored if collection.level is Level.SLICE else take_highest_slices(collection, scored)


def take_highest_slices(collection: Collection, scored: ScoredCollection) -> ScoredCollection:
    """Let the highest slice of each study speak for it, or its first where none was scored.

    Args:
        collection: Its labels speak of studies.
        scored: Its slices with their answers.
    """
    case_of = {case.key: case for case in scored.cases}
    cases, shown = [], []
    for study in study_table(collection):
        found = [(case_of[item.key], item) for item in study.items]
        highest, item = max(found, key=lambda pair: -1.0 if pair[0].probability is None else pair[0].probability)
        cases.append(replace(highest, key=study.key, label=study.label, group=study.group, details=()))
        shown.append(item)
    lost = Counter(case.error.code for case in scored.cases if case.error is not None)
    return replace(scored, cases=tuple(cases), shown=tuple(shown), notices=(JUDGED_BY_SLICE, *tell_lost(lost)))


def notices_of_both(scored: Sequence[ScoredCollection]) -> tuple[Notice, ...]:
    """Return what must be known of two bundles' answers, and whether they judged studies each in its own way.

    Args:
        scored: The answers of the first and of the second.
    """
    by_slice = [JUDGED_BY_SLICE in one.notices for one in scored]
    together = dict.fromkeys(notice for one in scored for notice in one.notices)
    if any(by_slice) and not all(by_slice):
        del together[JUDGED_BY_SLICE]
        head, other = ("second", "first") if by_slice[0] else ("first", "second")
        text = f"Studies were judged by the {head} bundle's study head; the {other} has none: by their highest slice."
        return Notice("evaluation.judged_differently", text), *together
    return tuple(together)


def labels_of_cases(collection: Collection) -> list[int]:
    """Return the label of everything there is to judge, before any is dropped."""
    if collection.level is Level.SLICE:
        return list(collection.labels)
    return [study.label for study in study_table(collection)]
