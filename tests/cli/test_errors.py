"""hemoscope errors, as a user types it."""

import json

from click.testing import CliRunner

from hemoscope.cli import main


def test_a_page_and_json_are_written_and_the_rates_are_printed(drawn_run, tmp_path):
    page, document = tmp_path / "page.html", tmp_path / "errors.json"
    result = CliRunner().invoke(main, ["errors", str(drawn_run.folder), "--out", str(page), "--json", str(document)])
    assert result.exit_code == 0, result.output
    assert "slices with hemorrhage missed" in result.stdout
    assert "slices without hemorrhage called positive" in result.stdout
    assert "Research use only" in result.stdout
    assert "Hemoscope errors" in page.read_text(encoding="utf-8")
    assert json.loads(document.read_text(encoding="utf-8"))["model"] == "seed-cnn"
    assert not (drawn_run.folder / "errors.html").exists()


def test_a_folder_that_is_no_run_fails_with_the_next_step(tmp_path):
    result = CliRunner().invoke(main, ["errors", str(tmp_path)])
    assert result.exit_code == 1
    assert "[run.not_found]" in result.stderr
