"""hemoscope compare as a user types it."""

import json
from importlib.resources import files
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from jsonschema import Draft202012Validator

from hemoscope.cli import main
from tests.datasets.layouts import write_table
from tests.inference.bundles import contrary


def run(*arguments: object) -> Result:
    return CliRunner().invoke(main, ["compare", *map(str, arguments)], env={"COLUMNS": "100"})


@pytest.fixture(scope="module")
def data(tmp_path_factory) -> Path:
    return write_table(tmp_path_factory.mktemp("data") / "external", each=4)


@pytest.fixture(scope="module")
def other(tmp_path_factory) -> Path:
    return contrary(tmp_path_factory.mktemp("bundles") / "contrary")


def test_the_table_names_both_and_whom_the_figures_favor(data, other):
    result = run("shipped", other, data, "--draws", "100")
    assert result.exit_code == 0, result.output
    assert "On external: 8 slices that both scored, 4 with hemorrhage, in 4 groups" in result.stdout
    assert next(line for line in result.stdout.splitlines() if line.startswith("auroc")).endswith("favors A")
    assert result.stdout.splitlines()[-1] == "Research use only. Not a medical device. Not for diagnosis."


def test_a_terminal_is_told_of_the_measuring_after_the_scoring(data, other, monkeypatch):
    monkeypatch.setenv("FORCE_COLOR", "1")
    shown = run("shipped", other, data, "--draws", "100").stderr
    assert 0 <= shown.rindex("Scoring") < shown.rindex("Measuring")


def test_the_json_obeys_its_schema(data, other):
    result = run(other, "shipped", data, "--draws", "100", "--json")
    document = json.loads(result.stdout)
    schema = json.loads(files("hemoscope.results").joinpath("comparison.schema.json").read_text(encoding="utf-8"))
    Draft202012Validator(schema).validate(document)
    assert document["differences"]["auroc"]["favors"] == "second"


def test_the_report_is_one_page_with_the_figures_of_the_json(data, other, tmp_path):
    result = run(
        "shipped", other, data, "--draws", "100", "--report", tmp_path / "ab.html", "--examples", "2", "--json"
    )
    assert f"Report: {tmp_path / 'ab.html'}" in result.stderr
    document, page = json.loads(result.stdout), (tmp_path / "ab.html").read_text(encoding="utf-8")
    assert len(document["decided_differently"]) > 2
    assert page.count("<img ") == 4
    assert f"A less B {document['differences']['auroc']['difference']['value']:.3f} [" in page
    assert page.count(document["first"]["model"]["bundle_sha256"]) == 1


def test_a_file_that_cannot_be_read_changes_the_exit_code(data, other, tmp_path):
    (tmp_path / "broken.png").write_bytes(b"")
    rows = [f"{data / f'{place}.png'},{place % 2}" for place in range(8)]
    (tmp_path / "all.csv").write_text("\n".join(["path,label", *rows, "broken.png,1"]) + "\n")
    result = run("shipped", other, tmp_path / "all.csv", "--draws", "100")
    assert result.exit_code == 3, result.output
    assert "not scored by one or both: 1" in " ".join(result.stdout.split())


def test_a_folder_that_is_no_bundle_is_an_error_and_a_missing_one_too(data, tmp_path):
    assert "[bundle.not_found]" in run("shipped", tmp_path, data).stderr
    assert run(tmp_path / "nothing", "shipped", data).exit_code == 1
