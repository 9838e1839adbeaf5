"""hemoscope errors, as a user types it."""

import json
import shutil
from dataclasses import replace

from click.testing import CliRunner

from hemoscope.cli import main
from hemoscope.training.cross_validate import Plan, cross_validate
from tests.datasets.layouts import write_table


def test_a_page_and_json_are_written_and_the_rates_are_printed(drawn_run, tmp_path):
    page, document = tmp_path / "page.html", tmp_path / "errors.json"
    result = CliRunner().invoke(main, ["errors", str(drawn_run.folder), "--out", str(page), "--json", str(document)])
    assert result.exit_code == 0, result.output
    assert "slices with hemorrhage missed" in result.stdout
    assert "slices without hemorrhage called positive" in result.stdout
    assert "Research use only" in result.stdout
    assert f"Report: {page}" in result.stderr
    assert "Hemoscope errors" in page.read_text(encoding="utf-8")
    told = json.loads(document.read_text(encoding="utf-8"))
    assert told["model"] == "seed-cnn"
    assert "keeps 90% of these" in told["decided"]
    assert not (drawn_run.folder / "errors.html").exists()


def test_the_page_lies_in_the_run_unless_another_place_is_named(drawn_run, tmp_path):
    shutil.copytree(drawn_run.folder, tmp_path / "run")
    result = CliRunner().invoke(main, ["errors", str(tmp_path / "run"), "--specificity", "0.75"])
    assert result.exit_code == 0, result.output
    assert "keeps 75% of these" in result.stdout
    assert (tmp_path / "run" / "errors.html").is_file()


def test_a_cross_validation_by_group_is_reviewed_with_its_data(drawn_set, quick_settings, tmp_path):
    folder = tmp_path / "cv"
    cross_validate(drawn_set, folder, plan=Plan(replace(quick_settings, epochs=1), repeats=1, folds=2))
    result = CliRunner().invoke(main, ["errors", str(folder), "--data", str(drawn_set)])
    assert result.exit_code == 0, result.output
    assert "cross-validation by group, 2 of 2 folds" in result.stdout
    bare = CliRunner().invoke(main, ["errors", str(folder)])
    assert bare.exit_code == 2
    assert "[review.needs_data]" in bare.stderr


def test_an_evaluation_is_reviewed_at_its_operating_point(tmp_path):
    data = write_table(tmp_path / "set", each=3)
    out = str(tmp_path / "out")
    judged = CliRunner().invoke(main, ["evaluate", "shipped", str(data), "--out", out, "--draws", "100"])
    assert judged.exit_code == 0, judged.output
    result = CliRunner().invoke(main, ["errors", out, "--data", str(data), "--bundle", "shipped"])
    assert result.exit_code == 0, result.output
    assert "Positive from balanced, chosen for" in " ".join(result.stdout.split())
    assert (tmp_path / "out" / "errors.html").is_file()


def test_a_folder_that_is_no_run_fails_with_the_next_step(tmp_path):
    result = CliRunner().invoke(main, ["errors", str(tmp_path)])
    assert result.exit_code == 2
    assert "[review.not_a_run]" in result.stderr
