"""hemoscope simulate-queue as a user types it."""

import json
from importlib.resources import files

import pytest
from click.testing import CliRunner, Result
from jsonschema import Draft202012Validator

from hemoscope.cli import main
from tests.results.test_html import Parsed, assert_asks_nothing, assert_headings_skip_no_level

pytest.importorskip("simpy")
SITE = ("--arrivals-per-hour", 6, "--reading-minutes", 8, "--prevalence", 0.2, "--days", 2, "--repeats", 3)


def run(*arguments: object) -> Result:
    return CliRunner().invoke(main, ["simulate-queue", *map(str, arguments)], env={"COLUMNS": "80"})


def test_each_operating_point_of_the_shipped_bundle_has_a_line():
    result = run(*SITE)
    assert result.exit_code == 0, result.output
    lines = [line.split()[0] for line in result.stdout.splitlines() if line]
    assert lines[2:8] == ["order", "first", "rule-out", "balanced", "rule-in", "every"]
    assert result.stdout.splitlines()[-1] == "Research use only. Not a medical device. Not for diagnosis."


def test_the_json_obeys_its_schema():
    document = json.loads(run(*SITE, "--operating-point", "balanced", "--json").stdout)
    schema = json.loads((files("hemoscope.results") / "queue.schema.json").read_text(encoding="utf-8"))
    Draft202012Validator(schema).validate(document)
    assert [order["detector"] and order["detector"]["name"] for order in document["orders"]] == [
        None,
        "balanced",
        "perfect",
    ]
    assert document["orders"][0]["minutes_saved"] == {"value": 0.0, "low": 0.0, "high": 0.0}


def test_a_detector_of_ones_own_and_a_day_from_a_table(tmp_path):
    day = tmp_path / "day.csv"
    day.write_text("hour,arrivals,readers\n" + "".join(f"{hour},3,1\n" for hour in range(24)))
    chosen = ("--hours", day, "--reading-minutes", 8, "--prevalence", 0.2, "--days", 2, "--repeats", 2)
    document = json.loads(run(*chosen, "--sensitivity", 0.9, "--specificity", 0.8, "--json").stdout)
    assert document["orders"][1]["detector"]["sensitivity"] == {"value": 0.9, "low": 0.9, "high": 0.9}
    assert document["site"]["load"] == pytest.approx(0.4)


def test_the_page_needs_nothing_and_has_both_plots(tmp_path):
    page = tmp_path / "saved.html"
    assert run(*SITE, "--html", page).exit_code == 0
    parsed = Parsed(page.read_text(encoding="utf-8"))
    assert_asks_nothing(parsed)
    assert_headings_skip_no_level(parsed)
    text = page.read_text(encoding="utf-8")
    assert text.count('<svg class="plot"') == 2
    assert "nan" not in text
    assert "Research use only" in text


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (SITE[2:], "either --arrivals-per-hour or --hours"),
        ((*SITE, "--sensitivity", 0.9), "--sensitivity and --specificity together"),
        ((*SITE, "--operating-point", "none"), "operating_point.unknown"),
        ((*SITE, "--reading-minutes", 30), "queue.overloaded"),
    ],
)
def test_what_is_asked_wrongly_is_a_usage_error(arguments, said):
    result = run(*arguments)
    assert result.exit_code == 2
    assert said in result.stderr
