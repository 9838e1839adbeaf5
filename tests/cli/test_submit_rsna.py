"""hemoscope submit-rsna as a user types it."""

import shutil

from click.testing import CliRunner

from hemoscope.cli import main
from hemoscope.terms import Label
from tests.datasets.public_sets import rsna_rows, write_csv


def run(*arguments: object):
    return CliRunner().invoke(main, ["submit-rsna", *map(str, arguments)])


def test_a_submission_is_written_and_its_loss_is_told(rsna, tmp_path):
    rows = [*rsna_rows("ID_0fbf6a978", Label.SUBDURAL), *rsna_rows("ID_0d62513ec", None)]
    write_csv(tmp_path / "labels.csv", ("ID", "Label"), rows)
    result = run("shipped", rsna, tmp_path / "out.csv", "--labels", tmp_path / "labels.csv")
    assert result.exit_code == 0, result.output
    first, second = result.stdout.splitlines()
    assert first == "2 images scored, 0 kept the sample's value"
    assert second.startswith("Weighted log loss 0.")
    assert second.endswith("on 2 images")
    assert "Written: " in result.stderr


def test_images_that_cannot_be_read_are_told_and_give_exit_code_3(rsna, tmp_path):
    copy = shutil.copytree(rsna, tmp_path / "copy")
    next((copy / "stage_2_test").iterdir()).unlink()
    result = run("shipped", copy, tmp_path / "out.csv")
    assert result.exit_code == 3
    assert result.stdout == "1 images scored, 1 kept the sample's value: input.not_found 1\n"


def test_a_folder_that_is_not_the_competitions_is_a_usage_error(tmp_path):
    result = run("shipped", tmp_path, tmp_path / "out.csv")
    assert result.exit_code == 2
    assert "Error [input.not_found]: There is no stage_2_sample_submission.csv" in result.stderr
