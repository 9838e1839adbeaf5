"""The JSON of an evaluation: valid by its schema, and every figure that of the judgement."""

import json
import re
from importlib.resources import files
from pathlib import Path

import numpy as np
import pytest
from jsonschema import Draft202012Validator

from hemoscope.results.evaluation_document import MOST_POINTS, evaluation_as_json, seen_in_words, thinned

from .evaluated import FOUND, NONE_FOUND, NOT_POSSIBLE, evaluated

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="module")
def validator() -> Draft202012Validator:
    schema = json.loads(files("hemoscope.results").joinpath("evaluation.schema.json").read_text(encoding="utf-8"))
    Draft202012Validator.check_schema(schema)
    return Draft202012Validator(schema)


@pytest.mark.parametrize("seen", [NOT_POSSIBLE, NONE_FOUND, FOUND])
@pytest.mark.parametrize("prevalence", [None, 0.1])
def test_it_is_valid_by_its_schema_and_holds_no_odd_number(validator, seen, prevalence):
    document = evaluation_as_json(evaluated(seen=seen, prevalence=prevalence, name="h\udce4mo", rename="h\udce4mo-"))
    validator.validate(json.loads(json.dumps(document, allow_nan=False)))
    assert document["settings"]["prevalence_is_stated"] is (prevalence is not None)


@pytest.mark.parametrize("name", ["evaluation", "comparison"])
def test_the_reference_explains_every_key(name):
    schema = json.loads(files("hemoscope.results").joinpath(f"{name}.schema.json").read_text(encoding="utf-8"))
    page = (ROOT / "docs" / "reference" / "json.md").read_text()
    section = page.split(f"results/{name}.schema.json`]")[1].split("\n# ")[0]
    listed = {key for row in re.findall(r"^\| (`.*?) \|", section, re.M) for key in re.findall(r"`(\w+)`", row)}
    assert listed == set(schema["properties"])


def test_a_key_more_or_less_is_not_valid(validator):
    document = json.loads(json.dumps(evaluation_as_json(evaluated())))
    assert not validator.is_valid(document | {"more": 1})
    assert not validator.is_valid({key: value for key, value in document.items() if key != "checklist"})


def test_what_was_not_scored_is_counted_by_code_and_listed():
    document = evaluation_as_json(evaluated())
    assert document["counts"] == {
        "scored": 10,
        "refused": 1,
        "failed": 1,
        "unanswered_positives": 1,
        "by_code": [
            {"status": "refused", "code": "gate.no_head", "count": 1},
            {"status": "failed", "code": "read.empty", "count": 1},
        ],
    }
    lost = [(case["id"], case["error"]["code"]) for case in document["cases"] if case["probability"] is None]
    assert lost == [("p-refused", "gate.no_head"), ("n-failed", "read.empty")]


def test_points_mistakes_and_subgroups_are_those_counted_by_hand():
    document = evaluation_as_json(evaluated())
    first, strict = document["operating_points"]
    assert (first["name"], first["true_positives"], first["sensitivity"]["value"]) == ("balanced", 4, 0.8)
    assert (strict["name"], strict["ppv"]) == ("rule-in", None)
    assert document["misses"] == ["p4"]
    assert document["false_alarms"] == ["n4", "n3"]
    assert [row["value"] for row in document["subgroups"][0]["rows"]] == ["", "A", "B"]
    assert document["columns_left_out"] == ["age"]
    assert document["histogram"]["with_hemorrhage"][12] == 1  # 0.6
    assert sum(row["count"] for row in document["reliability"]) == 10
    assert (document["risk_coverage"]["coverage"][-1], document["risk_coverage"]["risk"][-1]) == (1.0, 0.3)


def test_the_words_about_training_say_what_the_figures_are_worth():
    assert seen_in_words(NOT_POSSIBLE).startswith("Whether any of these slices stood in the training data could not be")
    assert seen_in_words(NONE_FOUND) == (
        "None of these slices is among the 2,168 slices that the network learned from, compared by file and by brain."
    )
    assert "They were kept, so these figures are too good" in seen_in_words(FOUND)


def test_a_long_curve_keeps_its_ends_and_at_most_so_many_points():
    (kept,) = thinned(np.arange(10_000))
    assert len(kept) == MOST_POINTS
    assert kept[[0, -1]].tolist() == [0, 9999]
    assert thinned(np.arange(3))[0].tolist() == [0, 1, 2]
