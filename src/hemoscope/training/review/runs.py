"""A training run: its validation part, scored by its best epoch; everything that takes is in its folder."""

import os

import numpy as np

from hemoscope.errors import TrainingError
from hemoscope.models.map_net import with_mirror
from hemoscope.models.registry import find_model
from hemoscope.review.anatomy import enclosed_brain
from hemoscope.review.cases import OnStage, ReviewedCase, ReviewedRun, in_silence
from hemoscope.review.decide import SPECIFICITY, decided_in_words, threshold_at, to_unit
from hemoscope.review.kinds import Kind
from hemoscope.training.calibrate import score
from hemoscope.training.maps.keep import read_pool
from hemoscope.training.review.pool import ask, cases_of, labelled
from hemoscope.training.run import VALIDATION, Run, load_best

FLATTERED = "The validation part also chose the epoch, so that it flatters the network a little."


def review_run(
    folder: str | os.PathLike[str], *, specificity: float | None = None, on_stage: OnStage = in_silence
) -> ReviewedRun:
    """Collect the validation part of a run.

    Args:
        folder: The run.
        specificity: What the threshold keeps on these slices; SPECIFICITY unless given.
        on_stage: Told what is done.

    Raises:
        TrainingError: "run.not_found" or "run.no_epoch".
        DatasetError: The specificity cannot be kept.
        MissingExtraError: The extra [train] is not installed.
    """
    run, kept = Run.at(folder), SPECIFICITY if specificity is None else specificity
    if not run.record or not run.best_epoch:
        raise TrainingError("run.no_epoch", "The run has no epoch to review.", "Train it with --resume first.")
    collect = _with_maps if find_model(run.settings.model).has_maps else _without_maps
    return ReviewedRun(
        name=run.folder.name,
        kind=f"{Kind.RUN}: its validation part at epoch {run.best_epoch} of {run.last_epoch}",
        model=run.settings.model,
        cases=tuple(collect(run, kept, on_stage)),
        decided=decided_in_words(kept),
        is_calibrated=False,
        notes=(FLATTERED,),
    )


def _with_maps(run: Run, specificity: float, on_stage: OnStage) -> list[ReviewedCase]:
    held_out = read_pool(run).only(np.flatnonzero([row.part == VALIDATION for row in run.split]))
    held_out = held_out.only(labelled(held_out.pool))
    said = ask(with_mirror(load_best(run)), held_out, on_stage=on_stage)
    scores, truths = to_unit(said.scores[:, 0]), held_out.pool.targets[:, 0].astype(int)
    threshold = threshold_at(truths, scores, specificity=specificity)
    window = run.settings.preparation.window
    return cases_of(held_out, said, scores=scores, threshold=threshold, window=window)


def _without_maps(run: Run, specificity: float, on_stage: OnStage) -> list[ReviewedCase]:
    inputs, labels, _ = run.part(VALIDATION)
    rows = [row for row in run.split if row.part == VALIDATION]
    on_stage("Scoring", 0, len(rows))
    scores = to_unit(score(load_best(run), inputs))
    threshold = threshold_at(labels[:, 0].astype(int), scores, specificity=specificity)
    return [
        ReviewedCase(
            key=row.key,
            origin="",
            group=row.group,
            truth=row.label,
            score=float(scores[index]),
            threshold=threshold,
            inputs=inputs[index][:, :, 0],
            brain=enclosed_brain(inputs[index][:, :, 0]),
            window=run.settings.preparation.window,
        )
        for index, row in enumerate(rows)
    ]
