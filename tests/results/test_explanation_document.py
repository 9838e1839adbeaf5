"""What was drawn, as JSON."""

import json
from importlib.resources import files
from pathlib import Path

import jsonschema
import pytest

from hemoscope.results.explanation_document import explanation_as_json

from .sample import FAILED, MODEL, POSITIVE, STUDY
from .test_document import SCHEMA as PREDICTIONS

SCHEMA = json.loads((files("hemoscope.results") / "explanation.schema.json").read_text())
FILES = {
    "page": "index.html",
    "key_slices": "key-slices.png",
    "slices": [{"file": "slices/2-b.png", "slice": 1, "outlined": ["subdural"], "withheld": None}],
}


@pytest.mark.parametrize("result", [POSITIVE, STUDY, FAILED])
def test_every_document_keeps_the_schema_and_holds_the_answer(result):
    document = json.loads(json.dumps(explanation_as_json(result, model=MODEL, method=None, files=FILES)))
    jsonschema.Draft202012Validator.check_schema(SCHEMA)
    jsonschema.validate(document, SCHEMA)
    jsonschema.validate(document["predictions"], PREDICTIONS)
    assert document["method"] == "maps"
    assert len(document["predictions"]["results"] + document["predictions"]["studies"]) == 1


def test_another_method_is_named():
    assert explanation_as_json(POSITIVE, model=MODEL, method="gradcam", files=FILES)["method"] == "gradcam"


def test_the_page_explains_every_key():
    page = (Path(__file__).resolve().parents[2] / "docs" / "reference" / "json.md").read_text()
    section = page.split("# The JSON of `hemoscope explain`")[1]
    keys = {*SCHEMA["required"], *SCHEMA["properties"]["slices"]["items"]["required"]}
    assert all(f"`{key}`" in section for key in keys)
