"""hemoscope train-study as a user types it."""

import pytest
from click.testing import CliRunner, Result

from hemoscope.cli import main
from hemoscope.training.studies import run as study_run


def run(*arguments: object) -> Result:
    return CliRunner().invoke(main, ["train-study", *map(str, arguments)])


def test_a_folder_without_studies_is_said_in_one_line(tmp_path):
    result = run(tmp_path, "--out", tmp_path / "out")
    assert result.exit_code == 1
    assert "Error [data.no_study]" in result.stderr


def test_figures_and_the_next_step_are_printed(tmp_path, monkeypatch):
    """The training itself is tested where it is; here its figures are given."""
    told = {}

    def train(recipes, out, *, networks, settings, observer):
        told.update(recipes=len(recipes), epochs=settings.epochs, network=networks.name_for("phe-sich"))
        figure = {"value": 0.9, "low": 0.8, "high": 1.0}
        return {"figures": {"origins_left_out": {"phe-sich": {"auroc": figure}}}, "head": "learned"}

    monkeypatch.setattr(study_run, "train_study_head", train)
    monkeypatch.setattr("hemoscope.datasets.studies.sources.load_studies", lambda _: [])
    result = run(tmp_path, "--out", tmp_path / "out", "--phantoms", 2, "--epochs", 3)
    assert result.exit_code == 0, result.output
    assert "origins left out  phe-sich                  auroc           0.900 [0.800-1.000]" in result.stdout
    assert "Kept: the head that learned" in result.stdout
    assert f"Next: hemoscope export RUN BUNDLE --study {tmp_path / 'out'}" in result.stdout
    assert told["recipes"] == 2 * (2 + 16)
    assert (told["epochs"], told["network"]) == (3, "bundle")


@pytest.mark.parametrize("option", ["--epochs", "--phantoms"])
def test_numbers_out_of_range_are_refused(tmp_path, option):
    assert run(tmp_path, "--out", tmp_path / "out", option, -1).exit_code == 2
