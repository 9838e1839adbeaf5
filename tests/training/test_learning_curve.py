"""More and more groups are learned from, judged on the same groups held out; a stopped call goes on."""

import csv
import json
from dataclasses import replace

import cv2
import numpy as np
import pytest
from sklearn.metrics import roc_auc_score

from hemoscope.errors import DatasetError, InputError, TrainingError
from hemoscope.evaluation.learning_curve import LearningPoint
from hemoscope.records import Interval
from hemoscope.training import fold
from hemoscope.training import learning_curve as module
from hemoscope.training.curves import draw_learning_curve
from hemoscope.training.fold import Judged
from hemoscope.training.learning_curve import CurvePlan, curve_as_json, trace_learning_curve
from hemoscope.training.observe import Observer
from tests.datasets.layouts import write_kaggle, write_table

# Of 8 groups of each class 2 are held out: 4 slices to be judged on, 12 groups to learn from


class Watched(Observer):
    """Keeps what it is told of trainings, and stops after so many."""

    def __init__(self, stop_after: int | None = None) -> None:
        self.told: list[tuple[int, int]] = []
        self.stop_after = stop_after

    def on_training(self, done: int, total: int) -> None:
        self.told.append((done, total))
        if done == self.stop_after:
            raise KeyboardInterrupt


@pytest.fixture
def plan(quick_settings) -> CurvePlan:
    return CurvePlan(replace(quick_settings, epochs=1), repeats=2, sizes=(4, 12))


@pytest.fixture
def trainings(monkeypatch):
    """Let a network be worth what it has learned from, without training; every drawn head is a group; calls are kept.

    Slices held out are 2 negative and 2 positive ones. After 4 groups the scores of one pair are exchanged: 3 of the 4
    pairs of a negative and a positive are in order, and of the calls at 0 half are right. After 12 all is right.
    """
    calls = []

    def judge(prepared, *, learned, held_out, settings, place):
        assert (place / "inputs.npy").is_file()
        calls.append({"learned": set(learned.tolist()), "held_out": set(held_out.tolist()), "seed": settings.seed})
        labels = np.array(prepared.collection.labels)[held_out]
        scores = np.where(labels == 1, 2.0, -2.0)
        if len(learned) == 4:
            scores[np.flatnonzero(labels == 0)[0]], scores[np.flatnonzero(labels == 1)[0]] = 1.0, -1.0
        return Judged(scores, 1 / (1 + np.exp(-scores)), scores >= 0, (scores >= 0).astype(int), "platt")

    monkeypatch.setattr(module, "judge_fold", judge)
    monkeypatch.setattr("hemoscope.training.data.group_near_duplicates", lambda prepared: prepared)
    return calls


def test_accuracy_and_auroc_of_each_training_are_as_counted_by_hand(trainings, drawn_set, plan, tmp_path):
    few, all_there_are = trace_learning_curve(drawn_set, tmp_path / "curve", plan=plan)
    assert (few.groups, few.items, all_there_are.groups, all_there_are.items) == (4, 4.0, 12, 12.0)
    assert few.each == {"accuracy": (0.5, 0.5), "auroc": (0.75, 0.75)}
    assert few.figures["auroc"] == (0.75, 0.75, 0.75)
    assert all_there_are.figures == {"accuracy": (1.0, 1.0, 1.0), "auroc": (1.0, 1.0, 1.0)}


def test_trainings_of_a_repeat_grow_share_a_seed_and_are_judged_on_the_same_groups(
    trainings, drawn_set, plan, tmp_path
):
    trace_learning_curve(drawn_set, tmp_path / "curve", plan=plan)
    first, second, third, fourth = trainings
    assert first["learned"] < second["learned"]
    assert first["held_out"] == second["held_out"] != third["held_out"] == fourth["held_out"]
    assert not second["learned"] & second["held_out"]
    assert [call["seed"] for call in trainings] == [1, 1, 2, 2]


def test_table_figures_and_picture_are_kept(trainings, drawn_set, plan, tmp_path):
    folder = tmp_path / "curve"
    points = trace_learning_curve(drawn_set, folder, plan=plan)
    assert {path.name for path in folder.iterdir()} == {
        "plan.json",
        "learning_curve.csv",
        "learning_curve.json",
        "learning_curve.png",
    }
    with (folder / "learning_curve.csv").open(newline="") as stream:
        rows = list(csv.DictReader(stream))
    assert rows[0] == {
        "repeat": "0",
        "groups": "4",
        "slices": "4",
        "slices_held_out": "4",
        "accuracy": "0.5",
        "auroc": "0.75",
    }
    assert [(row["repeat"], row["groups"]) for row in rows] == [("0", "4"), ("0", "12"), ("1", "4"), ("1", "12")]
    kept = json.loads((folder / "learning_curve.json").read_text())
    assert kept == curve_as_json(points)
    assert kept["points"][0]["auroc"] == {"value": 0.75, "low": 0.75, "high": 0.75, "each": [0.75, 0.75]}
    assert kept["last_gain"]["accuracy"] == {"value": 0.5, "low": 0.5, "high": 0.5}
    assert cv2.imread(str(folder / "learning_curve.png")).shape == (396, 990, 3)


def test_a_stopped_call_goes_on_after_the_trainings_it_has_finished(trainings, drawn_set, plan, tmp_path):
    whole = trace_learning_curve(drawn_set, tmp_path / "whole", plan=plan)
    expected = trainings[3:]
    with pytest.raises(KeyboardInterrupt):
        trace_learning_curve(drawn_set, tmp_path / "stopped", plan=plan, observer=Watched(stop_after=3))
    assert len((tmp_path / "stopped" / "learning_curve.csv").read_text().splitlines()) == 1 + 3
    trainings.clear()
    observer = Watched()
    assert trace_learning_curve(drawn_set, tmp_path / "stopped", plan=plan, observer=observer) == whole
    assert trainings == expected
    assert observer.told == [(3, 4), (4, 4)]
    tables = [(tmp_path / name / "learning_curve.csv").read_bytes() for name in ("whole", "stopped")]
    assert tables[0] == tables[1]


def test_a_finished_curve_is_read_and_not_trained_again(trainings, drawn_set, plan, tmp_path):
    first = trace_learning_curve(drawn_set, tmp_path / "curve", plan=plan)
    trainings.clear()
    assert trace_learning_curve(drawn_set, tmp_path / "curve", plan=plan) == first
    assert trainings == []


@pytest.mark.parametrize("change", [{"repeats": 3}, {"sizes": (4, 11)}, {"sizes": None}])
def test_another_plan_in_the_same_folder_is_refused(trainings, drawn_set, plan, tmp_path, change):
    trace_learning_curve(drawn_set, tmp_path / "curve", plan=plan)
    with pytest.raises(TrainingError, match=r"'curve' holds a learning curve of other settings.*\[validation\.changed"):
        trace_learning_curve(drawn_set, tmp_path / "curve", plan=replace(plan, **change))


def test_other_settings_and_other_data_in_the_same_folder_are_refused(trainings, drawn_set, plan, tmp_path):
    trace_learning_curve(drawn_set, tmp_path / "curve", plan=plan)
    with pytest.raises(TrainingError, match=r"\[validation\.changed"):
        trace_learning_curve(drawn_set, tmp_path / "curve", plan=replace(plan, settings=replace(plan.settings, seed=2)))
    other = write_kaggle(tmp_path / "other", each=7)
    with pytest.raises(TrainingError, match=r"\[validation\.changed"):
        trace_learning_curve(other, tmp_path / "curve", plan=plan)


def test_the_order_in_which_sizes_are_named_changes_nothing(trainings, drawn_set, plan, tmp_path):
    first = trace_learning_curve(drawn_set, tmp_path / "curve", plan=plan)
    assert trace_learning_curve(drawn_set, tmp_path / "curve", plan=replace(plan, sizes=(12, 4, 12))) == first


def test_all_groups_are_halved_unless_sizes_are_given(trainings, drawn_set, plan, tmp_path):
    points = trace_learning_curve(drawn_set, tmp_path / "curve", plan=replace(plan, sizes=None, repeats=1))
    assert [point.groups for point in points] == [6, 12]


def test_a_network_that_learns_from_origins_is_refused(drawn_set, tmp_path):
    settings = module.TrainingSettings.for_model("map-net")
    with pytest.raises(InputError, match=r"map-net learns from several origins\..*\[model\.learns_origins\]"):
        trace_learning_curve(drawn_set, tmp_path / "curve", plan=CurvePlan(settings))
    assert not (tmp_path / "curve").exists()


@pytest.mark.parametrize(
    ("sizes", "message"),
    [
        ((3, 12), r"a number of groups to learn from in \[4, 12\]; received 3\..*\[metric\.range\]"),
        ((4, 13), r"a number of groups to learn from in \[4, 12\]; received 13\..*\[metric\.range\]"),
    ],
)
def test_sizes_that_cannot_be_leave_the_folder_as_it_was(trainings, drawn_set, plan, tmp_path, sizes, message):
    with pytest.raises(DatasetError, match=message):
        trace_learning_curve(drawn_set, tmp_path / "curve", plan=replace(plan, sizes=sizes))
    assert not (tmp_path / "curve").exists()
    assert trainings == []


def test_slices_that_are_nearly_the_same_are_one_group(drawn_set, plan, tmp_path):
    """Two pairs of the drawn heads are: 14 groups, of which 4 are held out."""
    with pytest.raises(DatasetError, match=r"a number of groups to learn from in \[4, 10\]; received 12\."):
        trace_learning_curve(drawn_set, tmp_path / "curve", plan=plan)


def test_too_few_groups_and_one_class_alone_are_errors(trainings, plan, tmp_path):
    """Two patients with hemorrhage: one to judge on leaves one, which cannot be learned from and calibrated on."""
    few = write_kaggle(tmp_path / "few", each=2)
    with pytest.raises(
        DatasetError, match=r"at least 3 groups of each class; the smaller class has 2\. .*too_few_groups"
    ):
        trace_learning_curve(few, tmp_path / "curve", plan=plan)
    one = write_table(tmp_path / "one", each=3)
    table = (one / "labels.csv").read_text()
    (one / "labels.csv").write_text(table.replace(",1,", ",0,"))
    with pytest.raises(DatasetError, match=r"\[data\.one_class\]"):
        trace_learning_curve(one, tmp_path / "curve", plan=plan)


def test_a_group_of_several_slices_is_learned_from_as_a_whole(trainings, plan, tmp_path):
    """Six patients, each with a slice of either class: all count as positives, so the other class has no group."""
    data = write_table(tmp_path / "patients", each=6)
    with pytest.raises(DatasetError, match=r"the smaller class has 0\."):
        trace_learning_curve(data, tmp_path / "curve", plan=plan)
    groups = tmp_path / "groups.csv"
    lines = [f"{index}.png,{'even' if index % 2 else 'odd'}-{index // 4}" for index in range(12)]
    groups.write_text("path,group\n" + "\n".join(lines) + "\n")
    points = trace_learning_curve(data, tmp_path / "curve", plan=replace(plan, sizes=(4,)), groups_file=groups)
    assert [(point.groups, point.items) for point in points] == [(4, 8.0)]


def test_a_training_is_a_fold_and_never_sees_what_is_held_out(drawn_set, plan, tmp_path, monkeypatch):
    """The real thing, small: 4 groups, one of each class learned from and one of each to choose on."""
    splits, judged = [], []
    trained, judge = fold.train_prepared, module.judge_fold

    def see_split(prepared, split, out, *, settings):
        splits.append(split)
        return trained(prepared, split, out, settings=settings)

    def see_judged(prepared, *, learned, held_out, settings, place):
        found = judge(prepared, learned=learned, held_out=held_out, settings=settings, place=place)
        items = prepared.collection.only(held_out.tolist())
        judged.append((found, np.array(items.labels), {item.key for item in items}))
        return found

    monkeypatch.setattr(fold, "train_prepared", see_split)
    monkeypatch.setattr(module, "judge_fold", see_judged)
    (point,) = trace_learning_curve(drawn_set, tmp_path / "curve", plan=replace(plan, sizes=(4,), repeats=1))
    ((found, labels, held_out),) = judged
    assert len({row.group for row in splits[0]}) == 4
    assert {(row.part, row.label) for row in splits[0]} == {
        ("training", 0),
        ("training", 1),
        ("validation", 0),
        ("validation", 1),
    }
    assert not held_out & {row.key for row in splits[0]}
    assert point.each["auroc"] == (roc_auc_score(labels, found.scores),)
    assert point.each["accuracy"] == (np.mean(found.called == labels),)


def test_the_picture_of_a_single_size_is_drawn_too(tmp_path):
    figures = {"accuracy": Interval(0.7, 0.6, 0.8), "auroc": Interval(0.8, 0.7, 0.9)}
    point = LearningPoint(4, 4.0, figures, {"accuracy": (0.6, 0.8), "auroc": (0.7, 0.9)})
    draw_learning_curve(tmp_path / "one.png", [point])
    empty = replace(point, each={"accuracy": (0.7, 0.7), "auroc": (0.8, 0.8)})
    draw_learning_curve(tmp_path / "same.png", [empty])
    one, same = (cv2.imread(str(tmp_path / name)) for name in ("one.png", "same.png"))
    assert one.shape == same.shape
    assert (one != same).any()
