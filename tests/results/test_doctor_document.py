import json
import re
from dataclasses import fields
from pathlib import Path

from hemoscope.records import Check, Health
from hemoscope.results.doctor_document import doctor_as_json

PAGE = Path(__file__).resolve().parents[2] / "docs" / "reference" / "doctor.md"


def test_every_key_is_there_and_plain():
    check = Check("speed", "read", Health.OK, "1.5 ms a slice", milliseconds=1.5)
    document = json.loads(json.dumps(doctor_as_json([check])))
    assert document == {
        "schema": "hemoscope.doctor",
        "schema_version": "1.0",
        "works": True,
        "counts": {"ok": 1, "missing": 0, "failed": 0},
        "checks": [
            {
                "topic": "speed",
                "name": "read",
                "health": "ok",
                "detail": "1.5 ms a slice",
                "is_needed": True,
                "next_step": None,
                "milliseconds": 1.5,
            }
        ],
    }


def test_only_what_the_base_install_needs_keeps_it_from_working():
    missing = Check("extras", "train", Health.MISSING, "keras", is_needed=False)
    assert doctor_as_json([missing])["works"]
    assert not doctor_as_json([missing, Check("packages", "gdcm", Health.MISSING, "Not installed.")])["works"]


def test_the_page_explains_every_key_and_no_other():
    keys = set(re.findall(r"^\| `(\w+)`", PAGE.read_text(), re.M))
    assert keys == {*doctor_as_json([]), *(field.name for field in fields(Check))}
