"""What came of the checks: the default it makes, and how it is kept in the bundle."""

import pytest

from hemoscope.explanation.checks import bundle as checks
from hemoscope.explanation.checks.bundle import as_document, check_bundle
from hemoscope.explanation.checks.check import STEPS, Outcome
from hemoscope.models.bundle import open_bundle

FAILED, PASSED = Outcome("maps", {"dice": 0.1}, ("it covers little",)), Outcome("gradcam", {"dice": 0.6}, ())


def test_the_default_is_the_first_that_passed():
    assert as_document([FAILED, PASSED, Outcome("layercam", {}, ())], "2 drawn heads") == {
        "cases": "2 drawn heads",
        "default": "gradcam",
        "methods": [
            {"method": "maps", "passed": False, "figures": {"dice": 0.1}, "reasons": ["it covers little"]},
            {"method": "gradcam", "passed": True, "figures": {"dice": 0.6}, "reasons": []},
            {"method": "layercam", "passed": True, "figures": {}, "reasons": []},
        ],
    }
    assert as_document([FAILED], "")["default"] is None


def test_a_bundle_is_checked_by_the_method_that_is_named_and_tells_of_each_part(monkeypatch):
    monkeypatch.setattr(checks, "HEADS", 1)
    monkeypatch.setattr(checks, "OTHERS", 1)
    told: list[tuple[int, int]] = []
    found = check_bundle(open_bundle(), ["maps"], on_progress=lambda *parts: told.append(parts))
    assert told == [(done, 2 + STEPS) for done in range(1, 3 + STEPS)]
    assert [each["method"] for each in found["methods"]] == ["maps"]
    assert found["cases"] == "1 drawn heads"
    assert found["methods"][0]["figures"]["energy_in_brain"] == pytest.approx(0.9, abs=0.1)
