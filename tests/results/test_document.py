"""JSON: one schema, every key present, nothing lost on the way back."""

import json
import re
from importlib.resources import files
from pathlib import Path

import jsonschema
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hemoscope.records import Decision, ErrorReport, Notice, OperatingPoint, SliceResult, Status
from hemoscope.results.document import as_document, result_as_json, result_from_json
from hemoscope.terms import SUBTYPES

from .sample import ALL, MODEL, POSITIVE

SCHEMA = json.loads((files("hemoscope.results") / "predictions.schema.json").read_text())
PAGE = Path(__file__).resolve().parents[2] / "docs" / "reference" / "json.md"

texts = st.text(max_size=20)
shares = st.floats(0, 1)
notices = st.lists(st.builds(Notice, texts, texts), max_size=3).map(tuple)
scored = st.builds(
    SliceResult,
    input=texts,
    status=st.just(Status.SCORED),
    probability=shares,
    decision=st.sampled_from(Decision),
    operating_point=st.builds(OperatingPoint, texts, shares, texts, texts),
    subtypes=st.none() | st.dictionaries(st.sampled_from(SUBTYPES), shares, min_size=1),
    warnings=notices,
)
unanswered = st.builds(
    SliceResult,
    input=texts,
    status=st.sampled_from([Status.REFUSED, Status.FAILED]),
    warnings=notices,
    error=st.builds(ErrorReport, texts, texts, texts),
)


@given(st.lists(scored | unanswered, max_size=4))
def test_every_document_keeps_the_schema_and_reads_back_the_same(results):
    document = json.loads(json.dumps(as_document(results, model=MODEL)))
    jsonschema.validate(document, SCHEMA)
    assert [result_from_json(values) for values in document["results"]] == results


def test_a_result_has_the_documented_keys_in_order():
    keys = ["input", "status", "probability", "decision", "operating_point", "subtypes", "warnings", "error"]
    assert all(list(result_as_json(result)) == keys for result in ALL)


def test_a_document_says_research_use_only():
    assert as_document([], model=MODEL)["research_use_only"].startswith("Research use only")


@pytest.mark.parametrize("spoil", [{"extra": 1}, {"status": "maybe"}, {"probability": 1.5}, {"probability": None}])
def test_the_schema_refuses_what_is_not_documented(spoil):
    document = as_document([POSITIVE], model=MODEL)
    document["results"][0].update(spoil)
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate(document, SCHEMA)


def test_a_probability_that_is_no_number_is_never_written():
    broken = SliceResult("a.png", Status.SCORED, probability=float("nan"))
    with pytest.raises(ValueError, match="Expected a finite probability; received nan"):
        as_document([broken], model=MODEL)


def test_the_example_of_the_documentation_keeps_the_schema():
    example = re.search(r"```json\n(.*?)```", PAGE.read_text(), re.S)
    jsonschema.validate(json.loads(example.group(1)), SCHEMA)


def test_every_key_is_explained_in_the_documentation():
    text = PAGE.read_text()
    for name in (*result_as_json(POSITIVE), *MODEL, "schema_version", "research_use_only"):
        assert f"`{name}`" in text
