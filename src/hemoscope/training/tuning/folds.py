"""The inner folds of a tuning: what a setting is worth on groups that its network did not learn from."""

import os
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np

from hemoscope.datasets.items import Collection
from hemoscope.datasets.origins import Pool, load_origins
from hemoscope.evaluation.metrics import auroc
from hemoscope.evaluation.splits import grouped_folds
from hemoscope.models.registry import find_model
from hemoscope.training.calibrate import score
from hemoscope.training.data import (
    PreparedCollection,
    hold_out,
    load_labelled,
    prepare_grouped,
)
from hemoscope.training.fit import train_prepared
from hemoscope.training.maps.fit import train_prepared_maps
from hemoscope.training.maps.prepare import PreparedPool, prepare_pool
from hemoscope.training.observe import Observer
from hemoscope.training.rows import Rows
from hemoscope.training.run import load_best
from hemoscope.training.settings import TrainingSettings
from hemoscope.training.tuning.plan import TuningPlan
from hemoscope.training.tuning.search import ScoreFold

Parts = tuple[np.ndarray, np.ndarray]


@dataclass(frozen=True, slots=True)
class Source:
    """The data of a tuning, not yet prepared.

    Attributes:
        data: A collection, or a pool where the network learns maps.
        identity: Its hash and groups: what a continued tuning must match.
    """

    data: Collection | Pool
    identity: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Folds:
    """The folds of a tuning, prepared.

    Attributes:
        score: From settings and the number of a fold to the AUROC on it.
        facts: What all trials have in common, for the report.
    """

    score: ScoreFold
    facts: dict[str, str]


def read_source(
    data: str | os.PathLike[str], plan: TuningPlan, *, groups_file: str | os.PathLike[str] | None
) -> Source:
    """Read what the plan's network learns from."""
    if find_model(plan.settings.model).has_maps:
        found: Collection | Pool = load_origins(data)
    else:
        found = load_labelled(data, groups_file=groups_file)
    return Source(found, {"sha256": found.data_hash(), "groups": [str(group) for group in found.groups]})


def make_folds(source: Source, plan: TuningPlan, *, place: Path, observer: Observer) -> Folds:
    """Prepare the slices once and divide them, groups whole.

    Args:
        source: The data.
        plan: How to tune.
        place: An existing folder to keep slices in, and to train in as long as the folds are used.
        observer: Told how many are prepared.

    Raises:
        DatasetError: Too few groups, or nothing that could be prepared.
    """
    data_hash = source.identity["sha256"]
    if isinstance(source.data, Pool):
        pool = prepare_pool(
            source.data,
            settings=plan.settings.preparation,
            paths=(place / "inputs.npy", place / "areas.npy"),
            on_progress=observer.on_prepare,
        )
        labels, groups = pool.pool.targets[:, 0], pool.pool.groups
        known = np.flatnonzero(~np.isin(groups, groups[labels < 0]))
        parts = _divide(labels[known].astype(int), groups[known], plan)
        held_out = [known[part] for _, part in parts]
        score_fold: ScoreFold = partial(_score_maps, pool, held_out, data_hash, place)
        return Folds(score_fold, _facts(plan, labels[known].astype(int), groups[known]) | {"data, SHA-256": data_hash})
    prepared = prepare_grouped(
        source.data, settings=plan.settings, path=place / "inputs.npy", on_progress=observer.on_prepare
    )
    own_labels, own_groups = np.array(prepared.collection.labels), np.array(prepared.collection.groups)
    parts = _divide(own_labels, own_groups, plan)
    facts = _facts(plan, own_labels, own_groups) | {"data, SHA-256": data_hash}
    return Folds(partial(_score_slices, prepared, parts, data_hash, place), facts)


def _divide(labels: np.ndarray, groups: np.ndarray, plan: TuningPlan) -> list[Parts]:
    return list(grouped_folds(labels.tolist(), groups.tolist(), folds=plan.folds, seed=plan.settings.seed))


def _facts(plan: TuningPlan, labels: np.ndarray, groups: np.ndarray) -> dict[str, str]:
    """Say for the report what all trials have in common."""
    settings = plan.settings
    return {
        "slices": f"{len(labels)}, {int(labels.sum())} with hemorrhage, in {len(set(groups))} groups",
        "inner folds": str(plan.folds),
        "epochs": f"at most {settings.epochs}; stopped after {settings.patience} in vain",
        "input": f"{settings.preparation.size} pixels square",
        "seed": str(settings.seed),
    }


def _score_slices(
    prepared: PreparedCollection,
    folds: Sequence[Parts],
    data_hash: str,
    place: Path,
    settings: TrainingSettings,
    fold: int,
) -> float:
    """Train on all folds but one, and measure the AUROC of that one."""
    held_out = folds[fold][1]
    split = hold_out(prepared.collection, held_out)
    settings = replace(settings, seed=settings.seed + fold)
    with tempfile.TemporaryDirectory(dir=place) as temporary:
        run = train_prepared(prepared, split, Path(temporary) / "run", settings=settings, data_hash=data_hash)
        network = load_best(run)
    return auroc(np.array(prepared.collection.labels)[held_out], score(network, Rows(prepared.inputs, held_out)))


def _score_maps(
    prepared: PreparedPool,
    folds: Sequence[np.ndarray],
    data_hash: str,
    place: Path,
    settings: TrainingSettings,
    fold: int,
) -> float:
    """Train a network with maps on all folds but one, and measure the AUROC of that one."""
    held_out = folds[fold]
    learned = np.setdiff1d(np.arange(len(prepared.pool)), held_out)
    settings = replace(settings, seed=settings.seed + fold)
    with tempfile.TemporaryDirectory(dir=place) as temporary:
        run = train_prepared_maps(
            prepared.only(learned), Path(temporary) / "run", settings=settings, data_hash=data_hash
        )
        network = load_best(run)
    truth = prepared.pool.targets[held_out, 0].astype(int)
    return auroc(truth, score(network, Rows(prepared.inputs, held_out)))
