"""Leave one origin out: train on all others, test on the one left out, for each in turn.

validation.json   settings, data hash, blocks: what a continued call must match
runs/             the run of each block, resumable by itself
blocks/           a table per finished block
predictions.csv   all of them
figures.json      by origin, and their mean
"""

import json
import os
from dataclasses import asdict
from pathlib import Path
from typing import Any

import cv2
import numpy as np

from hemoscope.datasets.origins import Pool, load_origins
from hemoscope.errors import DatasetError
from hemoscope.evaluation.figures import figures_as_json
from hemoscope.evaluation.held_out import HeldOutCase, summarize_origins
from hemoscope.evaluation.localization import dice, hits
from hemoscope.models.map_net import with_mirror
from hemoscope.training.maps.calibrate import predict_pool
from hemoscope.training.maps.fit import fit_maps, train_prepared_maps
from hemoscope.training.maps.prepare import BRAIN_BIT, PreparedPool, prepare_pool
from hemoscope.training.observe import Observer
from hemoscope.training.rows import scratch
from hemoscope.training.run import Run, csv_text, load_best, read_rows, require_same
from hemoscope.training.settings import TrainingSettings
from hemoscope.writing.atomic import write_text


def arrange_blocks(pool: Pool) -> list[tuple[str, ...]]:
    """Arrange which origins are left out together.

    An origin of which slices of one class alone are known borrows the other class from one that has both: the smaller
    of those, each used once. An origin with both classes that lends to none stands alone. One without any hemorrhage
    has nothing to be found and is always learned from.

    Raises:
        DatasetError: "data.one_origin" where nothing would be left to learn from.
    """
    sizes = {str(origin): int((pool.origins == origin).sum()) for origin in dict.fromkeys(pool.origins)}
    if len(sizes) < 2:
        raise DatasetError("data.one_origin", "Expected several origins; received one.", "Add another collection.")
    has_blood = {case.origin for case in pool if case.any == 1 or case.patient_has_hemorrhage}
    is_whole = {origin: {0.0, 1.0} <= {case.any for case in pool if case.origin == origin} for origin in sizes}
    lenders = sorted((origin for origin in sizes if is_whole[origin]), key=sizes.__getitem__)
    borrowers = sorted((origin for origin in has_blood if not is_whole[origin]), key=sizes.__getitem__)
    blocks = [(borrower, *lenders[place : place + 1]) for place, borrower in enumerate(borrowers)]
    return blocks + [(lender,) for lender in lenders[len(borrowers) :]]


def leave_origins_out(
    data: str | os.PathLike[str],
    out: str | os.PathLike[str],
    *,
    settings: TrainingSettings,
    workers: int = 0,
    observer: Observer | None = None,
) -> list[HeldOutCase]:
    """Leave each origin out once; the same call goes on where an earlier one was stopped.

    Args:
        data: The folder that holds the collections.
        out: Where to keep runs, predictions and figures.
        settings: How to train each network.
        workers: Processes that paint and change slices; 0 for a thread of this one.
        observer: Told what happens.

    Returns:
        A row per slice that could be scored.

    Raises:
        TrainingError: "validation.changed" where `out` holds the blocks of other settings or other data.
        DatasetError: The collections cannot be used.
    """
    folder, observer = Path(out), observer or Observer()
    pool = load_origins(data)
    blocks, data_hash = arrange_blocks(pool), pool.data_hash()
    record = {"settings": settings.as_json(), "blocks": [list(block) for block in blocks], "sha256": data_hash}
    require_same(folder / "validation.json", record, code="validation.changed", what="the folds")
    write_text(folder / "validation.json", json.dumps(record, indent=2) + "\n")
    missing = [block for block in blocks if not table_of_block(folder, block).is_file()]
    if missing:
        with scratch(folder) as place:
            prepared = prepare_pool(
                pool,
                settings=settings.preparation,
                paths=(place / "inputs.npy", place / "areas.npy"),
                on_progress=observer.on_prepare,
            )
            for block in missing:
                run = run_of_block(folder, block)
                if run.has_started:
                    fit_maps(run, observer, workers=workers)
                else:
                    learned = prepared.only(np.flatnonzero(~np.isin(prepared.pool.origins, block)))
                    train_prepared_maps(
                        learned, run.folder, settings=settings, data_hash=data_hash, workers=workers, observer=observer
                    )
                rows = _judge_block(run, prepared, block)
                write_text(table_of_block(folder, block), csv_text([asdict(row) for row in rows]))
                _drop_inputs(run)
                observer.on_fold(1 + blocks.index(block), len(blocks))
    found = [row for block in blocks for row in read_rows(table_of_block(folder, block), HeldOutCase)]
    write_text(folder / "predictions.csv", csv_text([asdict(row) for row in found]))
    write_text(folder / "figures.json", json.dumps(figures_as_json(summarize_origins(found)), indent=2) + "\n")
    return found


def _judge_block(run: Run, prepared: PreparedPool, block: tuple[str, ...]) -> list[HeldOutCase]:
    """Score the origins that a run was trained without."""
    held_out = prepared.only(np.flatnonzero(np.isin(prepared.pool.origins, block)))
    return judge_pool(with_mirror(load_best(run)), held_out, block="+".join(block))


def run_of_block(folder: Path, block: tuple[str, ...]) -> Run:
    """Name the run that leaves a block's origins out."""
    return Run.at(folder / "runs" / "+".join(block))


def _drop_inputs(run: Run) -> None:
    """Remove what is large and can be made again from the data."""
    for name in ("inputs.npy", "areas.npy"):
        (run.folder / name).unlink(missing_ok=True)


def judge_pool(network: Any, held_out: PreparedPool, *, block: str) -> list[HeldOutCase]:
    """Score slices and compare their maps with the masks that are there.

    Args:
        network: keras.Model with scores and maps.
        held_out: The slices.
        block: Name of what was left out.
    """
    scores, maps = predict_pool(network, held_out)
    rows = []
    for index, case in enumerate(held_out.pool):
        known = case.patient_has_hemorrhage
        hit, overlap = (-1, -1.0) if case.mask is None else _compare(maps[index, :, :, 0], held_out.areas[index])
        rows.append(
            HeldOutCase(
                key=case.key,
                origin=case.origin,
                group=case.group,
                block=block,
                is_doubtful=int(case.is_doubtful),
                patient_has_hemorrhage=-1 if known is None else int(known),
                truths=" ".join(f"{target:g}" for target in case.targets),
                scores=" ".join(f"{score:.5f}" for score in scores[index]),
                hit=hit,
                dice=overlap,
            )
        )
    return rows


def _compare(cells: np.ndarray, area: np.ndarray) -> tuple[int, float]:
    """Compare a map of logits with a mask at the input's resolution."""
    rows, columns = area.shape
    found = cv2.resize(cells, (columns, rows), interpolation=cv2.INTER_LINEAR)
    mask = (area & (BRAIN_BIT - 1)) > 0
    return int(hits(found, mask)), dice(found > 0, mask)


def table_of_block(folder: Path, block: tuple[str, ...]) -> Path:
    """Name the table of what that run said of them; it is there once the block is finished."""
    return folder / "blocks" / ("+".join(block) + ".csv")
