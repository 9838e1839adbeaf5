"""hemoscope audit as a user types it."""

import csv
import json
from importlib.resources import files

import pytest
from click.testing import CliRunner, Result
from jsonschema import Draft202012Validator
from PIL import Image

from hemoscope import cli
from tests.datasets.layouts import write_kaggle


def run(*arguments: object) -> Result:
    return CliRunner().invoke(cli.main, list(map(str, arguments)), env={"COLUMNS": "120"})


@pytest.fixture
def leaky_set(tmp_path):
    """Twelve drawn heads: 3 is 0 in a mirror, 7 is 6 byte for byte, 8 is 1 under the other label, 11 is broken."""
    folder = write_kaggle(tmp_path / "leaky")
    pictures = folder / "head_ct" / "head_ct"
    with Image.open(pictures / "000.png") as picture:
        picture.transpose(Image.Transpose.FLIP_LEFT_RIGHT).save(pictures / "003.png")
    (pictures / "007.png").write_bytes((pictures / "006.png").read_bytes())
    with Image.open(pictures / "001.png") as picture:
        picture.resize((170, 170), Image.Resampling.LANCZOS).save(pictures / "008.png")
    (pictures / "011.png").write_bytes(b"")
    return folder


def test_the_summary_says_the_worst_first_and_what_to_do(leaky_set):
    result = run("audit", leaky_set)
    assert result.exit_code == 3, result.output  # one file could not be read
    lines = result.stdout.splitlines()
    assert lines[0] == "leaky (kaggle): 12 slices, 6 with hemorrhage"
    assert lines[2] == "! 1 pair of one picture under two labels"
    assert "! 3 pairs of one picture saved twice (1 identical bytes, 0 identical pixels, 2 same picture)" in lines
    assert "Remove one of each, or keep them on one side: --groups-out here, then --groups in train." in " ".join(
        result.stdout.split()
    )
    assert "- 1 file could not be read" in lines
    assert lines[-1] == "Research use only. Not a medical device. Not for diagnosis."


def test_the_json_names_each_pair_and_obeys_its_schema(leaky_set):
    result = run("audit", leaky_set, "--json")
    document = json.loads(result.stdout)
    schema = json.loads(files("hemoscope.results").joinpath("audit.schema.json").read_text(encoding="utf-8"))
    Draft202012Validator(schema).validate(document)
    pairs = {(pair["first"], pair["second"]): pair for pair in document["pairs"] if pair["kind"] != "same series"}
    assert {names: (pair["kind"], pair["is_mirrored"]) for names, pair in pairs.items()} == {
        ("6", "7"): ("identical bytes", False),
        ("0", "3"): ("same picture", True),
        ("1", "8"): ("same picture", False),
    }
    assert [names for names, pair in pairs.items() if pair["is_conflict"]] == [("1", "8")]
    assert [(one["id"], one["code"]) for one in document["unreadable"]] == [("11", "read.empty")]
    assert {(floor["name"], floor["folds"]) for floor in document["floors"]} == {
        ("metadata", "grouped"),
        ("thumbnail", "grouped"),
        ("thumbnail", "random"),
    }


def test_the_groups_it_writes_are_the_groups_it_takes(leaky_set, tmp_path):
    run("audit", leaky_set, "--groups-out", tmp_path / "groups.csv")
    with (tmp_path / "groups.csv").open(newline="") as stream:
        group_of = {row["id"]: row["group"] for row in csv.DictReader(stream)}
    assert len(group_of) == 12
    assert all(group_of[first] == group_of[second] for first, second in (("0", "3"), ("6", "7"), ("1", "8")))
    assert group_of["11"] == "11"
    again = json.loads(run("audit", leaky_set, "--groups", tmp_path / "groups.csv", "--json").stdout)
    assert not any(pair["joins_groups"] for pair in again["pairs"])
    assert again["collection"]["groups_given"] == again["collection"]["groups_suggested"] == len(set(group_of.values()))


def test_the_report_is_one_page(leaky_set, tmp_path):
    result = run("audit", leaky_set, "--report", tmp_path / "audit.html")
    assert f"Report: {tmp_path / 'audit.html'}" in result.stderr
    assert "1 pair: identical bytes" in (tmp_path / "audit.html").read_text(encoding="utf-8")


def test_what_is_no_collection_is_said_in_one_line(tmp_path):
    result = run("audit", tmp_path)
    assert result.exit_code == 1
    assert "Error [data.unknown_layout]" in result.stderr
    assert run("audit", tmp_path / "nothing").exit_code == 2


def test_a_floor_that_cannot_be_measured_stops_nothing(tmp_path):
    result = run("audit", write_kaggle(tmp_path / "two", each=1))
    assert result.exit_code == 0, result.output
    assert "- A floor could not be measured" in result.stdout
    assert "Expected at least 2 groups of each class; the smaller class has 1. Add patients." in result.stdout


@pytest.mark.real_data
def test_on_the_200_file_properties_alone_reach_about_080(two_hundred):
    result = run("audit", two_hundred, "--json")
    assert result.exit_code == 0, result.output
    document = json.loads(result.stdout)
    metadata = next(floor for floor in document["floors"] if floor["name"] == "metadata")
    assert metadata["auroc"] == pytest.approx(0.79, abs=0.03)
    assert metadata["low"] > 0.6
    by_name = {shortcut["name"]: shortcut for shortcut in document["shortcuts"]}
    assert by_name["order"]["auroc"] == 1.0
    assert by_name["width"]["auroc"] == pytest.approx(0.805, abs=0.0005)  # counted by hand in ARCHITECTURE.md: 0.80
    assert by_name["alpha channel"]["auroc"] == 0.56  # 12 of 100 negatives and no positive
    assert [name for name, one in by_name.items() if one["is_leak"]][:3] == ["order", "width", "height"]
