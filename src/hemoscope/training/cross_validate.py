"""Grouped cross-validation: every slice is scored by networks that never saw its group.

Each fold chooses epoch, calibration and thresholds inside the part that it learns from, as `fold` says.

    validation.json   settings, data hash, folds: what a continued run must match
    folds/            a table per finished fold; a stopped run goes on after them
    predictions.csv   all of them
    figures.json      pooled and per repeat
"""

import json
import os
from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path

import numpy as np

from hemoscope.evaluation.figures import figures_as_json
from hemoscope.evaluation.folds import HeldOut, summarize
from hemoscope.evaluation.splits import grouped_folds
from hemoscope.models.registry import find_model
from hemoscope.training.data import PreparedCollection, load_labelled, prepare_grouped
from hemoscope.training.fold import DECISIONS, judge_fold
from hemoscope.training.observe import Observer
from hemoscope.training.rows import scratch
from hemoscope.training.run import csv_text, read_rows, require_same
from hemoscope.training.settings import TrainingSettings
from hemoscope.writing.atomic import write_text


@dataclass(frozen=True, slots=True)
class Plan:
    """How to cross-validate.

    Attributes:
        settings: How to train each network.
        repeats: How many arrangements of the folds.
        folds: Into how many parts.
    """

    settings: TrainingSettings
    repeats: int = 5
    folds: int = 5


def cross_validate(
    data: str | os.PathLike[str],
    out: str | os.PathLike[str],
    *,
    plan: Plan | None = None,
    groups_file: str | os.PathLike[str] | None = None,
    observer: Observer | None = None,
) -> list[HeldOut]:
    """Cross-validate a network; the same call goes on where an earlier one was stopped.

    Args:
        data: A labelled collection.
        out: Where to keep folds, predictions and figures.
        plan: How; the defaults unless given.
        groups_file: CSV with a group per slice; slices that are nearly the same are joined in any case.
        observer: Told what happens.

    Returns:
        A row per slice and repeat.

    Raises:
        TrainingError: "validation.changed" where `out` holds the folds of another plan or other data.
        DatasetError: The collection cannot be used, or has too few groups.
    """
    plan, observer, folder = plan or Plan(TrainingSettings()), observer or Observer(), Path(out)
    find_model(plan.settings.model)
    collection = load_labelled(data, groups_file=groups_file, observer=observer)
    _check_same(folder, plan, data_hash=collection.data_hash(), groups=collection.groups)
    rows: list[HeldOut] = []
    with scratch(folder) as place:
        path = place / "inputs.npy"
        prepared = prepare_grouped(collection, settings=plan.settings, path=path, on_progress=observer.on_prepare)
        labels, groups = prepared.collection.labels, prepared.collection.groups
        for repeat in range(plan.repeats):
            arrangement = grouped_folds(labels, groups, folds=plan.folds, seed=plan.settings.seed + repeat)
            for fold, parts in enumerate(arrangement):
                rows += _one_fold(folder, plan, prepared, (repeat, fold), parts, place=place)
                observer.on_fold(repeat * plan.folds + fold + 1, plan.repeats * plan.folds)
    write_text(folder / "predictions.csv", csv_text([asdict(row) for row in rows]))
    write_text(folder / "figures.json", json.dumps(figures_as_json(summarize(rows)), indent=2) + "\n")
    return rows


def _check_same(folder: Path, plan: Plan, *, data_hash: str, groups: Sequence[str]) -> None:
    """Keep what is about to be done, or make sure that it is what was begun."""
    record = {
        "settings": plan.settings.as_json(),
        "repeats": plan.repeats,
        "folds": plan.folds,
        "sha256": data_hash,
        "groups": list(groups),
        "decisions": DECISIONS,
    }
    path = folder / "validation.json"
    require_same(path, record, code="validation.changed", what="the folds")
    write_text(path, json.dumps(record, indent=2) + "\n")


def _one_fold(
    folder: Path,
    plan: Plan,
    prepared: PreparedCollection,
    which: tuple[int, int],
    parts: tuple[np.ndarray, np.ndarray],
    *,
    place: Path,
) -> list[HeldOut]:
    """Train and score one fold, or read what an earlier call made of it."""
    repeat, fold = which
    path = folder / "folds" / f"repeat-{repeat}-fold-{fold}.csv"
    if not path.is_file():
        settings = replace(plan.settings, seed=plan.settings.seed + repeat * plan.folds + fold)
        judged = judge_fold(prepared, learned=parts[0], held_out=parts[1], settings=settings, place=place)
        rows = [
            HeldOut(
                repeat=repeat,
                fold=fold,
                key=item.key,
                label=item.label,
                group=item.group,
                score=float(judged.scores[index]),
                calibration=judged.calibration,
                probability=float(judged.probabilities[index]),
                is_positive=int(judged.called[index]),
                answer=int(judged.answers[index]),
            )
            for index, item in enumerate(prepared.collection.only(parts[1].tolist()))
        ]
        write_text(path, csv_text([asdict(row) for row in rows]))
    return read_rows(path, HeldOut)
