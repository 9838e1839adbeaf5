"""Two bundles on the same labelled cases: which is better, and could chance have done it?"""

import os
from collections.abc import Callable
from dataclasses import replace

from hemoscope.datasets.items import Item
from hemoscope.datasets.load import load_collection
from hemoscope.evaluation.paired import Comparison, Side, judge_pair
from hemoscope.evaluation.report import Example
from hemoscope.inference.evaluate import EvaluationSettings, facts_of, look_at, unseen_of
from hemoscope.inference.judged import notices_of_both, point_for, score_judged
from hemoscope.inference.predictor import Predictor
from hemoscope.inference.seen import apply_policy, check_seen


def compare(
    bundles: tuple[str | os.PathLike[str] | None, str | os.PathLike[str] | None],
    data: str | os.PathLike[str],
    *,
    settings: EvaluationSettings | None = None,
    groups_file: str | os.PathLike[str] | None = None,
    on_progress: Callable[[int, int], None] | None = None,
    on_index: Callable[[int, int], None] | None = None,
) -> Comparison:
    """Score a labelled collection with two bundles, and compare their answers pair by pair.

    Where the collection's labels speak of whole studies, each bundle judges them as in `evaluate`, at its own
    thresholds; where one alone has a study head, the notice "evaluation.judged_differently" says so.

    Args:
        bundles: Folders of two model bundles; None is the shipped one.
        data: A labelled collection of any layout, DICOM or pictures.
        settings: How; the defaults unless given. Slices that either network learned from fall under its policy.
        groups_file: CSV with a group per slice.
        on_progress: Called with how many scores are made and how many there will be.
        on_index: As in `evaluate`.

    Raises:
        InputError: "operating_point.unknown" where either has no such point, or nothing is at a path.
        BundleError: A bundle cannot be used, or gives NaN.
        DatasetError: The collection cannot be used; "data.seen_in_training" where either learned from any of it.
    """
    settings = settings or EvaluationSettings()
    predictors = [Predictor(bundle, operating_point=settings.judge.point) for bundle in bundles]
    collection = load_collection(data, groups_file=groups_file, on_progress=on_index)
    scored, checks = [], []
    for place, predictor in enumerate(predictors):

        def advance(done: int, total: int, place: int = place) -> None:
            if on_progress is not None:
                on_progress(place * total + done, len(predictors) * total)

        scored.append(score_judged(predictor, collection, on_progress=advance))
        checks.append(apply_policy(check_seen(predictor.bundle, collection, scored[-1].fingerprints), settings.seen))
    first, second = (
        Side(predictor.bundle.summary(), point_for(predictor, collection), check, unseen_of(one.cases, checks))
        for predictor, check, one in zip(predictors, checks, scored, strict=True)
    )
    paired = judge_pair(first.cases, second.cases, (first.point, second.point), settings=settings.judge)
    facts = facts_of(collection, replace(scored[0], notices=notices_of_both(scored)))
    comparison = Comparison(first, second, facts, paired, settings.judge)
    slices = [one.slice_of for one in scored]
    return replace(comparison, examples=_look_at_both(comparison, slices, predictors, most=settings.examples))


def _look_at_both(
    comparison: Comparison, slices: list[dict[str, Item]], predictors: list[Predictor], *, most: int
) -> tuple[tuple[Example, Example], ...]:
    """Examine the first slices that were decided differently with both networks."""
    pairs = comparison.decided_differently()[:most]
    first, second = (
        {example.case.key: example for example in look_at([pair[side] for pair in pairs], slices[side], predictor)}
        for side, predictor in enumerate(predictors)
    )
    return tuple((first[key], second[key]) for key in first if key in second)
