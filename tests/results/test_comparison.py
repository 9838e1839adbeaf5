"""A comparison as JSON and as a table."""

import json
from dataclasses import replace
from importlib.resources import files

import pytest
from jsonschema import Draft202012Validator
from rich.console import Console

from hemoscope.evaluation.paired import Comparison
from hemoscope.results.comparison_document import comparison_as_json
from hemoscope.results.comparison_table import ComparisonSummary
from tests.evaluation.judged import case, twelve

from .evaluated import compared, of_studies, vague

FEW = [case("a", 1, 0.9), case("b", 0, 0.1), case("c", 0, 0.2)]


@pytest.mark.parametrize("cases", [twelve(), FEW])
def test_the_json_is_valid_by_its_schema(cases):
    schema = json.loads(files("hemoscope.results").joinpath("comparison.schema.json").read_text(encoding="utf-8"))
    Draft202012Validator.check_schema(schema)
    document = comparison_as_json(compared(cases, cases))
    Draft202012Validator(schema).validate(json.loads(json.dumps(document, allow_nan=False)))
    assert (document["delong"] is None) == (document["not_tested"] is not None) == (cases is FEW)


def test_the_json_tells_who_could_not_be_paired():
    document = comparison_as_json(compared(twelve(), twelve()))
    assert document["paired"] == {"slices": 10, "positives": 5, "groups": 5, "are_independent": False}
    assert document["unpaired"] == [
        {"id": "p-refused", "label": 1, "first": "gate.no_head", "second": "gate.no_head"},
        {"id": "n-failed", "label": 0, "first": "read.empty", "second": "read.empty"},
    ]
    assert document["mcnemar"]["all"] == {"only_first": 0, "only_second": 0, "p_value": 1.0}


def test_the_json_tells_what_was_decided_differently_and_who_was_right():
    document = comparison_as_json(compared(twelve(), vague()))
    assert document["decided_differently"] == [
        {"id": "p0", "label": 1, "group": "g0", "first": 0.9, "second": 0.45, "right": "first"},
        {"id": "n4", "label": 0, "group": "g4", "first": 0.75, "second": 0.45, "right": "second"},
    ]
    assert document["roc"]["first"]["sensitivity"][:3] == [0.0, 0.2, 0.4]


def lines_of(comparison: Comparison, path) -> list[str]:
    with path.open("w") as stream:
        Console(width=80, file=stream).print(ComparisonSummary(comparison))
    return path.read_text().splitlines()


def test_the_table_fits_a_plain_terminal_and_says_what_to_trust(tmp_path):
    lines = lines_of(compared(twelve(), twelve()), tmp_path / "out.txt")
    assert lines[0] == "A: one 0.1.0, positive from 50.0%"
    assert r"B: t\x1b[2Jwo 0.1.0, positive from 50.0%" in lines
    assert "auroc           0.800   0.800   0.000 [0.000-0.000]" in lines
    assert "not independent, as these tests take for granted: trust the intervals." in " ".join(" ".join(lines).split())
    assert "McNemar, slices with hemorrhage: only A right 0, only B right 0, p = 1.000" in lines
    assert lines[-1] == "Research use only. Not a medical device. Not for diagnosis."
    assert max(map(len, lines)) <= 80


def test_the_table_says_whom_a_figure_favors_and_why_a_test_is_missing(tmp_path):
    unsure = [case("a", 1, 0.55), case("b", 0, 0.45), case("c", 0, 0.45)]
    lines = lines_of(compared(FEW, unsure), tmp_path / "out.txt")
    assert next(line for line in lines if line.startswith("brier")).endswith("favors A")
    assert any(
        line.startswith("DeLong: Expected at least 2 items of each class; received 1 positive") for line in lines
    )
    assert not any("take for granted" in line for line in lines)


def test_the_table_speaks_of_studies_where_those_are_compared(tmp_path):
    found = compared(twelve(), vague())
    text = " ".join(lines_of(replace(found, collection=of_studies(found.collection)), tmp_path / "out.txt"))
    assert "10 studies that both scored" in text
    assert "McNemar, studies with hemorrhage: only A right" in text
    assert "Studies of one group are not independent" in text
