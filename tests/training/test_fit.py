"""A run can be repeated and resumed, and its parts share no group."""

import csv
import json
import shutil
import time
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from hemoscope.datasets.items import Item
from hemoscope.errors import DatasetError, InputError, TrainingError
from hemoscope.training import data
from hemoscope.training.data import group_near_duplicates, load_labelled, prepare_collection, split_collection
from hemoscope.training.fit import resume, train, train_prepared
from hemoscope.training.observe import Observer
from hemoscope.training.run import TRAINING, VALIDATION, Run
from hemoscope.training.settings import TrainingSettings
from tests.datasets.layouts import write_kaggle

FIGURES = ("loss", "auroc", "accuracy", "val_loss", "val_auroc", "val_accuracy")


class KilledError(Exception):
    """Stands for a kill."""


class KillAfter(Observer):
    """Stops a run while the epoch after this one is under way."""

    def __init__(self, epoch: int) -> None:
        self.epoch = epoch

    def on_step(self, epoch: int, done: int, total: int) -> None:
        if epoch > self.epoch:
            raise KilledError


class Listener(Observer):
    """Remembers what it was told."""

    def __init__(self) -> None:
        self.prepared: list[tuple[int, int]] = []
        self.epochs: list[float] = []

    def on_prepare(self, done: int, total: int) -> None:
        self.prepared.append((done, total))

    def on_epoch(self, row) -> None:
        self.epochs.append(row["epoch"])


def test_a_run_folder_holds_everything_to_repeat_it(drawn_run):
    names = {path.name for path in drawn_run.folder.iterdir()}
    assert names == {"run.json", "split.csv", "inputs.npy", "history.csv", "curves.png", "checkpoints"}
    record = json.loads((drawn_run.folder / "run.json").read_text())
    assert record["settings"]["model"] == "seed-cnn"
    assert len(record["data"]["sha256"]) == 64
    assert {"python", "keras", "numpy"} <= set(record["versions"])


def test_history_has_every_figure_of_every_epoch(drawn_run):
    rows = drawn_run.history()
    assert [row["epoch"] for row in rows] == [1, 2, 3]
    assert all(np.isfinite(row[name]) for row in rows for name in FIGURES)


def test_newest_and_best_checkpoints_are_kept_and_no_other(drawn_run):
    kept = {path.name for path in (drawn_run.folder / "checkpoints").iterdir()}
    assert kept == {drawn_run.checkpoint(epoch).name for epoch in (3, drawn_run.best_epoch)}


def test_no_group_stands_in_both_parts(drawn_run):
    training = {row.group for row in drawn_run.split if row.part == TRAINING}
    validation = {row.group for row in drawn_run.split if row.part == VALIDATION}
    assert training
    assert validation
    assert not training & validation


def test_near_duplicates_are_found_and_stay_in_one_part(tmp_path, quick_settings):
    folder = write_kaggle(tmp_path / "set", each=8)
    pictures = folder / "head_ct" / "head_ct"
    for copy in range(16, 20):
        shutil.copy(pictures / "000.png", pictures / f"{copy:03d}.png")
    with (folder / "labels.csv").open("a") as stream:
        stream.writelines(f"{copy},1\n" for copy in range(16, 20))
    run = train(folder, tmp_path / "run", settings=replace(quick_settings, epochs=1))
    rows = [row for row in run.split if row.key in {"0", "16", "17", "18", "19"}]
    assert len({row.group for row in rows}) == 1
    assert len({row.part for row in rows}) == 1


def test_a_killed_run_goes_on_as_if_it_had_never_stopped(tmp_path, drawn_set, drawn_run, quick_settings):
    with pytest.raises(KilledError):
        train(drawn_set, tmp_path / "run", settings=quick_settings, observer=KillAfter(1))
    killed = Run.at(tmp_path / "run")
    assert killed.last_epoch == 1
    listener = Listener()
    resumed = resume(drawn_set, tmp_path / "run", observer=listener)
    assert listener.epochs == [2, 3]
    for again, before in zip(resumed.history(), drawn_run.history(), strict=True):
        assert [again[name] for name in FIGURES] == pytest.approx([before[name] for name in FIGURES], abs=2e-3)


def test_an_epoch_whose_checkpoint_was_lost_is_trained_again(tmp_path, drawn_set, drawn_run):
    folder = tmp_path / "run"
    shutil.copytree(drawn_run.folder, folder)
    first = drawn_run.checkpoint(drawn_run.last_epoch)
    for path in (folder / "checkpoints").iterdir():
        path.unlink()
    shutil.copy(first, folder / "checkpoints" / "epoch-0002.keras")
    run = resume(drawn_set, folder)
    assert [row["epoch"] for row in run.history()] == [1, 2, 3]


def test_a_finished_run_is_not_trained_further(tmp_path, drawn_set, drawn_run):
    shutil.copytree(drawn_run.folder, tmp_path / "run")
    listener = Listener()
    resume(drawn_set, tmp_path / "run", observer=listener)
    assert listener.epochs == []


def test_training_stops_after_patience_epochs_in_vain(tmp_path, drawn_set, quick_settings):
    settings = replace(quick_settings, epochs=40, patience=1, learning_rate=1.0)
    run = train(drawn_set, tmp_path / "run", settings=settings)
    assert run.last_epoch == run.best_epoch + 1 < 40


def test_a_slice_that_cannot_be_prepared_is_left_out_and_recorded(tmp_path, quick_settings):
    folder = write_kaggle(tmp_path / "set", each=8)
    (folder / "head_ct" / "head_ct" / "003.png").write_bytes(b"")
    listener = Listener()
    settings = replace(quick_settings, epochs=1)
    run = train(folder, tmp_path / "run", settings=settings, observer=listener)
    assert run.record["data"]["left_out"] == {"3": "read.empty"}
    assert run.record["data"]["slices"] == 15
    assert listener.prepared[-1] == (16, 16)


def test_slices_prepared_into_the_run_folder_train_as_those_in_memory(tmp_path, drawn_set, drawn_run, quick_settings):
    collection = load_labelled(drawn_set)
    prepared = group_near_duplicates(prepare_collection(collection, settings=quick_settings.preparation))
    assert not isinstance(prepared.inputs, np.memmap)
    split = split_collection(prepared.collection, quick_settings)
    run = train_prepared(prepared, split, tmp_path / "run", settings=quick_settings, data_hash=collection.data_hash())
    assert run.inputs_path.read_bytes() == drawn_run.inputs_path.read_bytes()
    assert run.split == drawn_run.split
    for one, other in zip(run.history(), drawn_run.history(), strict=True):
        assert [one[name] for name in FIGURES] == pytest.approx([other[name] for name in FIGURES], abs=2e-3)


def test_no_more_slices_are_prepared_than_are_taken_but_a_few(monkeypatch):
    monkeypatch.setattr(data, "AHEAD", 3)
    begun: list[int] = []
    ahead: list[int] = []

    def prepare(item: Item) -> int:
        begun.append(int(item.key))
        return int(item.key)

    def take(made: int) -> None:
        time.sleep(0.002)  # slower than what prepares
        ahead.append(len(begun) - made)

    items = [Item(str(number), Path("unread"), 0, "") for number in range(50)]
    kept, left_out = data.prepare_each(items, prepare, take=take)
    assert (kept, left_out) == (list(range(50)), {})
    assert max(ahead) <= 4


def test_a_collection_of_which_nothing_can_be_prepared_leaves_no_file(tmp_path, quick_settings):
    folder = write_kaggle(tmp_path / "set", each=3)
    for path in (folder / "head_ct" / "head_ct").iterdir():
        path.write_bytes(b"")
    with pytest.raises(DatasetError, match=r"data\.nothing_left"):
        train(folder, tmp_path / "run", settings=quick_settings)
    assert not (tmp_path / "run").exists()


def test_a_run_is_never_overwritten(drawn_set, drawn_run):
    with pytest.raises(TrainingError, match=r"already holds a run.*Pass --resume.*\[run\.exists\]"):
        train(drawn_set, drawn_run.folder)


def test_resuming_on_other_data_is_refused(tmp_path, drawn_run):
    other = write_kaggle(tmp_path / "other", each=5)
    with pytest.raises(TrainingError, match=r"run\.data_changed"):
        resume(other, drawn_run.folder)


def test_resuming_where_no_run_is_says_so(tmp_path, drawn_set):
    with pytest.raises(TrainingError, match=r"it has no run\.json.*\[run\.not_found\]"):
        resume(drawn_set, tmp_path)


def test_settings_out_of_range_are_refused():
    with pytest.raises(InputError, match=r"dropout: expected from 0 to below 1; received 1\.5"):
        TrainingSettings(dropout=1.5)


def test_the_split_file_is_a_table_that_others_can_read(drawn_run):
    with (drawn_run.folder / "split.csv").open(newline="") as stream:
        rows = list(csv.DictReader(stream))
    assert list(rows[0]) == ["key", "label", "group", "part"]
    assert len(rows) == 16
