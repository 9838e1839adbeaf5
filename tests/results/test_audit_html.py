"""The audit's page: the worst first, pairs side by side, nothing fetched, nothing run."""

import json
from datetime import UTC, datetime
from importlib.resources import files
from pathlib import Path

import numpy as np
import pytest
from jsonschema import Draft202012Validator
from PIL import Image
from rich.console import Console

from hemoscope.datasets.audit import Kind, Pair, Scan
from hemoscope.datasets.items import Collection, Item
from hemoscope.evaluation.intervals import Interval
from hemoscope.evaluation.shortcuts import Floor, Shortcut
from hemoscope.records import ErrorReport
from hemoscope.results.audit_document import AuditReport, audit_as_json
from hemoscope.results.audit_findings import findings
from hemoscope.results.audit_html import render_audit_html, write_audit_html
from hemoscope.results.audit_table import AuditSummary

from .test_html import (
    WICKED,
    Parsed,
    assert_asks_nothing,
    assert_headings_skip_no_level,
    assert_shows_script_as_text,
)

MADE = datetime(2026, 1, 2, 3, 4, tzinfo=UTC)
UNREADABLE = ErrorReport("read.empty", "It has no bytes.", "Fetch it again.")
REFUSED = ErrorReport("gate.no_head", "Found no skull.", "Choose a head.")
PAIRS = (
    Pair(0, 1, Kind.IDENTICAL_BYTES, 1.0),
    Pair(2, 3, Kind.SAME_PICTURE, 0.987, is_mirrored=True),
    Pair(1, 3, Kind.SAME_SERIES, 0.97),
)
SHORTCUTS = (
    Shortcut("width", Interval(0.8, 0.7, 0.9), True),
    Shortcut("tint", Interval(0.6, 0.55, 0.65), False),
    Shortcut("format", Interval(0.5, 0.4, 0.6), True),
)
FLOORS = (Floor("metadata", "grouped", Interval(0.79, 0.71, 0.87), 0.7, 4),)


def report_of(
    folder: Path, *, name: str = "drawn", keys: tuple[str, ...] = ("a", "b", "c", "d"), **changes
) -> AuditReport:
    """Return a report about four drawn files and one that could not be read; the third and fourth are of one group."""
    for place in range(4):
        Image.fromarray(np.full((20, 30), 60 * place, np.uint8)).save(folder / f"{place}.png")
    labels, groups = (1, 1, 1, 0), ("1", "2", "3", "3")
    items = tuple(Item(key, folder / f"{place}.png", labels[place], groups[place]) for place, key in enumerate(keys))
    lost = Item("lost.png", folder / "lost.png", 0, "lost")
    scan = Scan(
        collection=Collection(name, "test", items),
        facts=(),
        tiny=np.empty(0),
        inputs=np.empty(0),
        refused={3: REFUSED},
        unreadable={lost.key: UNREADABLE},
    )
    given = {
        "collection": Collection(name, "test", (*items, lost)),
        "scan": scan,
        "pairs": PAIRS,
        "groups": ("1", "1", "1", "1", "lost"),
        "shortcuts": SHORTCUTS,
        "floors": FLOORS,
    }
    return AuditReport(**(given | changes))


@pytest.fixture
def page(tmp_path) -> Parsed:
    return Parsed(render_audit_html(report_of(tmp_path), made=MADE))


def test_the_notice_stands_first(page):
    assert page.text.split("Skip to the findings ")[1].startswith(
        "Research use only. Not a medical device. Not for diagnosis. Hemoscope audit drawn 02 January"
    )


def test_the_collection_its_groups_and_its_pairs_are_counted(page):
    assert "02 January 2026, 03:04 UTC · test · 5 slices, 3 with hemorrhage · 4 groups given, 2 suggested" in page.text
    assert "1 identical bytes 0 identical pixels 1 same picture 1 same series" in page.text


def test_findings_come_the_worst_first(tmp_path):
    titles = [finding.title for finding in findings(report_of(tmp_path))]
    assert titles == [
        "1 pair of one picture under two labels",
        "2 pairs of one picture saved twice (1 identical bytes, 0 identical pixels, 1 same picture)",
        "2 properties of the files tell the label: AUROC width 0.80, tint 0.60",
        "AUROC 0.790 [0.710-0.870] without looking at the brain",
        "1 pair that may be neighbors of one series",
        "1 file could not be read",
        "1 slice without a head that could be prepared",
    ]


def test_copies_within_the_groups_given_are_no_leak(tmp_path):
    inside = report_of(tmp_path, pairs=(Pair(2, 3, Kind.SAME_SERIES, 0.97),), shortcuts=(), floors=())
    assert [finding.is_leak for finding in findings(inside)] == [False] * 3


def test_pairs_stand_side_by_side_with_what_they_are(page):
    assert [tag["class"] for tag in page.all("article")] == ["", "leak", ""]
    assert "0.987 mirrored · in one group · two labels c · hemorrhage d · none" in page.text
    assert "1.000 parted by the groups given a · hemorrhage b · hemorrhage" in page.text
    assert [image["alt"] for image in page.all("img")] == [f"Slice {key}" for key in "abcdbd"]
    assert all(image["src"].startswith("data:image/png;base64,") for image in page.all("img"))


def test_shortcuts_have_a_figure_an_interval_a_bar_and_words(page):
    assert "width in pixels 0.800 0.700–0.900 ▲ higher with hemorrhage" in page.text
    assert "pixels are tinted 0.600 0.550–0.650 ▼ rarer with hemorrhage" in page.text
    assert "file format 0.500 0.400–0.600 nothing clear" in page.text
    bars = [tag for tag in page.all("span") if tag.get("class") == "track"]
    assert [bar["style"] for bar in bars[:2]] == [
        "--value: 58.0%; --low: 42.0%; --high: 74.0%",
        "--value: 60.0%; --low: 40.0%; --high: 80.0%",
    ]
    assert bars[0]["aria-label"] == "AUROC 0.790 [0.710-0.870]"


def test_what_was_left_out_is_listed_with_the_reason(page):
    assert "1 file that could not be read lost.png: It has no bytes. read.empty" in page.text
    assert "1 slice compared by bytes and pixels alone d: Found no skull. gate.no_head" in page.text


def test_a_script_in_any_name_is_shown_and_does_not_run(tmp_path):
    wicked = report_of(tmp_path, name=WICKED, keys=(WICKED, "b", WICKED + "2", "d\u202egnp"))
    page = Parsed(render_audit_html(wicked, made=MADE))
    assert_shows_script_as_text(page, pictures=6)
    assert page.text.count("<script>alert(1)</script>") == 4  # the title, the heading and two pictures
    assert r"d\u202egnp · none" in page.text


def test_the_page_asks_nothing_of_anyone_else_and_its_headings_skip_no_level(page):
    assert_asks_nothing(page)
    assert_headings_skip_no_level(page)


def test_a_clean_collection_is_not_praised(tmp_path):
    clean = report_of(tmp_path, pairs=(), shortcuts=(), floors=())
    clean.scan.refused.clear()
    clean.scan.unreadable.clear()
    page = Parsed(render_audit_html(clean, made=MADE))
    assert "No leak was found That is no proof that there is none." in page.text


def test_more_pairs_than_are_shown_are_counted(tmp_path, monkeypatch):
    monkeypatch.setattr("hemoscope.results.audit_html.MOST_SHOWN", 1)
    pairs = (Pair(0, 1, Kind.SAME_PICTURE, 0.99), Pair(2, 3, Kind.SAME_PICTURE, 0.98))
    page = Parsed(render_audit_html(report_of(tmp_path, pairs=pairs), made=MADE))
    assert "2 pairs: same picture" in page.text
    assert "The first 1 are shown; --json lists all." in page.text
    # The pair under two labels comes before a more alike one.
    assert [image["alt"] for image in page.all("img")] == ["Slice c", "Slice d"]


def test_a_picture_that_has_gone_leaves_its_place_empty(tmp_path):
    report = report_of(tmp_path)
    (tmp_path / "0.png").unlink()
    write_audit_html(report, tmp_path / "out" / "audit.html")
    page = Parsed((tmp_path / "out" / "audit.html").read_text(encoding="utf-8"))
    assert "not readable a · hemorrhage" in page.text
    assert len(page.all("img")) == 5


def test_the_json_is_valid_by_its_schema_and_complete(tmp_path):
    schema = json.loads(files("hemoscope.results").joinpath("audit.schema.json").read_text(encoding="utf-8"))
    Draft202012Validator.check_schema(schema)
    document = audit_as_json(report_of(tmp_path, not_measured=(REFUSED,)))
    Draft202012Validator(schema).validate(json.loads(json.dumps(document, allow_nan=False)))
    assert document["pairs"][1] == {
        "first": "c",
        "second": "d",
        "kind": "same picture",
        "score": 0.987,
        "is_mirrored": True,
        "labels": [1, 0],
        "is_conflict": True,
        "joins_groups": False,
    }
    assert document["collection"] == {
        "name": "drawn",
        "layout": "test",
        "slices": 5,
        "positives": 3,
        "level": "slice",
        "notices": [],
        "groups_given": 4,
        "groups_suggested": 2,
        "largest_group": 4,
    }
    assert document["groups"][4] == {"id": "lost.png", "group": "lost"}


def test_the_summary_fits_a_plain_terminal(tmp_path):
    console = Console(width=70, record=True, force_terminal=False, file=(tmp_path / "out.txt").open("w"))
    console.print(AuditSummary(report_of(tmp_path, name="h\x1b[2J\udce4mo")))
    console.file.close()
    lines = (tmp_path / "out.txt").read_text().splitlines()
    assert lines[0] == r"h\x1b[2J\udce4mo (test): 5 slices, 3 with hemorrhage"
    assert lines[2] == "! 1 pair of one picture under two labels"
    assert lines[-1] == "Research use only. Not a medical device. Not for diagnosis."
    assert max(map(len, lines)) <= 70
