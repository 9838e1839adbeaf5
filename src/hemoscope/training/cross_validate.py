"""Grouped cross-validation: every slice is scored by networks that never saw its group.

Within each fold the part to learn from is split again, by group: the inner validation part chooses the epoch, the
calibration and the threshold. The held-out fold is looked at once, at the end.

    validation.json   settings, data hash, folds: what a continued run must match
    folds/            a table per finished fold; a stopped run goes on after them
    predictions.csv   all of them
    figures.json      pooled and per repeat
"""

import csv
import json
import os
import tempfile
from collections.abc import Sequence
from dataclasses import asdict, dataclass, fields, replace
from pathlib import Path
from typing import Any

import numpy as np

from hemoscope.datasets.load import load_collection
from hemoscope.datasets.splits import grouped_folds, grouped_holdout
from hemoscope.errors import TrainingError
from hemoscope.evaluation.figures import measure
from hemoscope.evaluation.intervals import Interval
from hemoscope.models.backend import import_keras
from hemoscope.models.registry import find_model
from hemoscope.training.calibrate import calibrate, score
from hemoscope.training.data import PreparedCollection, group_near_duplicates, prepare_collection
from hemoscope.training.fit import train_prepared
from hemoscope.training.observe import Observer
from hemoscope.training.run import TRAINING, VALIDATION, SplitRow, csv_text
from hemoscope.training.settings import TrainingSettings
from hemoscope.writing.atomic import write_text


@dataclass(frozen=True, slots=True)
class HeldOut:
    """One slice, scored by a network that never saw its group."""

    repeat: int
    fold: int
    key: str
    label: int
    group: str
    score: float
    probability: float
    is_positive: int


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
    collection = load_collection(data, groups_file=groups_file)
    _check_same(folder, plan, data_hash=collection.data_hash(), groups=collection.groups)
    prepared = prepare_collection(collection, settings=plan.settings.preparation, on_progress=observer.on_prepare)
    prepared = group_near_duplicates(prepared)
    rows: list[HeldOut] = []
    for repeat in range(plan.repeats):
        labels, groups = prepared.collection.labels, prepared.collection.groups
        arrangement = grouped_folds(labels, groups, folds=plan.folds, seed=plan.settings.seed + repeat)
        for fold, (learned, held_out) in enumerate(arrangement):
            rows += _one_fold(folder, plan, prepared, (repeat, fold), (learned, held_out))
            observer.on_fold(repeat * plan.folds + fold + 1, plan.repeats * plan.folds)
    write_text(folder / "predictions.csv", csv_text([asdict(row) for row in rows]))
    figures = {name: _as_json(figure) for name, figure in summarize(rows).items()}
    write_text(folder / "figures.json", json.dumps(figures, indent=2) + "\n")
    return rows


def summarize(rows: Sequence[HeldOut]) -> dict[str, dict[str, Interval]]:
    """Measure held-out predictions: "pooled" over all repeats, then each repeat by its number."""
    repeats = sorted({row.repeat for row in rows})
    parts = {"pooled": list(rows)} | {str(repeat): [row for row in rows if row.repeat == repeat] for repeat in repeats}
    return {
        name: measure(
            np.array([row.label for row in part]),
            np.array([row.probability for row in part]),
            np.array([row.is_positive for row in part]),
            np.array([row.group for row in part]),
            draws=2000 if name == "pooled" else 200,
        )
        for name, part in parts.items()
    }


def _check_same(folder: Path, plan: Plan, *, data_hash: str, groups: Sequence[str]) -> None:
    """Keep what is about to be done, or make sure that it is what was begun."""
    record = {
        "settings": plan.settings.as_json(),
        "repeats": plan.repeats,
        "folds": plan.folds,
        "sha256": data_hash,
        "groups": list(groups),
    }
    path = folder / "validation.json"
    if not path.is_file():
        write_text(path, json.dumps(record, indent=2) + "\n")
    elif json.loads(path.read_text(encoding="utf-8")) != record:
        raise TrainingError(
            "validation.changed",
            f"{folder.name!r} holds the folds of other settings, other groups or other data.",
            "Name another folder, or give the settings it was begun with.",
        )


def _one_fold(
    folder: Path,
    plan: Plan,
    prepared: PreparedCollection,
    place: tuple[int, int],
    parts: tuple[np.ndarray, np.ndarray],
) -> list[HeldOut]:
    """Train and score one fold, or read what an earlier call made of it."""
    repeat, fold = place
    path = folder / "folds" / f"repeat-{repeat}-fold-{fold}.csv"
    if not path.is_file():
        settings = replace(plan.settings, seed=plan.settings.seed + repeat * plan.folds + fold)
        rows = [
            HeldOut(repeat, fold, item.key, item.label, item.group, *answer)
            for item, answer in zip(
                prepared.collection.only(parts[1].tolist()), _train_and_score(prepared, parts, settings), strict=True
            )
        ]
        write_text(path, csv_text([asdict(row) for row in rows]))
    with path.open(newline="", encoding="utf-8") as stream:
        return [_read_row(row) for row in csv.DictReader(stream)]


def _train_and_score(
    prepared: PreparedCollection, parts: tuple[np.ndarray, np.ndarray], settings: TrainingSettings
) -> list[tuple[float, float, int]]:
    """Train on the first part, with an inner validation part cut from it, and score the second."""
    learned, held_out = parts
    inner = PreparedCollection(prepared.collection.only(learned.tolist()), prepared.inputs[learned], {})
    _, chosen = grouped_holdout(
        inner.collection.labels, inner.collection.groups, fraction=settings.validation_fraction, seed=settings.seed
    )
    validation = set(chosen.tolist())
    split = [
        SplitRow(item.key, item.label, item.group, VALIDATION if index in validation else TRAINING)
        for index, item in enumerate(inner.collection)
    ]
    with tempfile.TemporaryDirectory(prefix="hemoscope-fold-") as temporary:
        run = train_prepared(inner, split, Path(temporary) / "run", settings=settings)
        network = import_keras().saving.load_model(run.checkpoint(run.best_epoch), compile=False)
        calibration, point = calibrate(run, network)
    scores = score(network, prepared.inputs[held_out])
    probabilities = calibration.apply(scores)
    return [
        (float(one), float(probability), int(probability >= point.threshold))
        for one, probability in zip(scores, probabilities, strict=True)
    ]


def _read_row(row: dict[str, str]) -> HeldOut:
    kinds: dict[str, Any] = {field.name: field.type for field in fields(HeldOut)}
    return HeldOut(**{name: kinds[name](value) for name, value in row.items()})


def _as_json(figures: dict[str, Interval]) -> dict[str, dict[str, float]]:
    return {name: figure._asdict() for name, figure in figures.items()}
