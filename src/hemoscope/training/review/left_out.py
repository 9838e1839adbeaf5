"""A cross-validation by origin: every slice of a finished block, with the scores it was given and its map, made again.

The blocks drop their prepared slices, so these are prepared again from the data; one finished block is enough.
"""

import os
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path

import numpy as np

from hemoscope.datasets.origins import Pool, load_origins
from hemoscope.errors import TrainingError
from hemoscope.evaluation.held_out import HeldOutCase
from hemoscope.models.map_net import with_mirror
from hemoscope.review.cases import OnStage, ReviewedCase, ReviewedRun, in_silence
from hemoscope.review.decide import SPECIFICITY, decided_in_words, threshold_at, to_unit
from hemoscope.review.kinds import VALIDATION, Kind, read_record, require_data
from hemoscope.training.maps.leave_out import run_of_block, table_of_block
from hemoscope.training.maps.prepare import prepare_pool
from hemoscope.training.review.pool import Said, ask, cases_of
from hemoscope.training.run import Run, load_best, read_rows
from hemoscope.training.settings import TrainingSettings

SAME_LOGIT = 0.05
"""Scores that differ by more were given to a slice that was prepared otherwise."""


@dataclass
class _Collected:
    """What is gathered block by block."""

    cases: list[ReviewedCase] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)


def review_left_out(
    folder: str | os.PathLike[str],
    data: str | os.PathLike[str] | None,
    *,
    specificity: float | None = None,
    on_stage: OnStage = in_silence,
) -> ReviewedRun:
    """Collect the slices of the finished blocks; each block has a threshold of its own, as their networks differ.

    Args:
        folder: What `leave_origins_out` wrote, finished or not.
        data: The folder that holds the collections.
        specificity: What each threshold keeps on its block's slices; SPECIFICITY unless given.
        on_stage: Told what is done.

    Raises:
        InputError: "review.needs_data", or the record cannot be read.
        TrainingError: "review.unfinished" where no block is finished, "run.data_changed" where the data is another.
        DatasetError: The collections cannot be used.
        MissingExtraError: The extra [train] is not installed.
    """
    root, kept = Path(folder), SPECIFICITY if specificity is None else specificity
    record = read_record(root / VALIDATION)
    finished = [block for block in map(tuple, record["blocks"]) if table_of_block(root, block).is_file()]
    if not finished:
        raise TrainingError(
            "review.unfinished", f"{root.name!r} has no finished block yet.", "Call hemoscope cross-validate again."
        )
    pool = load_origins(require_data(data, Kind.ORIGINS))
    if pool.data_hash() != record["sha256"]:
        raise TrainingError("run.data_changed", "The collections are not those that were scored.", "Name those.")
    found = _Collected()
    for block in finished:
        rows = read_rows(table_of_block(root, block), HeldOutCase)
        _collect(found, run_of_block(root, block), rows, pool, specificity=kept, on_stage=on_stage)
    return ReviewedRun(
        name=root.name,
        kind=f"{Kind.ORIGINS}, {len(finished)} of {len(record['blocks'])} blocks",
        model=TrainingSettings.from_json(record["settings"]).model,
        cases=tuple(found.cases),
        decided=f"{decided_in_words(kept)}, for each block by itself",
        is_calibrated=False,
        notes=tuple(found.notes),
    )


def _collect(
    found: _Collected, run: Run, rows: Sequence[HeldOutCase], pool: Pool, *, specificity: float, on_stage: OnStage
) -> None:
    """Add the cases of one block, and what cannot be had of it."""
    block = run.folder.name
    known = {row.key: row for row in rows if _truth(row) >= 0}
    if unknown := len(rows) - len(known):
        found.notes.append(f"{block}: {unknown:,} slices of which only the patient's label is known are left out.")
    truths = np.array([_truth(row) for row in known.values()], int)
    if len(set(truths.tolist())) < 2:
        found.notes.append(f"{block}: slices of one class alone have no threshold and are left out.")
        return
    scores = to_unit(np.array([_logits(row)[0] for row in known.values()]))
    threshold = threshold_at(truths, scores, specificity=specificity)
    places = [place for place, case in enumerate(pool) if case.key in known]
    prepared = prepare_pool(
        pool.only(places), settings=run.settings.preparation, on_progress=partial(on_stage, "Preparing slices")
    )
    if lost := len(known) - len(prepared.pool):
        found.notes.append(f"{block}: {lost:,} slices can no longer be prepared and are left out.")
    scored = [known[case.key] for case in prepared.pool]
    prepared = replace(prepared, pool=prepared.pool.regrouped([row.group for row in scored]))
    said = ask(with_mirror(load_best(run)), prepared, on_stage=on_stage)
    logits = np.array([_logits(row) for row in scored])
    if np.abs(said.scores - logits).max() > SAME_LOGIT:
        found.notes.append(f"{block}: some slices score otherwise than they did; maps are as they come out now.")
    found.cases += cases_of(
        prepared,
        Said(logits, said.cells),
        scores=to_unit(logits[:, 0]),
        threshold=threshold,
        window=run.settings.preparation.window,
    )


def _truth(row: HeldOutCase) -> float:
    return float(row.truths.split()[0])


def _logits(row: HeldOutCase) -> list[float]:
    return [float(score) for score in row.scores.split()]
