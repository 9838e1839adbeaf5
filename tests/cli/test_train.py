"""hemoscope train and export as a user types them."""

import pytest
from click.testing import CliRunner, Result
from PIL import Image

from hemoscope.cli import main
from tests.datasets.layouts import draw_picture

QUICK = ("--epochs", 1, "--size", 32, "--batch-size", 4, "--validation-fraction", 0.25)


def run(*arguments: object) -> Result:
    return CliRunner().invoke(main, list(map(str, arguments)))


def test_train_export_and_predict_follow_each_other(drawn_set, tmp_path):
    trained = run("train", drawn_set, "--model", "seed-cnn", "--out", tmp_path / "run", *QUICK)
    assert trained.exit_code == 0, trained.output
    assert "drawn (kaggle): 16 slices, 8 with hemorrhage" in trained.stderr
    assert "Kept epoch 1 of 1: validation loss" in trained.stdout
    exported = run("export", tmp_path / "run", tmp_path / "bundle")
    assert exported.exit_code == 0, exported.output
    assert "ONNX Runtime against Keras" in exported.stdout
    Image.fromarray(draw_picture(label=0, seed=5)).save(tmp_path / "head.png")
    scored = run("predict", tmp_path / "head.png", "--bundle", tmp_path / "bundle")
    assert scored.exit_code == 0, scored.output
    assert "1 scored" in scored.stdout


def test_resume_keeps_the_runs_settings_and_refuses_others(drawn_set, drawn_run):
    result = run("train", drawn_set, "--out", drawn_run.folder, "--resume", "--dropout", 0.1)
    assert result.exit_code == 2
    assert "--resume keeps the run's own settings; leave out --dropout." in result.stderr


def test_a_finished_run_resumed_says_what_it_kept(drawn_set, drawn_run):
    result = run("train", drawn_set, "--out", drawn_run.folder, "--resume")
    assert result.exit_code == 0
    assert "Going on after epoch 3" in result.stderr
    assert f"Kept epoch {drawn_run.best_epoch} of 3" in result.stdout


def test_an_existing_run_is_not_overwritten(drawn_set, drawn_run):
    result = run("train", drawn_set, "--out", drawn_run.folder)
    assert result.exit_code == 1
    assert "Error [run.exists]" in result.stderr


def test_a_setting_out_of_range_is_a_usage_error(drawn_set, tmp_path):
    result = run("train", drawn_set, "--out", tmp_path / "run", "--dropout", 2)
    assert result.exit_code == 2
    assert "dropout: expected from 0 to below 1; received 2.0" in result.stderr


@pytest.mark.parametrize("command", ["train", "export", "predict"])
def test_every_command_explains_itself(command):
    result = run(command, "--help")
    assert result.exit_code == 0
    assert result.stdout.startswith("Usage: ")


def test_help_lists_the_commands_and_says_research_use_only():
    result = run("--help")
    for word in ("train", "export", "predict", "Research use only"):
        assert word in result.stdout


def test_an_unknown_command_is_a_usage_error():
    assert run("diagnose").exit_code == 2
