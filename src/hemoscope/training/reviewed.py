"""From a finished run to what can be reviewed of it: every labelled slice with its answer, its map and its mask."""

import os
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import cv2
import numpy as np

from hemoscope.datasets.origins import load_origins
from hemoscope.errors import TrainingError
from hemoscope.evaluation.held_out import HeldOutCase
from hemoscope.models.map_net import with_mirror
from hemoscope.models.registry import find_model
from hemoscope.review.cases import ReviewedCase, ReviewedRun
from hemoscope.review.decide import SPECIFICITY, decided_in_words, threshold_at, to_unit
from hemoscope.terms import SUBTYPES, Label
from hemoscope.training.calibrate import score
from hemoscope.training.maps.calibrate import predict_pool
from hemoscope.training.maps.keep import read_pool
from hemoscope.training.maps.prepare import BRAIN_BIT, PreparedPool, prepare_pool
from hemoscope.training.observe import Observer
from hemoscope.training.run import VALIDATION, Run, load_best, read_rows

WHITE = 0.98
"""From here on a prepared slice shows bone."""


def read_reviewed(
    folder: str | os.PathLike[str],
    *,
    data: str | os.PathLike[str] | None = None,
    specificity: float = SPECIFICITY,
    observer: Observer | None = None,
) -> ReviewedRun:
    """Read a run for review.

    Args:
        folder: Of a training run, whose validation part is reviewed, or of a cross-validation that left origins out.
        data: The folder that holds the collections, of which a cross-validation kept no slices.
        specificity: Share of the slices without hemorrhage that the threshold keeps below it.
        observer: Told how many slices are prepared.

    Raises:
        TrainingError: "run.not_found" for another folder, "review.needs_data" where slices are needed and not given.
        DatasetError: Slices of one class alone: no threshold can be set.
    """
    run = Run.at(folder)
    if run.has_started:
        return _training_run(run, specificity)
    if not (run.folder / "predictions.csv").is_file() or not (run.folder / "blocks").is_dir():
        raise TrainingError(
            "run.not_found",
            f"{run.folder.name!r} is neither a training run nor a cross-validation that left origins out.",
            "Name the OUT folder of hemoscope train, or of hemoscope cross-validate --leave-out origin.",
        )
    if data is None:
        raise TrainingError(
            "review.needs_data",
            "A cross-validation keeps scores and no slices.",
            "Name the folder that holds the collections: --data.",
        )
    return _left_out(run.folder, data, specificity, observer or Observer())


def _training_run(run: Run, specificity: float) -> ReviewedRun:
    network = load_best(run)
    held_out = np.array([row.part == VALIDATION for row in run.split])
    if find_model(run.settings.model).has_maps:
        pool = read_pool(run).only(np.flatnonzero(held_out))
        cases = _judge(pool, *predict_pool(with_mirror(network), pool), specificity=specificity)
    else:
        cases = _scored(run, network, specificity)
    return ReviewedRun(
        name=run.folder.name,
        kind="the validation part of a training run",
        model=run.settings.model,
        cases=tuple(cases),
        decided=decided_in_words(specificity),
        is_calibrated=False,
    )


def _scored(run: Run, network: Any, specificity: float) -> list[ReviewedCase]:
    """Review a network that gives scores alone."""
    inputs, labels, groups = run.part(VALIDATION)
    keys = [row.key for row in run.split if row.part == VALIDATION]
    truths, scores = labels[:, 0].astype(int), to_unit(score(network, inputs))
    threshold = threshold_at(truths, scores, specificity=specificity)
    return [
        ReviewedCase(key, "", str(group), int(truth), float(said), threshold, one[..., 0], enclosed(one[..., 0]))
        for key, group, truth, said, one in zip(keys, groups, truths, scores, inputs, strict=True)
    ]


def _left_out(folder: Path, data: str | os.PathLike[str], specificity: float, observer: Observer) -> ReviewedRun:
    rows = read_rows(folder / "predictions.csv", HeldOutCase)
    blocks = list(dict.fromkeys(row.block for row in rows))
    settings = Run.at(folder / "runs" / blocks[0]).settings
    pool = load_origins(data)
    prepared = prepare_pool(pool, settings=settings.preparation, on_progress=observer.on_prepare)
    cases: list[ReviewedCase] = []
    for block in blocks:
        own = prepared.only(np.flatnonzero(np.isin(prepared.pool.origins, block.split("+"))))
        network = with_mirror(load_best(Run.at(folder / "runs" / block)))
        cases += _judge(own, *predict_pool(network, own), specificity=specificity)
    return ReviewedRun(
        name=folder.name,
        kind="origins that the network never saw",
        model=settings.model,
        cases=tuple(cases),
        decided=f"{decided_in_words(specificity)}, for each network by itself",
        is_calibrated=False,
    )


def _judge(pool: PreparedPool, scores: np.ndarray, maps: np.ndarray, *, specificity: float) -> list[ReviewedCase]:
    """Make a case of every slice whose label is known."""
    truths, said = pool.pool.targets[:, 0], to_unit(scores)
    known = np.flatnonzero(truths >= 0)
    threshold = threshold_at(truths[known].astype(int), said[known, 0], specificity=specificity)
    return [_case(pool, int(index), said[index], maps[index], threshold) for index in known]


def _case(pool: PreparedPool, index: int, said: Sequence[float], cells: np.ndarray, threshold: float) -> ReviewedCase:
    case, area = pool.pool.cases[index], pool.areas[index]
    targets = dict(zip(Label, case.targets, strict=True))
    return ReviewedCase(
        key=case.key,
        origin=case.origin,
        group=str(pool.pool.groups[index]),
        truth=int(pool.pool.targets[index, 0]),
        score=float(said[0]),
        threshold=threshold,
        inputs=pool.inputs[index][:, :, 0].astype(np.float32),
        brain=(area & BRAIN_BIT) > 0,
        subtypes=tuple(label for label in SUBTYPES if targets[label] == 1),
        claimed=SUBTYPES[int(np.argmax(said[1:]))],
        is_doubtful=case.is_doubtful,
        cells=cells[:, :, 0],
        mask=None if case.mask is None else (area & (BRAIN_BIT - 1)) > 0,
    )


def enclosed(inputs: np.ndarray) -> np.ndarray:
    """Find what bone encloses in a prepared slice: bool, of its shape (size, size).

    >>> ring = np.zeros((5, 5)); ring[1:4, 1:4] = 1; ring[2, 2] = 0.4
    >>> np.argwhere(enclosed(ring)).tolist()
    [[2, 2]]
    """
    walls = np.pad((inputs >= WHITE).astype(np.uint8), 1)
    cv2.floodFill(walls, None, (0, 0), 2)
    return np.asarray(walls[1:-1, 1:-1] == 0)
