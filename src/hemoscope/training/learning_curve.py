"""Would more patients help? Train on more and more groups, and judge each network on the same groups held out.

Each training is a fold of a cross-validation: epoch, calibration and threshold are chosen inside what it learns from.

plan.json            settings, repeats, sizes, data hash: what a continued call must match
learning_curve.csv   a row per finished training; a stopped call goes on after them
learning_curve.json  mean and range of each figure by number of groups, and what the last step gained
learning_curve.png   the same as a picture
"""

import json
import os
from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np

from hemoscope.datasets.items import Collection
from hemoscope.errors import InputError
from hemoscope.evaluation.learning_curve import LearningPoint, Part, arrange_parts, last_gain, learning_curve
from hemoscope.evaluation.metrics import accuracy, auroc
from hemoscope.models.registry import find_model
from hemoscope.training.curves import draw_learning_curve
from hemoscope.training.data import PreparedCollection, load_labelled, prepare_grouped
from hemoscope.training.fold import DECISIONS, judge_fold
from hemoscope.training.observe import Observer
from hemoscope.training.rows import scratch
from hemoscope.training.run import csv_text, read_rows, require_same
from hemoscope.training.settings import TrainingSettings
from hemoscope.writing.atomic import write_text

TABLE = "learning_curve.csv"
FEWEST = 2
"""Groups of each class in every part: one to learn from, one to choose epoch, calibration and threshold on."""
FIGURES = ("accuracy", "auroc")


@dataclass(frozen=True, slots=True)
class CurvePlan:
    """How to trace a learning curve.

    Attributes:
        settings: How to train each network; all of a repeat start from one seed.
        repeats: How many arrangements of the groups.
        sizes: Numbers of groups to learn from; unless given, all that are not held out, halved down to 4.
    """

    settings: TrainingSettings
    repeats: int = 5
    sizes: tuple[int, ...] | None = None


@dataclass(frozen=True, slots=True)
class Training:
    """One finished training.

    Attributes:
        repeat: Counted from 0.
        groups: How many it learned from, inner validation included.
        slices: How many these hold.
        slices_held_out: How many it was judged on.
        accuracy: At the balanced point that it chose itself.
        auroc: Of its scores.
    """

    repeat: int
    groups: int
    slices: int
    slices_held_out: int
    accuracy: float
    auroc: float


def trace_learning_curve(
    data: str | os.PathLike[str],
    out: str | os.PathLike[str],
    *,
    plan: CurvePlan | None = None,
    groups_file: str | os.PathLike[str] | None = None,
    observer: Observer | None = None,
) -> tuple[LearningPoint, ...]:
    """Train on more and more groups; the same call goes on where an earlier one was stopped.

    Args:
        data: A labelled collection.
        out: Where to keep table, figures and picture.
        plan: How; the defaults unless given.
        groups_file: CSV with a group per slice; slices that are nearly the same are joined in any case.
        observer: Told what happens.

    Returns:
        A point per number of groups, the smallest first, with accuracy and AUROC on groups held out.

    Raises:
        InputError: "model.learns_origins" for a network that learns from several origins.
        TrainingError: "validation.changed" where `out` holds a curve of another plan or other data.
        DatasetError: The collection cannot be used or has too few groups, or "metric.range" for sizes that cannot be.
        MissingExtraError: The extra [train] is not installed.
    """
    plan, observer, folder = plan or CurvePlan(TrainingSettings()), observer or Observer(), Path(out)
    _require_groups_learner(plan.settings.model)
    collection = load_labelled(data, groups_file=groups_file, observer=observer)
    record = _record(plan, collection)
    require_same(folder / "plan.json", record, code="validation.changed", what="a learning curve")
    with scratch(folder) as place:
        path = place / "inputs.npy"
        prepared = prepare_grouped(collection, settings=plan.settings, path=path, on_progress=observer.on_prepare)
        parts = arrange_parts(
            np.array(prepared.collection.labels),
            np.array(prepared.collection.groups),
            repeats=plan.repeats,
            sizes=plan.sizes,
            fewest=FEWEST,
            seed=plan.settings.seed,
        )
        write_text(folder / "plan.json", json.dumps(record, indent=2) + "\n")
        rows = _train_all(folder / TABLE, plan, prepared, parts, place=place, observer=observer)
    points = learning_curve(parts, [{name: getattr(row, name) for name in FIGURES} for row in rows])
    write_text(folder / "learning_curve.json", json.dumps(curve_as_json(points), indent=2) + "\n")
    draw_learning_curve(folder / "learning_curve.png", points)
    return points


def curve_as_json(points: Sequence[LearningPoint]) -> dict[str, Any]:
    """Return a curve as plain JSON values: its points, and what the last step gained."""
    return {
        "points": [
            {
                "groups": point.groups,
                "slices": point.items,
                **{
                    name: {**figure._asdict(), "each": list(point.each[name])} for name, figure in point.figures.items()
                },
            }
            for point in points
        ],
        "last_gain": {name: gain._asdict() for name, gain in last_gain(points).items()},
    }


def _require_groups_learner(model: str) -> None:
    """Refuse a network that learns from several origins, whose groups are not what it lacks.

    Raises:
        InputError: "model.unknown" or "model.learns_origins".
    """
    if find_model(model).has_maps:
        raise InputError(
            "model.learns_origins",
            f"Expected a network that learns from one collection; {model} learns from several origins.",
            "Name another network, or judge it with: hemoscope cross-validate --leave-out origin.",
        )


def _record(plan: CurvePlan, collection: Collection) -> dict[str, Any]:
    return {
        "settings": plan.settings.as_json(),
        "repeats": plan.repeats,
        "sizes": None if plan.sizes is None else sorted(set(plan.sizes)),
        "sha256": collection.data_hash(),
        "groups": list(collection.groups),
        "decisions": DECISIONS,
    }


def _train_all(
    table: Path,
    plan: CurvePlan,
    prepared: PreparedCollection,
    parts: Sequence[Part],
    *,
    place: Path,
    observer: Observer,
) -> list[Training]:
    """Train on each part that the table has no row of yet, and keep each row as soon as it is there."""
    rows = read_rows(table, Training) if table.is_file() else []
    observer.on_training(len(rows), len(parts))
    for part in parts[len(rows) :]:
        rows.append(_train_one(plan, prepared, part, place=place))
        write_text(table, csv_text([asdict(row) for row in rows]))
        observer.on_training(len(rows), len(parts))
    return rows


def _train_one(plan: CurvePlan, prepared: PreparedCollection, part: Part, *, place: Path) -> Training:
    settings = replace(plan.settings, seed=plan.settings.seed + part.repeat)
    judged = judge_fold(prepared, learned=part.learned, held_out=part.held_out, settings=settings, place=place)
    truth = np.array(prepared.collection.labels)[part.held_out]
    return Training(
        repeat=part.repeat,
        groups=part.groups,
        slices=len(part.learned),
        slices_held_out=len(part.held_out),
        accuracy=accuracy(truth, judged.called.astype(float), threshold=0.5),
        auroc=auroc(truth, judged.scores),
    )
