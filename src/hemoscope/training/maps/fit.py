"""Train a network that maps where the blood is, resumable after a kill at any moment."""

import os
from collections import Counter
from collections.abc import Callable
from typing import Any

import numpy as np

from hemoscope.datasets.origins import Pool
from hemoscope.evaluation.metrics import accuracy, auroc
from hemoscope.models.backend import import_keras
from hemoscope.models.registry import find_model
from hemoscope.training.calibrate import score
from hemoscope.training.callbacks import KeepRun, Report, is_exhausted
from hemoscope.training.curves import draw_curves
from hemoscope.training.devices import on_every_gpu
from hemoscope.training.maps.batches import MapBatches
from hemoscope.training.maps.drawing import drawing
from hemoscope.training.maps.keep import read_learned, rows_of
from hemoscope.training.maps.losses import map_loss, slice_loss
from hemoscope.training.maps.mixture import Mixture
from hemoscope.training.maps.patients import JudgePatients
from hemoscope.training.maps.prepare import PreparedPool, prepare_pool
from hemoscope.training.maps.split import split_pool
from hemoscope.training.observe import Observer
from hemoscope.training.precision import precision
from hemoscope.training.run import VALIDATION, Run
from hemoscope.training.schedule import gradual_decrease
from hemoscope.training.settings import TrainingSettings
from hemoscope.training.versions import versions

keras = import_keras()
WEIGHT_DECAY = 1e-4
LARGEST_STEP = 1.0
"""Gradients longer than this are shortened to it."""


def train_maps(
    pool: Pool,
    out: str | os.PathLike[str],
    *,
    settings: TrainingSettings,
    workers: int = 0,
    observer: Observer | None = None,
) -> Run:
    """Prepare a pool and train on it; see `train_prepared_maps`.

    Args:
        pool: Slices of several origins.
        out: The run folder.
        settings: How to train.
        workers: Processes that paint and change slices; 0 for a thread of this one. The result is the same.
        observer: Told what happens.
    """
    run, observer = Run.at(out), observer or Observer()
    prepared = prepare_pool(
        pool,
        settings=settings.preparation,
        paths=(run.inputs_path, run.areas_path),
        on_progress=observer.on_prepare,
    )
    return train_prepared_maps(
        prepared, out, settings=settings, data_hash=pool.data_hash(), workers=workers, observer=observer
    )


def train_prepared_maps(
    prepared: PreparedPool,
    out: str | os.PathLike[str],
    *,
    settings: TrainingSettings,
    data_hash: str,
    workers: int = 0,
    observer: Observer | None = None,
) -> Run:
    """Train on slices that are prepared already, as leaving an origin out does.

    Args:
        prepared: The slices to learn from; a part of every origin is held out for validation.
        out: The run folder.
        settings: How to train.
        data_hash: Of the pool.
        workers: As for `train_maps`.
        observer: Told what happens.
    """
    run, observer = Run.at(out), observer or Observer()
    parts = split_pool(prepared.pool, fraction=settings.validation_fraction, seed=settings.seed)
    data = _describe(prepared, data_hash=data_hash)
    record = {"format": 1, "settings": settings.as_json(), "data": data, "versions": versions()}
    run.begin(record, rows_of(prepared.pool, parts), prepared.inputs, areas=prepared.areas)
    observer.on_data(data)
    return fit_maps(run, observer, workers=workers)


def fit_maps(run: Run, observer: Observer, *, workers: int = 0) -> Run:
    """Train a run from where it stands to its end; `workers` as for `train_maps`."""
    with on_every_gpu():
        _learn(run, observer, workers=workers)
    draw_curves(run)
    return run


def _learn(run: Run, observer: Observer, *, workers: int) -> None:
    settings, first = run.settings, run.last_epoch
    keras.utils.set_random_seed(settings.seed)
    learned = read_learned(run)
    network = _load(run, first) if first else _build(settings)
    if is_exhausted(run) and first:
        return
    mixture = Mixture(learned, batch_size=settings.batch_size, seed=settings.seed)
    with drawing(run, mixture, workers=workers) as drawn:
        network.fit(
            MapBatches(drawn, steps=settings.steps, epoch=first),
            epochs=settings.epochs,
            initial_epoch=first,
            callbacks=[
                JudgePatients(learned, mixture, epochs=settings.epochs),
                Validate(run),
                KeepRun(run),
                Report(observer),
            ],
            shuffle=False,
            verbose=0,
        )


class Validate(keras.callbacks.Callback):  # type: ignore[name-defined]
    """After each epoch, score the validation part: hemorrhage or not."""

    def __init__(self, run: Run) -> None:
        super().__init__()
        self._inputs, labels, _ = run.part(VALIDATION)
        self._truth = labels[:, 0].astype(int)

    def on_epoch_end(self, epoch: int, logs: Any = None) -> None:
        """Add loss, AUROC and accuracy of the validation part to the epoch's row."""
        scores = score(self.model, self._inputs).astype(float)
        logs["val_loss"] = float(np.mean(np.logaddexp(0, np.where(self._truth == 1, -scores, scores))))
        logs["val_auroc"] = auroc(self._truth, scores)
        logs["val_accuracy"] = accuracy(self._truth, scores, threshold=0.0)


def _build(settings: TrainingSettings) -> Any:
    with precision(settings.precision):
        network = find_model(settings.model).build(size=settings.preparation.size, dropout=settings.dropout)
    network.compile(
        optimizer=keras.optimizers.AdamW(
            gradual_decrease(peak=settings.learning_rate, steps=settings.epochs * settings.steps),
            weight_decay=WEIGHT_DECAY,
            clipnorm=LARGEST_STEP,
        ),
        loss=LOSSES,
        jit_compile=False,  # measured: 4 times slower on a CPU with it
    )
    return network


LOSSES: dict[str, Callable[[Any, Any], Any]] = {"logits": slice_loss, "maps": map_loss}


def _load(run: Run, epoch: int) -> Any:
    names = {loss.__name__: loss for loss in LOSSES.values()}
    return keras.saving.load_model(run.checkpoint(epoch), custom_objects=names)


def _describe(prepared: PreparedPool, *, data_hash: str) -> dict[str, object]:
    """Say which data a run uses, as plain JSON values."""
    pool = prepared.pool
    counts = Counter(pool.origins.tolist())
    known = pool.targets[:, 0]
    return {
        "name": ", ".join(counts),
        "layout": "origins",
        "sha256": data_hash,
        "slices": len(pool),
        "positives": int((known == 1).sum()),
        "unlabelled": int((known < 0).sum()),
        "groups": len(set(pool.groups)),
        "largest_group": max(Counter(pool.groups.tolist()).values()),
        "origins": dict(counts),
        "left_out": {key: report.code for key, report in prepared.left_out.items()},
    }
