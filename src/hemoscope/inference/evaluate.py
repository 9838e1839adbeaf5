"""Judge a bundle on a labelled collection that its network never saw."""

import os
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from hemoscope.datasets.items import Collection, Item, Level
from hemoscope.datasets.load import load_collection
from hemoscope.evaluation.cases import JudgedCase, worst_false_alarms, worst_misses
from hemoscope.evaluation.judge import JudgeSettings, judge
from hemoscope.evaluation.report import CollectionFacts, Evaluation, Example, SeenCheck
from hemoscope.inference.judged import labels_of_cases, point_for, points_for, score_judged
from hemoscope.inference.labelled import ScoredCollection
from hemoscope.inference.predictor import Predictor
from hemoscope.inference.seen import SeenPolicy, apply_policy, check_seen


@dataclass(frozen=True, slots=True)
class EvaluationSettings:
    """How to evaluate.

    Attributes:
        judge: Operating point, prevalence and bootstrap.
        seen: What becomes of slices that stood in the training data.
        examples: How many of the worst misses, and of the worst false alarms, to keep with their pictures; of two
            bundles, how many slices that they decide differently.
    """

    judge: JudgeSettings = field(default_factory=JudgeSettings)
    seen: SeenPolicy = SeenPolicy.REFUSE
    examples: int = 0


def evaluate(
    bundle: str | os.PathLike[str] | None,
    data: str | os.PathLike[str],
    *,
    settings: EvaluationSettings | None = None,
    groups_file: str | os.PathLike[str] | None = None,
    on_progress: Callable[[int, int], None] | None = None,
    on_index: Callable[[int, int], None] | None = None,
) -> Evaluation:
    """Score a labelled collection with a bundle, and judge the answers.

    Where the collection's labels speak of whole studies, studies are judged: by the bundle's study head at its own
    operating points, or each by its highest slice where the bundle has none.

    Args:
        bundle: Folder of a model bundle; None is the shipped one.
        data: A labelled collection of any layout, DICOM or pictures.
        settings: How; the defaults unless given.
        groups_file: CSV with a group per slice.
        on_progress: Called with how many slices are scored and how many there are.
        on_index: Called with how many headers or volumes are looked at, where a layout has to look at them all first.

    Returns:
        Every figure, the refused and failed inputs, and what was found of the training data.

    Raises:
        InputError: "operating_point.unknown", or nothing is at a path.
        BundleError: The bundle cannot be used, or gives NaN.
        DatasetError: The collection cannot be used; "data.seen_in_training" where the network learned from any of it.
    """
    settings = settings or EvaluationSettings()
    predictor = Predictor(bundle, operating_point=settings.judge.point)
    collection = load_collection(data, groups_file=groups_file, on_progress=on_index)
    scored = score_judged(predictor, collection, on_progress=on_progress)
    seen = apply_policy(check_seen(predictor.bundle, collection, scored.fingerprints), settings.seen)
    points = tuple(points_for(predictor.bundle, collection).values())
    judgement = judge(unseen_of(scored.cases, (seen,)), points, settings=settings.judge)
    point, slice_of = point_for(predictor, collection), scored.slice_of
    misses, false_alarms = (
        look_at(worst(judgement.cases, point)[: settings.examples], slice_of, predictor)
        for worst in (worst_misses, worst_false_alarms)
    )
    return Evaluation(predictor.bundle.summary(), facts_of(collection, scored), seen, judgement, misses, false_alarms)


def unseen_of(cases: Sequence[JudgedCase], checks: Sequence[SeenCheck]) -> tuple[JudgedCase, ...]:
    """Return the cases without those of groups that a check dropped: it drops no slice without its whole group."""
    dropped = {case.group for check in checks if check.were_dropped for case in check.seen}
    return tuple(case for case in cases if case.group not in dropped)


def facts_of(collection: Collection, scored: ScoredCollection) -> CollectionFacts:
    """Say what a collection is, each file as it was when it was scored."""
    labels = labels_of_cases(collection)
    return CollectionFacts(
        name=collection.name,
        layout=collection.layout,
        sha256=collection.hash_of(scored.fingerprints.hashes),
        slices=len(collection),
        positives=sum(labels),
        groups=len(set(collection.groups)),
        studies=len(labels) if collection.level is Level.STUDY else None,
        notices=(*collection.notices, *scored.notices),
    )


def look_at(cases: Sequence[JudgedCase], slice_of: Mapping[str, Item], predictor: Predictor) -> tuple[Example, ...]:
    """Examine a few cases once more, to show them: keeping every picture would fill the memory.

    Args:
        cases: One that can no longer be read is left out.
        slice_of: The slice that shows each, by the case's name.
        predictor: That scored them.
    """
    found = ((case, slice_of[case.key]) for case in cases)
    seen = ((case, predictor.examine(item.path, frame=item.frame).shown) for case, item in found)
    return tuple(Example(case, shown) for case, shown in seen if shown is not None)
