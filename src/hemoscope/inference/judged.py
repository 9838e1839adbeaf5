"""What is judged: each slice, or each study where that is what the labels speak of."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace

from hemoscope.datasets.items import Collection, Item, Level
from hemoscope.datasets.studies import study_table
from hemoscope.evaluation.cases import JudgedCase
from hemoscope.records import Notice

JUDGED_BY_SLICE = Notice(
    "evaluation.highest_slice",
    "Each study was judged by its highest slice: the probability is that of the slice, and over many slices too high.",
)


def cases_of(collection: Collection, scored: Sequence[JudgedCase]) -> tuple[tuple[JudgedCase, Item], ...]:
    """Return what is judged, each with the slice that shows it.

    Args:
        collection: What was scored.
        scored: Its slices with their answers; any may be missing, as those that were dropped are.

    Returns:
        The slices themselves, or, of a collection whose labels speak of studies, a case for each study that has any
        left: the answer of its highest slice, or of its first where none was scored.
    """
    item_of = {item.key: item for item in collection}
    if collection.level is Level.SLICE:
        return tuple((case, item_of[case.key]) for case in scored)
    case_of = {case.key: case for case in scored}
    found = []
    for study in study_table(collection):
        cases = [case_of[item.key] for item in study.items if item.key in case_of]
        if cases:
            highest = max(cases, key=lambda case: -1.0 if case.probability is None else case.probability)
            case = replace(highest, key=study.key, label=study.label, group=study.group, details=())
            found.append((case, item_of[highest.key]))
    return tuple(found)


def notices_of(collection: Collection, scored: Sequence[JudgedCase]) -> tuple[Notice, ...]:
    """Say how studies were judged, and what of them could not be scored; nothing where slices are judged."""
    if collection.level is Level.SLICE:
        return ()
    lost = Counter(case.error.code for case in scored if case.error is not None)
    if not lost:
        return (JUDGED_BY_SLICE,)
    codes = ", ".join(f"{code} {count:,}" for code, count in lost.most_common())
    return JUDGED_BY_SLICE, Notice("evaluation.slices_not_scored", f"Slices of studies without a score: {codes}.")


def labels_of_cases(collection: Collection) -> list[int]:
    """Return the label of everything there is to judge, before any is dropped."""
    if collection.level is Level.SLICE:
        return list(collection.labels)
    return [study.label for study in study_table(collection)]
