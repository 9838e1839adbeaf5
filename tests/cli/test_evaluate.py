"""hemoscope evaluate as a user types it."""

import json
from importlib.resources import files
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from jsonschema import Draft202012Validator

from hemoscope.cli import main
from hemoscope.datasets.audit.fingerprints import UNKNOWN, Fingerprints, fingerprint
from hemoscope.datasets.load import load_collection
from hemoscope.inference.predictor import Predictor
from tests.datasets.layouts import write_table
from tests.inference.bundles import bundle_with


def run(*arguments: object) -> Result:
    return CliRunner().invoke(main, ["evaluate", *map(str, arguments)], env={"COLUMNS": "100"})


@pytest.fixture(scope="module")
def data(tmp_path_factory) -> Path:
    return write_table(tmp_path_factory.mktemp("data") / "external", each=4)


@pytest.fixture(scope="module")
def plain(tmp_path_factory) -> Path:
    return bundle_with(tmp_path_factory.mktemp("bundles") / "plain", None)


@pytest.fixture(scope="module")
def knowing(data, tmp_path_factory) -> Path:
    """A bundle that learned from the first slice."""
    seen = Predictor().examine(load_collection(data).items[0].path).model_input
    table = fingerprint([seen], hashes=[UNKNOWN])
    return bundle_with(tmp_path_factory.mktemp("bundles") / "knowing", Fingerprints(table.hashes, table.signatures))


def test_the_summary_says_what_was_judged_and_what_could_not_be_checked(plain, data):
    result = run(plain, data, "--draws", "100")
    assert result.exit_code == 0, result.output
    assert "on external (table): 8 slices, 4 with hemorrhage, in 4 groups" in result.stdout
    assert "! Whether any of these slices stood in the training data could not be checked" in result.stdout
    assert result.stdout.splitlines()[-1] == "Research use only. Not a medical device. Not for diagnosis."


def test_a_terminal_is_told_of_the_measuring_after_the_scoring(plain, data, monkeypatch):
    monkeypatch.setenv("FORCE_COLOR", "1")
    shown = run(plain, data, "--draws", "100").stderr
    assert 0 <= shown.rindex("Scoring") < shown.rindex("Measuring")


def test_the_shipped_bundle_has_a_word_of_its_own(data):
    result = run("shipped", data, "--draws", "100", "--json", "--seen", "keep")
    assert json.loads(result.stdout)["model"]["bundle_sha256"] == Predictor().bundle.hash


def test_the_json_obeys_its_schema_and_the_options(plain, data):
    result = run(plain, data, "--json", "--prevalence", "0.05", "--draws", "150", "--seed", "3")
    document = json.loads(result.stdout)
    schema = json.loads(files("hemoscope.results").joinpath("evaluation.schema.json").read_text(encoding="utf-8"))
    Draft202012Validator(schema).validate(document)
    assert document["settings"] == {
        "operating_point": "balanced",
        "prevalence": 0.05,
        "prevalence_is_stated": True,
        "draws": 150,
        "seed": 3,
    }


def test_out_gets_four_files_that_say_the_same(plain, data, tmp_path):
    result = run(plain, data, "--draws", "100", "--out", tmp_path / "out", "--examples", "1", "--json")
    assert f"Written: {tmp_path / 'out' / 'report.html'}" in result.stderr
    assert json.loads((tmp_path / "out" / "evaluation.json").read_text()) == json.loads(result.stdout)
    wrong = sum(bool(json.loads(result.stdout)[kind]) for kind in ("misses", "false_alarms"))
    assert (tmp_path / "out" / "report.html").read_text().count("<img ") == wrong


def test_a_slice_that_was_learned_from_stops_the_command_until_one_decides(knowing, data):
    refused = run(knowing, data, "--draws", "100")
    assert refused.exit_code == 1
    assert "Error [data.seen_in_training]: Expected slices that the network never saw" in refused.stderr
    dropped = json.loads(run(knowing, data, "--draws", "100", "--seen", "drop", "--json").stdout)
    assert [case["id"] for case in dropped["cases"]] == [f"{place}.png" for place in range(2, 8)]
    assert [one["likeness"] for one in dropped["seen_in_training"]["slices"]] == ["near-duplicate", "same group"]
    kept = json.loads(run(knowing, data, "--draws", "100", "--seen", "keep", "--json").stdout)
    assert (len(kept["cases"]), kept["seen_in_training"]["status"]) == (8, "found")


def test_a_file_that_cannot_be_read_changes_the_exit_code_and_nothing_else(plain, data, tmp_path):
    (tmp_path / "broken.png").write_bytes(b"")
    rows = [f"{data / f'{place}.png'},{place % 2}" for place in range(8)]
    (tmp_path / "all.csv").write_text("\n".join(["path,label", *rows, "broken.png,1"]) + "\n")
    result = run(plain, tmp_path / "all.csv", "--draws", "100")
    assert result.exit_code == 3, result.output
    assert "8 scored, 0 refused, 1 failed (read.empty 1)" in result.stdout


@pytest.mark.parametrize(
    ("arguments", "exit_code", "message"),
    [
        (["--operating-point", "strict"], 2, "[operating_point.unknown]"),
        (["--prevalence", "2"], 2, "2.0 is not in the range 0<=x<=1"),
        (["--draws", "5"], 2, "5 is not in the range x>=100"),
        (["--draws", "1000000"], 1, "[metric.range]"),
    ],
)
def test_options_that_cannot_be_are_errors(plain, data, arguments, exit_code, message):
    result = run(plain, data, *arguments)
    assert result.exit_code == exit_code
    assert message in result.stderr


def test_labels_of_one_class_and_a_folder_that_is_no_bundle_are_errors(plain, data, tmp_path):
    (tmp_path / "one.csv").write_text(f"path,label\n{data / '0.png'},0\n")
    assert "[data.one_class]" in run(plain, tmp_path / "one.csv").stderr
    assert "[bundle.not_found]" in run(tmp_path, data).stderr
