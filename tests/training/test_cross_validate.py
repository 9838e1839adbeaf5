"""Every slice is judged by a network that never saw its group."""

import csv
import json
from dataclasses import replace

import numpy as np
import pytest

from hemoscope.errors import TrainingError
from hemoscope.evaluation.folds import summarize
from hemoscope.training import calibrate as calibrate_module
from hemoscope.training import fold as module
from hemoscope.training.cross_validate import Plan, cross_validate
from hemoscope.training.observe import Observer
from hemoscope.training.run import VALIDATION
from tests.datasets.layouts import write_kaggle


class StopAfter(Observer):
    """Stops after so many folds."""

    def __init__(self, folds: int) -> None:
        self.folds = folds

    def on_fold(self, done: int, total: int) -> None:
        if done == self.folds:
            raise KeyboardInterrupt


@pytest.fixture(scope="module")
def plan(quick_settings) -> Plan:
    return Plan(replace(quick_settings, epochs=1, validation_fraction=0.34), repeats=2, folds=2)


@pytest.fixture(scope="module")
def drawn_set(tmp_path_factory):
    """More heads than other tests need, so that every inner part has groups of both classes."""
    return write_kaggle(tmp_path_factory.mktemp("data") / "drawn", each=16)


@pytest.fixture(scope="module")
def finished(drawn_set, plan, tmp_path_factory):
    """A finished cross-validation: its folder and its rows."""
    folder = tmp_path_factory.mktemp("cv") / "seed-cnn"
    return folder, cross_validate(drawn_set, folder, plan=plan)


def test_every_slice_is_held_out_once_per_repeat(finished):
    _, rows = finished
    for repeat in (0, 1):
        keys = [row.key for row in rows if row.repeat == repeat]
        assert sorted(keys) == sorted({row.key for row in rows})
        assert len(keys) == 32


def test_no_group_is_learned_from_and_held_out_in_one_fold(finished):
    _, rows = finished
    for repeat in (0, 1):
        folds_of: dict[str, set[int]] = {}
        for row in (row for row in rows if row.repeat == repeat):
            folds_of.setdefault(row.group, set()).add(row.fold)
        assert all(len(folds) == 1 for folds in folds_of.values())


def test_the_held_out_part_never_reaches_training(drawn_set, plan, tmp_path, monkeypatch):
    seen: list[set[str]] = []
    original = module.train_prepared

    def spy(prepared, split, out, *, settings):
        seen.append({row.key for row in split})
        assert (tmp_path / "cv" / "scratch" / "inputs.npy").is_file()
        return original(prepared, split, out, settings=settings)

    monkeypatch.setattr(module, "train_prepared", spy)
    rows = cross_validate(drawn_set, tmp_path / "cv", plan=replace(plan, repeats=1))
    assert not (tmp_path / "cv" / "scratch").exists()
    for fold, keys in enumerate(seen):
        held_out = {row.key for row in rows if row.fold == fold}
        assert held_out
        assert not held_out & keys


def test_predictions_and_figures_are_kept_as_tables(finished):
    folder, rows = finished
    with (folder / "predictions.csv").open(newline="") as stream:
        table = list(csv.DictReader(stream))
    assert [float(row["probability"]) for row in table] == [row.probability for row in rows]
    figures = json.loads((folder / "figures.json").read_text())
    assert list(figures) == ["pooled", "0", "1"]
    assert figures["pooled"]["auroc"]["value"] == pytest.approx(summarize(rows)["pooled"]["auroc"].value)


def test_each_fold_chooses_its_own_calibration_and_thresholds_from_its_inner_validation_part_alone(
    drawn_set, plan, tmp_path, monkeypatch
):
    """What the folds fit on is seen: as many slices as the inner part has, never one that is held out."""
    fitted_on: list[np.ndarray] = []
    inner: list[list[str]] = []
    original, trained = calibrate_module.choose_calibration, module.train_prepared

    def spy(scores, labels, groups, **settings):
        fitted_on.append(groups)
        return original(scores, labels, groups, **settings)

    def remember(prepared, split, out, *, settings):
        inner.append([row.group for row in split if row.part == VALIDATION])
        return trained(prepared, split, out, settings=settings)

    monkeypatch.setattr(calibrate_module, "choose_calibration", spy)
    monkeypatch.setattr(module, "train_prepared", remember)
    rows = cross_validate(drawn_set, tmp_path / "cv", plan=replace(plan, repeats=1))
    assert [groups.tolist() for groups in fitted_on] == inner
    for fold, groups in enumerate(fitted_on):
        assert not set(groups) & {row.group for row in rows if row.fold == fold}


def test_every_row_says_how_it_was_calibrated_and_how_it_is_answered(finished):
    _, rows = finished
    assert {row.calibration for row in rows} <= {"temperature", "platt", "isotonic"}
    assert {row.answer for row in rows} <= {-1, 0, 1}
    figures = summarize(rows)["pooled"]
    assert figures["abstained"].value == sum(row.answer == -1 for row in rows) / len(rows)


def test_folds_that_were_decided_in_another_way_are_not_continued(finished, drawn_set, plan, tmp_path):
    folder, _ = finished
    older = tmp_path / "older"
    older.mkdir()
    record = json.loads((folder / "validation.json").read_text())
    del record["decisions"]
    (older / "validation.json").write_text(json.dumps(record))
    with pytest.raises(TrainingError, match=r"\[validation\.changed\]"):
        cross_validate(drawn_set, older, plan=plan)


def test_a_stopped_validation_goes_on_and_ends_with_the_same_rows(finished, drawn_set, plan, tmp_path, monkeypatch):
    _, rows = finished
    with pytest.raises(KeyboardInterrupt):
        cross_validate(drawn_set, tmp_path / "cv", plan=plan, observer=StopAfter(3))
    trained: list[int] = []
    original = module.train_prepared

    def count(*arguments, **settings):
        trained.append(1)
        return original(*arguments, **settings)

    monkeypatch.setattr(module, "train_prepared", count)
    again = cross_validate(drawn_set, tmp_path / "cv", plan=plan)
    assert len(trained) == 1
    assert [row.probability for row in again] == pytest.approx([row.probability for row in rows], abs=2e-3)


def test_another_plan_in_the_same_folder_is_refused(finished, drawn_set, plan):
    folder, _ = finished
    with pytest.raises(TrainingError, match=r"holds the folds of other settings.*\[validation\.changed\]"):
        cross_validate(drawn_set, folder, plan=replace(plan, repeats=3))
