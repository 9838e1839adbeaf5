"""hemoscope learning-curve as a user types it."""

import json

import numpy as np
import pytest
from click.testing import CliRunner, Result

from hemoscope.cli import main
from hemoscope.training import learning_curve as module
from hemoscope.training.fold import Judged

QUICK = ("--sizes", "4,12", "--repeats", 2, "--epochs", 1, "--size", 32)


def run(*arguments: object) -> Result:
    return CliRunner().invoke(main, list(map(str, arguments)))


@pytest.fixture
def no_training(monkeypatch):
    """After 4 groups one of the 4 slices held out is wrong, after 12 none, each drawn head a group.

    Training itself is tested with the function.
    """

    def judge(prepared, *, learned, held_out, settings, place):
        labels = np.array(prepared.collection.labels)[held_out]
        scores = np.where(labels == 1, 2.0, -2.0)
        if len(learned) == 4:
            scores[np.flatnonzero(labels == 0)[0]] = 1.0
        return Judged(scores, 1 / (1 + np.exp(-scores)), scores >= 0, (scores >= 0).astype(int), "platt")

    monkeypatch.setattr(module, "judge_fold", judge)
    monkeypatch.setattr("hemoscope.training.data.group_near_duplicates", lambda prepared: prepared)


def test_a_line_per_size_and_the_last_gain_are_printed_and_again_as_json(no_training, drawn_set, tmp_path):
    out = tmp_path / "curve"
    first = run("learning-curve", drawn_set, "--out", out, *QUICK)
    assert first.exit_code == 0, first.output
    assert first.stdout.splitlines() == [
        "groups   slices   accuracy, range       AUROC, range",
        "     4      4.0   0.750 [0.750-0.750]   1.000 [1.000-1.000]",
        "    12     12.0   1.000 [1.000-1.000]   1.000 [1.000-1.000]",
        "The last step, 4 to 12 groups, gained accuracy +0.250 (+0.250 to +0.250), auroc +0.000 (+0.000 to +0.000).",
        f"Picture: {out / 'learning_curve.png'}",
    ]
    again = run("learning-curve", drawn_set, "--out", out, *QUICK, "--json")
    assert json.loads(again.stdout) == json.loads((out / "learning_curve.json").read_text())
    assert json.loads(again.stdout)["points"][0]["accuracy"]["each"] == [0.75, 0.75]


def test_a_single_size_gains_nothing_and_says_so_by_silence(no_training, drawn_set, tmp_path):
    result = run("learning-curve", drawn_set, "--out", tmp_path / "curve", *QUICK, "--sizes", "12")
    assert [line.split()[0] for line in result.stdout.splitlines()] == ["groups", "12", "Picture:"]


def test_other_options_in_the_same_folder_are_refused(no_training, drawn_set, tmp_path):
    arguments = ("learning-curve", drawn_set, "--out", tmp_path / "curve", *QUICK)
    assert run(*arguments).exit_code == 0
    result = run(*arguments, "--patience", 5)
    assert result.exit_code == 1
    assert "Error [validation.changed]: 'curve' holds a learning curve of other settings" in result.stderr


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("--sizes", "4,many"), "Expected numbers of groups such as 4,8,16; received '4,many'."),
        (("--sizes", ""), "Expected numbers of groups such as 4,8,16; received ''."),
        (("--repeats", 0), "'--repeats'"),
        (("--model", "map-net"), "Error [model.learns_origins]: Expected a network that learns from one collection"),
    ],
)
def test_what_cannot_be_traced_is_a_usage_error(drawn_set, tmp_path, arguments, message):
    result = run("learning-curve", drawn_set, "--out", tmp_path / "curve", *arguments)
    assert result.exit_code == 2
    assert message in result.stderr
    assert not (tmp_path / "curve").exists()


def test_a_size_that_the_data_cannot_fill_is_told_with_what_it_can(no_training, drawn_set, tmp_path):
    result = run("learning-curve", drawn_set, "--out", tmp_path / "curve", "--sizes", "4,13", "--size", 32)
    assert result.exit_code == 1
    assert "Error [metric.range]: Expected a number of groups to learn from in [4, 12]; received 13." in result.stderr
