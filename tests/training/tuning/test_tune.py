"""What is tried is kept, goes on after a stop, and never parts a group."""

import csv
import json
import sys
from dataclasses import replace
from pathlib import Path

import optuna
import pytest

from hemoscope.errors import DatasetError, InputError, MissingExtraError, TrainingError
from hemoscope.training.observe import Observer
from hemoscope.training.run import TRAINING, VALIDATION
from hemoscope.training.settings import TrainingSettings
from hemoscope.training.tuning import TuningPlan, tune
from hemoscope.training.tuning import folds as module
from hemoscope.training.tuning.plan import TUNED, WITHOUT_EFFECT_ON_MAPS
from hemoscope.training.tuning.report import OPTIMISTIC, Importance, Trial, Tuned, ended_trials, report_text, weigh
from hemoscope.training.tuning.search import open_study, search
from tests.datasets.layouts import write_kaggle, write_origins
from tests.models.small_encoder import small_encoder


class StopAfter(Observer):
    """Stops after so many folds, counted over all trials."""

    def __init__(self, folds: int) -> None:
        self.folds = folds
        self.told: list[tuple[int, int]] = []

    def on_fold(self, done: int, total: int) -> None:
        self.told.append((done, total))
        if done == self.folds:
            raise KeyboardInterrupt


def by_dropout(settings: TrainingSettings, fold: int) -> float:
    """A fold's value that follows from the settings, without any training."""
    return 0.9 - 0.2 * settings.dropout + 0.01 * fold


def constant(settings: TrainingSettings, fold: int) -> float:
    return 0.75


def hardly_differs(settings: TrainingSettings, fold: int) -> float:
    """Differ by no more than rounding could."""
    return 0.75 + 1e-10 * settings.dropout


def never_finite(settings: TrainingSettings, fold: int) -> float:
    raise DatasetError("metric.not_finite", "Expected finite scores; received NaN or infinity.", "Check the model.")


def searched(folder: Path, plan: TuningPlan, score_fold, observer: Observer | None = None) -> list[Trial]:
    """Search without data, and read the trials."""
    with open_study(folder) as study:
        search(study, plan, score_fold, table=folder / "trials.csv", observer=observer or Observer())
        return ended_trials(study, own=plan.settings)


def weighed(folder: Path, plan: TuningPlan, score_fold):
    searched(folder, plan, score_fold)
    with open_study(folder) as study:
        return weigh(study, seed=0)


@pytest.fixture(scope="module")
def settings(quick_settings) -> TrainingSettings:
    return replace(quick_settings, epochs=1)


@pytest.fixture(scope="module")
def tuned(drawn_set, settings, tmp_path_factory):
    """A finished tuning with real training: its folder, what it found, and the split of each fold."""
    folder, splits, original = tmp_path_factory.mktemp("tuning") / "seed-cnn", [], module.train_prepared

    def spy(prepared, split, out, **options):
        splits.append(split)
        assert (folder / "scratch" / "inputs.npy").is_file()
        return original(prepared, split, out, **options)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(module, "train_prepared", spy)
        found = tune(drawn_set, folder, plan=TuningPlan(settings, trials=1, folds=2))
    return folder, found, splits


def test_a_tuning_folder_holds_study_table_picture_and_report(tuned):
    folder, _, _ = tuned
    names = {path.name for path in folder.iterdir()}
    assert names == {"plan.json", "study.db", "trials.csv", "best.json", "importance.png", "report.md"}
    assert (folder / "importance.png").read_bytes().startswith(b"\x89PNG")


def test_best_json_gives_the_settings_to_train_with(tuned):
    folder, found, _ = tuned
    assert TrainingSettings.from_json(json.loads((folder / "best.json").read_text())) == found.settings


def test_the_first_trial_tries_the_settings_as_they_are(tuned, settings):
    _, found, _ = tuned
    assert found.settings == settings
    assert found.start == found.best == found.trials[0]


def test_the_value_is_the_mean_auroc_of_the_folds(tuned):
    _, found, _ = tuned
    assert len(found.best.folds) == 2
    assert found.value == pytest.approx(sum(found.best.folds) / 2)
    assert all(0 <= value <= 1 for value in found.best.folds)


def test_no_group_stands_on_both_sides_and_every_slice_is_held_out_once(tuned):
    _, _, splits = tuned
    assert len(splits) == 2
    for split in splits:
        learned, held_out = ({row.group for row in split if row.part == part} for part in (TRAINING, VALIDATION))
        assert learned
        assert held_out
        assert not learned & held_out
    held = [row.key for split in splits for row in split if row.part == VALIDATION]
    assert sorted(held) == sorted(row.key for row in splits[0])


def test_the_table_says_what_each_trial_tried(tmp_path, settings):
    trials = searched(tmp_path, TuningPlan(settings, trials=3, folds=2), by_dropout)
    with (tmp_path / "trials.csv").open(newline="") as stream:
        rows = list(csv.DictReader(stream))
    assert list(rows[0]) == ["number", "state", "value", "folds", "seconds", *TUNED]
    assert [row["number"] for row in rows] == ["0", "1", "2"]
    assert [float(row["dropout"]) for row in rows] == [one.chosen["dropout"] for one in trials]
    assert float(rows[0]["value"]) == pytest.approx(0.9 - 0.2 * 0.5 + 0.005)
    assert rows[0]["folds"] == "0.8000 0.8100"


def test_the_trained_settings_are_those_that_are_kept(tmp_path, settings):
    given = []

    def keep(trained, fold):
        given.append(trained)
        return 0.5

    trials = searched(tmp_path, TuningPlan(settings, trials=2, folds=2), keep)
    for one, trained in zip(trials, given[::2], strict=True):
        assert replace(settings, **one.chosen) == trained


def test_the_search_holds_the_plans_own_values(settings):
    plan = TuningPlan(replace(settings, batch_size=5, learning_rate=0.5, dropout=0.8))
    assert plan.space == {
        "learning_rate": [1e-4, 0.5],
        "dropout": [0.0, 0.8],
        "label_smoothing": [0.0, 0.2],
        "batch_size": [5, 8, 16, 32],
        "augment": [False, True],
    }


def test_the_same_call_goes_on_to_the_number_of_trials(tmp_path, settings):
    seen = []

    def count(trained, fold):
        seen.append(fold)
        return by_dropout(trained, fold)

    first = searched(tmp_path, TuningPlan(settings, trials=2, folds=2), count)
    assert len(seen) == 4
    assert searched(tmp_path, TuningPlan(settings, trials=2, folds=2), count) == first
    assert len(seen) == 4
    more = searched(tmp_path, TuningPlan(settings, trials=4, folds=2), count)
    assert len(seen) == 8
    assert more[:2] == first
    assert len(more) == 4


def test_a_stopped_search_goes_on_as_it_would_have(tmp_path, settings):
    plan = TuningPlan(settings, trials=4, folds=2)
    whole = searched(tmp_path / "whole", plan, by_dropout)
    assert len({one.chosen["dropout"] for one in whole}) == 4
    with pytest.raises(KeyboardInterrupt):
        searched(tmp_path / "stopped", plan, by_dropout, StopAfter(5))
    again = searched(tmp_path / "stopped", plan, by_dropout)
    assert [one.state for one in again] == ["complete", "complete", "failed", "complete", "complete"]
    assert (again[2].value, again[2].seconds) == (None, None)
    kept = [one for one in again if one.state != "failed"]
    assert [one.chosen for one in kept] == [one.chosen for one in whole]
    assert [one.value for one in kept] == [one.value for one in whole]


def test_a_trial_that_a_kill_left_running_does_not_count(tmp_path, settings):
    with open_study(tmp_path) as study:
        study.ask()
    trials = searched(tmp_path, TuningPlan(settings, trials=1, folds=2), by_dropout)
    assert [one.state for one in trials] == ["failed", "complete"]
    assert trials[1].is_start


def test_a_kill_before_the_first_trial_leaves_its_settings_to_the_next_call(tmp_path, settings):
    with open_study(tmp_path) as study:
        study.enqueue_trial({name: getattr(settings, name) for name in TUNED}, user_attrs={"start": True})
    trials = searched(tmp_path, TuningPlan(settings, trials=2, folds=2), by_dropout)
    assert [one.is_start for one in trials] == [True, False]


def test_after_five_trials_one_below_the_median_is_pruned_after_its_first_fold(tmp_path, settings):
    calls: list[int] = []

    def worse_with_every_trial(trained, fold):
        calls.append(fold)
        return 0.9 - 0.1 * (calls.count(0) - 1)

    trials = searched(tmp_path, TuningPlan(settings, trials=7, folds=3), worse_with_every_trial)
    assert [one.state for one in trials] == ["complete"] * 5 + ["pruned"] * 2
    assert calls == [0, 1, 2] * 5 + [0, 0]
    assert trials[5].folds == (trials[5].value,) == (pytest.approx(0.4),)
    assert Tuned.of(trials, settings).best.number == 0


def test_a_trial_with_every_fold_is_complete_however_bad_its_last(tmp_path, settings):
    calls: list[int] = []

    def bad_last(trained, fold):
        calls.append(fold)
        return 0.1 if len(calls) == 12 else 0.9

    trials = searched(tmp_path, TuningPlan(settings, trials=6, folds=2), bad_last)
    assert trials[5].state == "complete"
    assert trials[5].value == pytest.approx(0.5)


def test_a_trial_without_finite_scores_counts_as_diverged(tmp_path, settings):
    def diverges_once(trained, fold):
        return never_finite(trained, fold) if trained == settings else by_dropout(trained, fold)

    trials = searched(tmp_path, TuningPlan(settings, trials=2, folds=2), diverges_once)
    assert [(one.state, one.value) for one in trials] == [("diverged", None), ("complete", trials[1].value)]
    found = Tuned.of(trials, settings)
    assert found.start is None
    assert found.best.number == 1
    assert "on the same folds: diverged." in report_text(found, Importance({}, "Unknown."), facts={}, space={})


def test_where_every_trial_diverges_it_is_said(tmp_path, settings):
    trials = searched(tmp_path, TuningPlan(settings, trials=2, folds=2), never_finite)
    with pytest.raises(TrainingError) as caught:
        Tuned.of(trials, settings)
    assert str(caught.value) == (
        "No trial gave finite scores; 2 were tried. Check the pictures with hemoscope audit, or name another network. "
        "[tuning.diverged]"
    )


def test_any_other_error_ends_the_search(tmp_path, settings):
    def one_class(trained, fold):
        raise DatasetError("metric.one_class", "Expected both classes; received one.", "Add the other class.")

    with pytest.raises(DatasetError, match=r"\[metric\.one_class\]"):
        searched(tmp_path, TuningPlan(settings, trials=2, folds=2), one_class)


def test_of_equal_trials_the_settings_at_the_start_stay(tmp_path, settings):
    found = Tuned.of(searched(tmp_path, TuningPlan(settings, trials=3, folds=2), constant), settings)
    assert found.settings == settings


def test_the_observer_counts_folds_over_all_trials(tmp_path, settings):
    observer = StopAfter(-1)
    searched(tmp_path, TuningPlan(settings, trials=2, folds=2), by_dropout, observer)
    assert observer.told == [(1, 4), (2, 4), (3, 4), (4, 4)]


def test_optuna_is_silent_and_speaks_again_afterwards(tmp_path, settings, capfd):
    before = optuna.logging.get_verbosity()
    with pytest.raises(KeyboardInterrupt):
        searched(tmp_path, TuningPlan(settings, trials=2, folds=2), by_dropout, StopAfter(3))
    assert capfd.readouterr() == ("", "")
    assert optuna.logging.get_verbosity() == before


def test_a_folder_with_marks_of_a_url_holds_its_own_study(tmp_path, settings):
    folder = tmp_path / "a?b{c}%20"
    searched(folder, TuningPlan(settings, trials=1, folds=2), by_dropout)
    assert {path.name for path in folder.iterdir()} == {"study.db", "trials.csv"}
    assert [path.name for path in tmp_path.iterdir()] == [folder.name]


def test_importance_names_what_the_value_follows(tmp_path, settings):
    shares = weighed(tmp_path, TuningPlan(settings, trials=12, folds=2), by_dropout).shares
    assert set(shares) == set(TUNED)
    assert next(iter(shares)) == "dropout"
    assert sum(shares.values()) == pytest.approx(1)


@pytest.mark.parametrize(
    ("trials", "score_fold", "reason"),
    [
        (1, by_dropout, "Importance needs at least 2 complete trials; there are 1."),
        (3, constant, "All complete trials have the same value, so no setting mattered."),
        (3, hardly_differs, "All complete trials have the same value, so no setting mattered."),
    ],
)
def test_where_importance_says_nothing_the_reason_is_given(tmp_path, settings, trials, score_fold, reason):
    importance = weighed(tmp_path, TuningPlan(settings, trials=trials, folds=2), score_fold)
    assert (importance.shares, importance.reason) == ({}, reason)


def test_a_forest_that_cannot_tell_is_said_and_does_not_end_a_tuning(tmp_path, settings, monkeypatch):
    def flat(study, evaluator):
        raise RuntimeError("Encountered zero total variance in all trees.")

    monkeypatch.setattr(optuna.importance, "get_param_importances", flat)
    importance = weighed(tmp_path, TuningPlan(settings, trials=2, folds=2), by_dropout)
    assert importance == Importance({}, "The complete trials are too few to tell settings apart.")


def test_the_report_says_what_was_tried_and_that_it_is_optimistic(tuned):
    folder, found, _ = tuned
    report = (folder / "report.md").read_text()
    assert report.startswith(f"# Tuning of seed-cnn\n\n{OPTIMISTIC}\n")
    for part in ("## Plan", "## Best", "## Importance", "## What was tried"):
        assert f"\n{part}\n" in report
    assert "| slices | 16, 8 with hemorrhage, in " in report
    assert "| learning_rate | 0.0001 to 0.01 |" in report
    assert "| batch_size | 4, 8, 16, 32 |" in report
    assert f"Trial 0 of 1 complete: AUROC {found.value:.3f} (folds " in report
    assert "Importance needs at least 2 complete trials; there are 1." in report


@pytest.mark.parametrize("change", ["folds", "epochs", "groups", "data"])
def test_another_plan_or_other_data_is_refused(tuned, drawn_set, settings, tmp_path, change):
    folder, _, _ = tuned
    data, plan, groups_file = drawn_set, TuningPlan(settings, trials=1, folds=2), None
    if change == "folds":
        plan = replace(plan, folds=3)
    elif change == "epochs":
        plan = replace(plan, settings=replace(settings, epochs=2))
    elif change == "data":
        data = write_kaggle(tmp_path / "other", each=4)
    else:
        groups_file = tmp_path / "groups.csv"
        keys = [path.stem for path in sorted((drawn_set / "head_ct" / "head_ct").iterdir())]
        groups_file.write_text("id,group\n" + "".join(f"{int(key)},{int(key) // 2}\n" for key in keys))
    with pytest.raises(TrainingError) as caught:
        tune(data, folder, plan=plan, groups_file=groups_file)
    assert str(caught.value) == (
        "'seed-cnn' holds a tuning of other settings, other groups or other data. "
        "Name another folder, or give the settings it was begun with. [tuning.changed]"
    )


def test_too_few_groups_leave_the_folder_as_it_was(drawn_set, settings, tmp_path):
    with pytest.raises(DatasetError, match=r"\[split\.too_few_groups\]"):
        tune(drawn_set, tmp_path / "tuning", plan=TuningPlan(settings, folds=9))
    assert not (tmp_path / "tuning").exists()


def test_a_network_with_maps_is_tuned_on_several_origins(tmp_path):
    settings = TrainingSettings.for_model("map-net", size=32, epochs=1, steps=1, batch_size=8)
    plan = TuningPlan(settings, trials=1, folds=2)
    assert not WITHOUT_EFFECT_ON_MAPS & set(plan.space)
    with small_encoder():
        found = tune(write_origins(tmp_path / "origins", each=4), tmp_path / "tuning", plan=plan)
    assert found.settings == settings
    assert 0 <= found.best.value <= 1
    assert (tmp_path / "tuning" / "report.md").read_text().startswith("# Tuning of map-net")


@pytest.mark.parametrize(("name", "value", "least"), [("trials", 0, 1), ("folds", 1, 2)])
def test_a_plan_that_cannot_be_is_refused(settings, name, value, least):
    with pytest.raises(InputError, match=rf"{name}: expected at least {least}; received {value}\."):
        TuningPlan(settings, **{name: value})


def test_without_optuna_the_install_command_is_named(drawn_set, settings, tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "optuna", None)
    with pytest.raises(MissingExtraError, match=r'Tuning needs packages .* pip install "hemoscope\[train\]"'):
        tune(drawn_set, tmp_path / "tuning", plan=TuningPlan(settings))
