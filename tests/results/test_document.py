"""JSON: one schema, every key present, nothing lost on the way back."""

import json
import math
import re
from dataclasses import replace
from importlib.resources import files
from pathlib import Path

import jsonschema
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hemoscope.errors import BundleError, InputError
from hemoscope.records import Interval, OperatingPoint, SliceResult, Status
from hemoscope.results.document import as_document, result_as_json, result_from_json
from hemoscope.terms import Label

from .sample import ALL, MODEL, NEGATIVE, POINT, POSITIVE, REFUSED, UNCERTAIN, scored, unanswered

SCHEMA = json.loads((files("hemoscope.results") / "predictions.schema.json").read_text())
PAGE = Path(__file__).resolve().parents[2] / "docs" / "reference" / "json.md"
KEYS = ["input", "status", "probability", "decision", "operating_point", "subtypes", "warnings", "error"]


def test_the_schema_is_itself_valid_draft_2020_12():
    jsonschema.Draft202012Validator.check_schema(SCHEMA)


@given(st.lists(scored | unanswered, max_size=4))
def test_every_document_keeps_the_schema_and_reads_back_the_same(results):
    document = json.loads(json.dumps(as_document(results, model=MODEL), allow_nan=False))
    jsonschema.validate(document, SCHEMA)
    assert [result_from_json(values) for values in document["results"]] == results


def test_a_document_is_these_keys_and_no_others():
    assert as_document([REFUSED], model=MODEL) == {
        "schema": "hemoscope.predictions",
        "schema_version": "1.3",
        "research_use_only": "Research use only. Not a medical device. Not for diagnosis.",
        "model": MODEL,
        "results": [
            {
                "input": "knee.png",
                "status": "refused",
                "probability": None,
                "decision": None,
                "operating_point": None,
                "subtypes": None,
                "warnings": [],
                "error": {"code": "gate.no_head", "message": "Found no skull.", "next_step": "Choose a head."},
            }
        ],
        "studies": [],
        "objects": [],
    }


def test_files_that_were_made_of_a_study_are_listed_by_its_input():
    document = as_document([], model=MODEL, objects={"h\udce4d": ["out/h/dicom/sr.dcm", "out/h/fhir.json"]})
    jsonschema.validate(document, SCHEMA)
    assert document["objects"] == [{"input": r"h\udce4d", "files": ["out/h/dicom/sr.dcm", "out/h/fhir.json"]}]


def test_a_result_has_the_documented_keys_in_order():
    assert all(list(result_as_json(result)) == KEYS for result in ALL)


def test_an_operating_point_is_told_in_full():
    assert result_as_json(POSITIVE)["operating_point"] == {
        "name": "balanced",
        "threshold": 0.4,
        "chosen_for": "the largest sensitivity + specificity",
        "fitted_on": "40 slices",
        "sensitivity": None,
        "specificity": None,
        "uncertain_from": None,
    }
    fuller = replace(POINT, sensitivity=Interval(0.9, 0.8, 0.95), uncertain_from=0.2)
    told = result_as_json(replace(POSITIVE, operating_point=fuller))["operating_point"]
    assert told["sensitivity"] == {"value": 0.9, "low": 0.8, "high": 0.95}
    assert told["uncertain_from"] == 0.2


def test_an_uncertain_result_keeps_the_schema_and_both_ends_of_its_band():
    document = as_document([UNCERTAIN], model=MODEL)
    jsonschema.validate(document, SCHEMA)
    told = document["results"][0]
    assert (told["decision"], told["operating_point"]["uncertain_from"]) == ("uncertain", 0.1)
    assert told["operating_point"]["threshold"] == 0.8


def test_a_result_that_version_1_0_wrote_still_reads():
    values = result_as_json(POSITIVE)
    for key in ("sensitivity", "specificity", "uncertain_from"):
        del values["operating_point"][key]
    assert result_from_json(values) == POSITIVE


def test_subtypes_come_in_the_order_of_the_labels():
    assert list(result_as_json(NEGATIVE)["subtypes"].items()) == [("epidural", 0.01), ("subdural", 0.04)]


def test_a_number_of_numpy_becomes_plain_json():
    result = replace(POSITIVE, probability=np.float32(0.5), subtypes={Label.SUBDURAL: np.float32(0.25)})
    assert json.loads(json.dumps(result_as_json(result)))["subtypes"] == {"subdural": 0.25}


def test_a_name_that_is_no_utf_8_does_not_stop_the_others():
    name = b"h\xe4mo.png".decode("utf-8", "surrogateescape")
    text = json.dumps(as_document([replace(POSITIVE, input=name)], model=MODEL), ensure_ascii=False)
    assert json.loads(text.encode("utf-8"))["results"][0]["input"] == "h\\udce4mo.png"


@pytest.mark.parametrize("value", [math.nan, math.inf, -math.inf, -0.01, 1.01])
@pytest.mark.parametrize(
    "spoil",
    [
        lambda value: {"probability": value},
        lambda value: {"subtypes": {Label.SUBDURAL: value}},
        lambda value: {"operating_point": OperatingPoint("balanced", value, "", "")},
        lambda value: {"operating_point": replace(POINT, uncertain_from=value)},
        lambda value: {"operating_point": replace(POINT, specificity=Interval(0.5, value, 0.9))},
    ],
)
def test_what_is_no_probability_is_never_written(spoil, value):
    with pytest.raises(BundleError) as caught:
        as_document([replace(POSITIVE, **spoil(value))], model=MODEL)
    assert caught.value.code == "result.not_a_probability"


def test_the_message_about_what_is_no_probability_says_what_to_do():
    with pytest.raises(BundleError) as caught:
        as_document([SliceResult("a.png", Status.SCORED, probability=math.nan)], model=MODEL)
    assert str(caught.value) == (
        "Expected a probability of any hemorrhage in [0, 1]; received nan. Do not use this model bundle: score again "
        "with the shipped one, or export the run again. [result.not_a_probability]"
    )


@pytest.mark.parametrize(
    "spoil",
    [
        {"extra": 1},
        {"status": "maybe"},
        {"probability": 1.5},
        {"probability": None},
        {"decision": None},
        {"operating_point": None},
        {"operating_point": {"name": "balanced", "threshold": 0.4}},
        {"operating_point": POINT.as_json() | {"sensitivity": 0.9}},
        {"decision": "unsure"},
        {"subtypes": {"any": 0.5}},
        {"warnings": [{"code": "a.b"}]},
        {"error": {"code": "a.b", "message": "", "next_step": ""}},
    ],
)
def test_the_schema_refuses_what_is_not_documented(spoil):
    document = as_document([POSITIVE], model=MODEL)
    document["results"][0].update(spoil)
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate(document, SCHEMA)


def test_every_object_of_the_schema_forbids_unknown_keys():
    objects = [part for part in (SCHEMA, *SCHEMA["$defs"].values()) if part.get("type") == "object"]
    assert len(objects) == 12
    assert all(part["additionalProperties"] is False for part in objects)


@pytest.mark.parametrize("key", KEYS)
def test_the_schema_and_the_reader_ask_for_every_key(key):
    document = as_document([POSITIVE], model=MODEL)
    del document["results"][0][key]
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate(document, SCHEMA)
    with pytest.raises(InputError, match=re.escape(f"found no key '{key}'")):
        result_from_json(document["results"][0])


def test_a_value_that_this_version_never_writes_is_malformed():
    with pytest.raises(InputError) as caught:
        result_from_json(result_as_json(POSITIVE) | {"status": "maybe"})
    assert str(caught.value) == (
        "Expected a result as hemoscope predict --json writes it; 'maybe' is not a valid Status. Validate the file "
        "against hemoscope/results/predictions.schema.json. [result.malformed]"
    )


def test_keys_of_a_later_minor_version_are_left_out():
    values = result_as_json(POSITIVE) | {"map": "blood.png"}
    values["operating_point"] |= {"ppv": 0.9}
    assert result_from_json(values) == POSITIVE
    assert POSITIVE.operating_point == POINT


def test_the_example_of_the_documentation_is_what_the_code_writes():
    example = json.loads(re.search(r"```json\n(.*?)```", PAGE.read_text(encoding="utf-8"), re.S).group(1))
    jsonschema.validate(example, SCHEMA)
    results = [result_from_json(values) for values in example["results"]]
    assert as_document(results, model=example["model"]) == example


def test_every_key_of_the_schema_is_explained_in_the_documentation():
    text = PAGE.read_text(encoding="utf-8")
    objects = [part for part in (SCHEMA, *SCHEMA["$defs"].values()) if part.get("type") == "object"]
    names = {name for part in objects for name in part["properties"]}
    assert [name for name in sorted(names) if f"`{name}`" not in text] == []
