"""hemoscope tune as a user types it."""

import json
import shlex

import pytest
from click.testing import CliRunner, Result

from hemoscope.cli import main
from hemoscope.cli.train import train
from hemoscope.cli.tune import train_command
from hemoscope.training.settings import TrainingSettings
from hemoscope.training.tuning import folds as module

QUICK = ("--epochs", 1, "--size", 32, "--folds", 2, "--seed", 3)


def run(*arguments: object) -> Result:
    return CliRunner().invoke(main, list(map(str, arguments)))


@pytest.fixture
def no_training(monkeypatch):
    """Let a fold's value follow from the settings; training itself is tested with the function."""

    def score(_prepared, _folds, _data_hash, _place, settings, _fold):
        return 0.9 - 0.2 * settings.dropout

    monkeypatch.setattr(module, "_score_slices", score)


def test_the_best_settings_are_printed_with_the_command_to_train_with_them(no_training, drawn_set, tmp_path):
    out = tmp_path / "tuning"
    result = run("tune", drawn_set, "--model", "seed-cnn", "--trials", 3, "--out", out, *QUICK)
    assert result.exit_code == 0, result.output
    best = TrainingSettings.from_json(json.loads((out / "best.json").read_text()))
    lines = result.stdout.splitlines()
    assert lines[0] == (
        f"Best of 3: trial {lines[0].split()[4]} inner-fold AUROC {0.9 - 0.2 * best.dropout:.3f}; "
        "the settings at the start: 0.800"
    )
    assert f"dropout           {best.dropout}" in lines
    assert "they are optimistic and no result" in result.stdout
    assert f"Report: {out / 'report.md'}" in lines
    words = shlex.split(next(line for line in lines if line.startswith("Next: ")).removeprefix("Next: "))
    assert words[:3] == ["hemoscope", "train", str(drawn_set)]
    chosen = train.make_context("train", words[2:]).params
    for name in ("model", "epochs", "patience", "batch_size", "learning_rate", "dropout", "seed"):
        assert chosen[name] == getattr(best, name), name
    assert (chosen["size"], chosen["no_augmentation"]) == (32, not best.augment)


def test_the_same_command_goes_on_and_prints_json(no_training, drawn_set, tmp_path):
    arguments = ("tune", drawn_set, "--out", tmp_path / "tuning", *QUICK, "--json")
    first = json.loads(run(*arguments, "--trials", 2).stdout)
    more = json.loads(run(*arguments, "--trials", 3).stdout)
    assert set(more) == {"value", "settings", "train", "trials"}
    assert more["trials"][:2] == first["trials"]
    assert [one["state"] for one in more["trials"]] == ["complete"] * 3
    assert more["value"] == max(one["value"] for one in more["trials"])
    assert TrainingSettings.from_json(more["settings"]).dropout == min(one["dropout"] for one in more["trials"])


def test_other_settings_in_the_same_folder_are_refused(no_training, drawn_set, tmp_path):
    arguments = ("tune", drawn_set, "--out", tmp_path / "tuning", "--trials", 1, *QUICK)
    assert run(*arguments).exit_code == 0
    result = run(*arguments, "--patience", 5)
    assert result.exit_code == 1
    assert "Error [tuning.changed]: 'tuning' holds a tuning of other settings" in result.stderr


def test_a_setting_that_train_has_no_option_for_is_named(drawn_set, tmp_path, monkeypatch):
    monkeypatch.setattr(train, "params", [one for one in train.params if one.name not in {"dropout", "size"}])
    words, untold = train_command(drawn_set, TrainingSettings(dropout=0.1, augment=False), groups=tmp_path / "g.csv")
    assert "dropout" in untold
    assert "--dropout" not in words
    assert "--no-augmentation" in words
    assert words[words.index("--groups") + 1] == str(tmp_path / "g.csv")


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("--folds", 1), "'--folds'"),
        (("--trials", 0), "'--trials'"),
        (("--epochs", 0), "Error [settings.range]: epochs: expected at least 1; received 0."),
    ],
)
def test_what_cannot_be_tuned_is_a_usage_error(drawn_set, tmp_path, arguments, message):
    result = run("tune", drawn_set, "--out", tmp_path / "tuning", *arguments)
    assert result.exit_code == 2
    assert message in result.stderr
    assert not (tmp_path / "tuning").exists()
