"""A cross-validation by group: every slice once, with the mean of what its repeats say.

Folds keep neither networks nor prepared slices: these are prepared again from the data, and there are no maps.
"""

import os
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import numpy as np

from hemoscope.datasets.items import Collection
from hemoscope.errors import TrainingError
from hemoscope.evaluation.folds import EVEN, HeldOut
from hemoscope.review.cases import OnStage, ReviewedCase, ReviewedRun, in_silence
from hemoscope.review.decide import decided_in_words, threshold_at
from hemoscope.review.items import SeenItem, see_item
from hemoscope.review.kinds import VALIDATION, Kind, read_record, require_data
from hemoscope.terms import Window
from hemoscope.training.data import load_labelled, prepare_each
from hemoscope.training.run import read_rows
from hemoscope.training.settings import TrainingSettings

AT_EVEN = "one half, as the thresholds of several folds are no single one"


@dataclass(frozen=True, slots=True)
class _Answer:
    """What the repeats say of one slice."""

    label: int
    group: str
    probability: float


def review_folds(
    folder: str | os.PathLike[str],
    data: str | os.PathLike[str] | None,
    *,
    specificity: float | None = None,
    on_stage: OnStage = in_silence,
) -> ReviewedRun:
    """Collect the slices of the finished folds.

    Args:
        folder: What `cross_validate` wrote, finished or not.
        data: The collection.
        specificity: What the threshold keeps on these slices; a probability of one half decides unless given.
        on_stage: Told what is done.

    Raises:
        InputError: "review.needs_data", or the record cannot be read.
        TrainingError: "review.unfinished" where no fold is finished, "run.data_changed" where the data is another.
        DatasetError: The collection cannot be used, or the specificity cannot be kept.
    """
    root = Path(folder)
    record = read_record(root / VALIDATION)
    settings = TrainingSettings.from_json(record["settings"])
    tables = sorted((root / "folds").glob("*.csv"))
    if not tables:
        raise TrainingError(
            "review.unfinished", f"{root.name!r} has no finished fold yet.", "Call hemoscope cross-validate again."
        )
    collection = _same_collection(require_data(data, Kind.GROUPS), record["sha256"])
    said = _join([row for table in tables for row in read_rows(table, HeldOut)])
    items = [item for item in collection if item.key in said]
    seen: list[SeenItem] = []
    _, lost = prepare_each(
        items,
        lambda item: see_item(item, settings.preparation),
        take=seen.append,
        on_progress=partial(on_stage, "Preparing slices"),
    )
    threshold, decided = EVEN, AT_EVEN
    if specificity is not None:
        threshold, decided = _threshold(said, specificity), decided_in_words(specificity)
    return ReviewedRun(
        name=root.name,
        kind=f"{Kind.GROUPS}, {len(tables)} of {record['repeats'] * record['folds']} folds",
        model=settings.model,
        cases=tuple(_case(one, said[one.item.key], threshold, settings.preparation.window) for one in seen),
        decided=decided,
        is_calibrated=True,
        notes=(
            "A score is the mean of what the repeats say. Folds keep no network, so that there are no maps.",
            *([f"{len(lost):,} slices can no longer be prepared and are left out."] if lost else []),
        ),
    )


def _same_collection(data: Path, sha256: str) -> Collection:
    collection = load_labelled(data)
    if collection.data_hash() != sha256:
        raise TrainingError("run.data_changed", "The collection is not the one that was scored.", "Name that one.")
    return collection


def _case(seen: SeenItem, answer: _Answer, threshold: float, window: Window) -> ReviewedCase:
    return ReviewedCase(
        key=seen.item.key,
        origin="",
        group=answer.group,
        truth=answer.label,
        score=answer.probability,
        threshold=threshold,
        inputs=seen.inputs,
        brain=seen.brain,
        subtypes=seen.subtypes,
        mask=seen.mask,
        window=window,
    )


def _join(rows: Sequence[HeldOut]) -> dict[str, _Answer]:
    by_key: dict[str, list[HeldOut]] = {}
    for row in rows:
        by_key.setdefault(row.key, []).append(row)
    return {
        key: _Answer(own[0].label, own[0].group, float(np.mean([row.probability for row in own])))
        for key, own in by_key.items()
    }


def _threshold(said: dict[str, _Answer], specificity: float) -> float:
    truths = np.array([answer.label for answer in said.values()])
    return threshold_at(truths, np.array([answer.probability for answer in said.values()]), specificity=specificity)
