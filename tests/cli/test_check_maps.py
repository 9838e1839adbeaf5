"""hemoscope explain --check, as a user types it; what is checked is tested by itself."""

import json

import pytest
from click.testing import CliRunner

from hemoscope.cli import main
from hemoscope.cli.check_maps import SHOWN
from hemoscope.explanation.checks import bundle as checks
from hemoscope.models.bundle import open_bundle
from tests.inference.bundles import bundle_with

FOUND = {
    "cases": "2 drawn heads",
    "default": None,
    "methods": [{"method": "maps", "passed": False, "figures": dict.fromkeys(SHOWN, 0.25), "reasons": ["it moves"]}],
}


@pytest.fixture(autouse=True)
def checked(monkeypatch) -> list[tuple[str, ...]]:
    """The methods that were asked for, call by call."""
    asked: list[tuple[str, ...]] = []

    def check(_bundle: object, methods: tuple[str, ...] = (), **_: object) -> dict[str, object]:
        asked.append(methods)
        return FOUND

    monkeypatch.setattr(checks, "check_bundle", check)
    return asked


def test_the_table_says_what_failed_and_why(checked):
    result = CliRunner().invoke(main, ["explain", "--check"])
    assert result.exit_code == 0
    lines = result.stdout.splitlines()
    assert lines[0].split()[-1] == "passed"
    assert lines[1].split() == ["maps", *["0.25"] * len(SHOWN), "no"]
    assert lines[2:4] == ["  it moves", "On 2 drawn heads. Default: none: no method passed."]
    assert "Research use only" in lines[4]
    assert checked == [()]


def test_one_method_can_be_named_and_the_outcome_printed_as_json(checked):
    result = CliRunner().invoke(main, ["explain", "--check", "--method", "occlusion", "--json"])
    assert json.loads(result.stdout) == FOUND
    assert checked == [("occlusion",)]


def test_several_methods_can_be_checked_and_one_alone_drawn(checked, tmp_path):
    named = ["--method", "maps", "--method", "gradcam"]
    assert CliRunner().invoke(main, ["explain", "--check", *named]).exit_code == 0
    assert checked == [("maps", "gradcam")]
    result = CliRunner().invoke(main, ["explain", "a.png", "--out", str(tmp_path), *named])
    assert result.exit_code == 2
    assert "Name one method to draw with; several are for --check." in result.stderr


def test_the_outcome_is_kept_only_where_that_is_asked(tmp_path):
    folder = bundle_with(tmp_path / "bundle", None)
    before = open_bundle(folder).hash
    assert CliRunner().invoke(main, ["explain", "--check", "--bundle", str(folder)]).exit_code == 0
    assert open_bundle(folder).hash == before
    assert CliRunner().invoke(main, ["explain", "--check", "--save", "--bundle", str(folder)]).exit_code == 0
    assert open_bundle(folder).explanation == FOUND
