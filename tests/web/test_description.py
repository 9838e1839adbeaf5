"""The description of the API: an example of everything said in words, true to its schema and to the service."""

import json
import runpy
from pathlib import Path

import jsonschema
import pytest

from hemoscope.web.app import create_app
from hemoscope.web.description import EXAMPLES, METHODS
from hemoscope.web.settings import ServiceSettings

SCRIPT = Path(__file__).parents[2] / "docs" / "reference" / "write_api_examples.py"
BINARY = {"application/gzip", "application/zip", "application/dicom", "image/png", "multipart/form-data"}
PAGES = {"text/html"}
"""Not in words, or a page of half a megabyte."""


@pytest.fixture(scope="module")
def document(tmp_path_factory):
    return create_app(ServiceSettings(tmp_path_factory.mktemp("service"))).openapi()


def contents(document):
    """Give the media type and the content of every request and every answer that is no error."""
    for item in document["paths"].values():
        for method in METHODS & set(item):
            bodies = [item[method].get("requestBody", {})]
            bodies += [answer for code, answer in item[method]["responses"].items() if code < "3"]
            for body in bodies:
                yield from body.get("content", {}).items()


def test_everything_said_in_words_has_an_example_that_fits_its_schema(document):
    checked = 0
    for kind, content in contents(document):
        if kind in BINARY | PAGES:
            continue
        [example] = content["examples"].values()
        if "schema" in content:
            schema = {**content["schema"], "components": document["components"]}
            jsonschema.Draft202012Validator(schema).validate(example["value"])
        checked += 1
    assert checked > 30


def test_every_part_of_a_path_has_an_example(document):
    for path, item in document["paths"].items():
        for method in METHODS & set(item):
            for parameter in item[method].get("parameters", []):
                if parameter["in"] == "path":
                    assert parameter["schema"].get("examples"), (path, parameter["name"])


def test_the_examples_are_what_the_service_gives():
    kept = json.loads(EXAMPLES.read_text(encoding="utf-8"))
    made = runpy.run_path(str(SCRIPT))["examples"]()
    assert form(made) == form(kept), "run python docs/reference/write_api_examples.py"


def form(value):
    """Return the keys and kinds of a value, however many there are in a list and whatever they say."""
    if isinstance(value, dict):
        return {key: form(one) for key, one in value.items()}
    if isinstance(value, list):
        return [form(value[0])] if value else []
    return "number" if isinstance(value, int | float) and not isinstance(value, bool) else type(value).__name__
