"""Train a network on a labelled collection, resumable after a kill at any moment."""

import os
from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

from hemoscope.datasets.origins import load_origins
from hemoscope.errors import TrainingError
from hemoscope.models.backend import import_keras
from hemoscope.models.registry import find_model
from hemoscope.training.batches import Batches, InOrder
from hemoscope.training.callbacks import KeepRun, Report, is_exhausted
from hemoscope.training.curves import draw_curves
from hemoscope.training.data import (
    PreparedCollection,
    describe,
    load_labelled,
    prepare_grouped,
    split_collection,
)
from hemoscope.training.devices import on_every_gpu
from hemoscope.training.known import name_shipped
from hemoscope.training.maps.fit import fit_maps, train_maps
from hemoscope.training.observe import Observer
from hemoscope.training.precision import precision
from hemoscope.training.run import TRAINING, VALIDATION, Run, SplitRow
from hemoscope.training.schedule import gradual_decrease
from hemoscope.training.settings import TrainingSettings
from hemoscope.training.versions import versions


def train(
    data: str | os.PathLike[str],
    out: str | os.PathLike[str],
    *,
    settings: TrainingSettings | None = None,
    groups_file: str | os.PathLike[str] | None = None,
    workers: int = 0,
    observer: Observer | None = None,
) -> Run:
    """Train a network; the run folder `out` then holds everything needed to repeat or export it.

    Groups come from the collection and the groups file; slices that are nearly the same are always joined, so that
    none stands in training and validation.

    Args:
        data: A labelled collection of any layout; for a network with maps the folder that holds
            the collections of several origins.
        out: The run folder; must not hold a run.
        settings: How to train; the defaults unless given.
        groups_file: CSV with a group per slice.
        workers: Processes that paint and change slices for a network with maps; 0 for a thread of this one.
        observer: Told what happens.

    Raises:
        TrainingError: "run.exists".
        DatasetError: The collection cannot be used.
        MissingExtraError: The extra [train] is not installed.
    """
    run, settings, observer = Run.at(out), settings or TrainingSettings(), observer or Observer()
    if run.has_started:
        raise TrainingError(
            "run.exists", f"{run.folder.name!r} already holds a run.", "Pass --resume to go on, or name another folder."
        )
    if find_model(settings.model).has_maps:
        return train_maps(load_origins(data), out, settings=settings, workers=workers, observer=observer)
    collection = load_labelled(data, groups_file=groups_file, observer=observer)
    prepared = prepare_grouped(collection, settings=settings, path=run.inputs_path, on_progress=observer.on_prepare)
    split = split_collection(prepared.collection, settings)
    return train_prepared(prepared, split, out, settings=settings, data_hash=collection.data_hash(), observer=observer)


def train_prepared(
    prepared: PreparedCollection,
    split: Sequence[SplitRow],
    out: str | os.PathLike[str],
    *,
    settings: TrainingSettings,
    data_hash: str | None = None,
    observer: Observer | None = None,
) -> Run:
    """Train on slices that are prepared and split already, as cross-validation does.

    Args:
        prepared: The slices.
        split: A row per slice, in their order.
        out: The run folder.
        settings: How to train.
        data_hash: Of the whole collection; of the prepared part unless given.
        observer: Told what happens.
    """
    run, observer = Run.at(out), observer or Observer()
    data = describe(prepared, data_hash=data_hash or prepared.collection.data_hash())
    record = {"format": 1, "settings": settings.as_json(), "data": data, "versions": versions()}
    if find_model(settings.model).stands_on_shipped:
        record["stands_on"] = name_shipped()
    run.begin(record, [asdict(row) for row in split], prepared.inputs)
    observer.on_data(data)
    return _fit(run, observer)


def resume(
    data: str | os.PathLike[str],
    out: str | os.PathLike[str],
    *,
    workers: int = 0,
    observer: Observer | None = None,
) -> Run:
    """Go on with a run that was stopped, with its own settings and split.

    Args:
        data: The collection it was started on; proven the same by hash.
        out: Its run folder.
        workers: As for `train`.
        observer: Told what happens.

    Raises:
        TrainingError: "run.not_found", or "run.data_changed" where the data is not what the run was started on.
    """
    run, observer = Run.at(out), observer or Observer()
    has_maps = find_model(run.settings.model).has_maps
    found = load_origins(data) if has_maps else load_labelled(data, observer=observer)
    if found.data_hash() != run.record["data"]["sha256"]:
        raise TrainingError(
            "run.data_changed", "The collection is not the one that the run was started on.", "Start a new run."
        )
    observer.on_data(run.record["data"])
    observer.on_resume(run.last_epoch)
    return fit_maps(run, observer, workers=workers) if has_maps else _fit(run, observer)


def _fit(run: Run, observer: Observer) -> Run:
    with on_every_gpu():
        _learn(run, observer)
    draw_curves(run)
    return run


def _learn(run: Run, observer: Observer) -> None:
    """Train a run from where it stands to its end."""
    keras, settings, first = import_keras(), run.settings, run.last_epoch
    keras.utils.set_random_seed(settings.seed)
    inputs, labels, _ = run.part(TRAINING)
    validation, truth, _ = run.part(VALIDATION)
    batches = Batches(
        inputs,
        labels,
        batch_size=settings.batch_size,
        seed=settings.seed,
        epoch=first,
        augment=settings.augment,
    )
    network = keras.saving.load_model(run.checkpoint(first)) if first else _build(settings, steps=len(batches))
    if not is_exhausted(run) or first == 0:
        network.fit(
            batches,
            validation_data=InOrder(validation, truth),
            epochs=settings.epochs,
            initial_epoch=first,
            callbacks=[KeepRun(run), Report(observer)],
            shuffle=False,  # Batches does, from the seed
            verbose=0,
        )


def _build(settings: TrainingSettings, *, steps: int) -> Any:
    """Build and compile a fresh network; `steps` are those of one epoch."""
    keras = import_keras()
    with precision(settings.precision):
        network = find_model(settings.model).build(size=settings.preparation.size, dropout=settings.dropout)
    network.compile(
        optimizer=keras.optimizers.Adam(gradual_decrease(peak=settings.learning_rate, steps=settings.epochs * steps)),
        loss=keras.losses.BinaryCrossentropy(from_logits=True, label_smoothing=settings.label_smoothing),
        metrics=[
            keras.metrics.BinaryAccuracy(name="accuracy", threshold=0.0),
            keras.metrics.AUC(name="auroc", from_logits=True),
        ],
        jit_compile=False,  # measured: 4 times slower on a CPU with it
    )
    return network
