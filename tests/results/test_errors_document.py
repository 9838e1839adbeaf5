"""A run's mistakes as JSON."""

import json
import re
from pathlib import Path

import pytest

from hemoscope.results.errors_document import errors_as_json
from hemoscope.review.cases import ReviewedRun
from hemoscope.review.review import review
from hemoscope.terms import Label
from tests.review.drawn import disk, drawn_case, with_bleed

PAGE = Path(__file__).resolve().parents[2] / "docs" / "reference" / "json.md"


def document_of(*cases) -> dict:
    found = review(ReviewedRun("run\udce4", "a test", "map-net", cases, "one half", is_calibrated=False, notes=("n",)))
    return json.loads(json.dumps(errors_as_json(found), allow_nan=False))


@pytest.fixture(scope="module")
def document() -> dict:
    tiny = with_bleed(disk(60, 60, 4), key="a\udce4", subtypes=(Label.SUBDURAL,), claimed=Label.EPIDURAL)
    return document_of(tiny, drawn_case(key="b", score=0.9, group="p2"), drawn_case(key="c", score=0.1, group="p2"))


def test_what_was_judged_and_how_is_told(document):
    told = {name: document[name] for name in ("schema", "schema_version", "run", "kind", "model", "decided", "slices")}
    assert told == {
        "schema": "hemoscope.errors",
        "schema_version": "1.0",
        "run": r"run\udce4",
        "kind": "a test",
        "model": "map-net",
        "decided": "one half",
        "slices": 3,
    }
    assert (document["is_calibrated"], document["notes"]) == (False, ["n"])
    assert document["research_use_only"].startswith("Research use only")


def test_every_mistake_is_there_with_its_measures_and_traits(document):
    (miss,) = document["misses"]["cases"]
    assert (miss["id"], miss["score"], miss["threshold"]) == (r"a\udce4", 0.2, 0.5)
    assert (miss["subtypes"], miss["claimed"], miss["is_doubtful"]) == (["subdural"], "epidural", False)
    assert miss["measures"]["of_bleed"]["area_cm2"] == disk(60, 60, 4).sum() / 100
    assert miss["measures"]["of_peak"] is None
    assert {"kind": "size of the bleed", "value": "tiny, below 1 cm²"} in miss["traits"]
    assert miss["shown_under"] is None  # no trait of the one miss goes wrong more often than all
    assert [case["id"] for case in document["false_alarms"]["cases"]] == ["b"]


def test_rates_stand_with_their_interval(document):
    rate = document["false_alarms"]["rate"]
    assert (rate["wrong"], rate["cases"], rate["wrong_groups"], rate["groups"]) == (1, 2, 1, 1)
    assert rate["share"]["low"] < rate["share"]["value"] == 0.5 < rate["share"]["high"]
    assert document["misses"]["groups"] == []
    assert document_of(drawn_case())["misses"]["rate"] is None


def test_the_page_explains_every_key_and_no_other(document):
    section = PAGE.read_text(encoding="utf-8").split("# The JSON of `hemoscope errors --json`")[1].split("\n# ")[0]
    explained = {name for line in re.findall(r"^\| (`.+?) \|", section, re.M) for name in re.findall(r"`(\w+)`", line)}
    (miss,), side = document["misses"]["cases"], document["misses"]
    assert explained == {*document, *side, *side["rate"], *side["traits"][0], *miss} | {"group"}
