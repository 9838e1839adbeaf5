"""The page of a run's mistakes."""

import re
from dataclasses import replace
from datetime import UTC, datetime

import numpy as np
import pytest

from hemoscope.results.errors_html import outline, outlines_of, write_errors_html
from hemoscope.review.cases import ReviewedRun
from hemoscope.review.review import Review, review
from hemoscope.terms import Label
from tests.results.test_html import (
    WICKED,
    Parsed,
    assert_asks_nothing,
    assert_headings_skip_no_level,
    assert_shows_script_as_text,
)
from tests.review.drawn import disk, drawn_case, with_bleed

MADE = datetime(2026, 1, 2, 3, 4, tzinfo=UTC)


def cells_with_peak(row: int, column: int) -> np.ndarray:
    cells = np.full((45, 45), -9.0, np.float32)
    cells[row : row + 4, column : column + 4] = 9.0
    return cells


def of(*cases, **given) -> Review:
    values = {"decided": "one half", "is_calibrated": False, "notes": ("Two slices were lost.",)} | given
    return review(ReviewedRun("origins", "a test", "map-net", cases, **values))


@pytest.fixture(scope="module")
def found() -> Review:
    """Two of seven bleeds are missed, both tiny and of one patient; one of two normal slices is called positive."""
    tiny = with_bleed(disk(60, 60, 4), key=WICKED, cells=cells_with_peak(30, 30), subtypes=(Label.SUBDURAL,))
    large = with_bleed(disk(110, 60, 20), score=0.9, group="p2", origin="there")
    return of(
        tiny,
        replace(tiny, key="b", score=0.3),
        *[replace(large, key=f"c{number}") for number in range(5)],
        drawn_case(key="d", group="p3", origin="there", cells=cells_with_peak(20, 20)),
        drawn_case(key="e", group="p4", score=0.1),
    )


def page_of(found: Review, folder, *, most: int = 12) -> Parsed:
    write_errors_html(found, folder / "errors.html", most=most, made=MADE)
    return Parsed((folder / "errors.html").read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def page(found, tmp_path_factory) -> Parsed:
    return page_of(found, tmp_path_factory.mktemp("page"))


def test_the_page_asks_nothing_of_anyone_else_and_its_headings_skip_no_level(page):
    assert_asks_nothing(page)
    assert_headings_skip_no_level(page)
    assert_shows_script_as_text(page, pictures=2)


def test_the_notice_stands_first_and_everything_is_counted(page):
    assert page.text.split("Skip to the misses ")[1].startswith(
        "Research use only. Not a medical device. Not for diagnosis. Hemoscope errors origins "
        "02 January 2026, 03:04 UTC · map-net · a test 9 slices 4 groups 2 misses 1 false alarms "
        "Positive from one half. Scores are not calibrated."
    )
    assert "Two slices were lost." in page.text


def test_each_trait_stands_with_its_rate_beside_that_of_all(page):
    assert "2 of 7 slices with hemorrhage missed, of 1 of 2 groups: 28.6%" in page.text
    assert "1 of 2 slices without hemorrhage called positive, of 1 of 2 groups: 50.0%" in page.text
    assert "Size of the bleed tiny, below 1 cm² 2 2 1 of 1 1.000" in page.text
    assert "large, from 10 cm² 0 5 0 of 1 0.000" in page.text
    bars = [span for span in page.all("span") if span.get("class") == "track"]
    assert bars[0]["style"].startswith("--value: ")
    assert bars[0]["style"].endswith("--all: 28.57%")
    assert all("of all" in bar["aria-label"] for bar in bars)


def test_a_weak_trait_is_said_in_a_word_and_a_shape(tmp_path):
    tiny = [with_bleed(disk(60, 60, 4), key=f"t{number}", group=f"t{number}") for number in range(6)]
    large = [with_bleed(disk(110, 60, 20), score=0.9, key=f"l{number}", group=f"l{number}") for number in range(12)]
    page = page_of(of(*tiny, *large), tmp_path)
    assert "▲ tiny, below 1 cm² goes wrong more often than all" in page.text
    assert "▲ large" not in page.text
    links = {link["href"] for link in page.all("a") if link["href"].startswith("#misses-")}
    assert links == {"#misses-1"}
    assert [block["id"] for block in page.all("div") if block.get("class") == "cards"] == ["misses-1"]


def test_a_patient_is_shown_once_with_the_worst_slice_and_the_others_named(page):
    assert "20.0% positive from 50.0% Labelled subdural · 0.5 cm², +38 HU against the brain around it" in page.text
    assert "and 1 more of this group b: 30.0%" in page.text
    assert "p1: 2 of 2 slices" in page.text


def test_a_doubtful_label_is_said(tmp_path):
    page = page_of(of(with_bleed(disk(60, 60, 4), is_doubtful=True), drawn_case(score=0.1)), tmp_path)
    assert "Labelled hemorrhage, doubtful · 0.5 cm²" in page.text


def test_what_is_not_shown_is_counted(tmp_path):
    cases = [with_bleed(disk(60, 60, 4), key=f"t{number}", group=f"t{number}") for number in range(3)]
    page = page_of(of(*cases), tmp_path, most=1)
    assert len(page.all("img")) == 1
    assert "3 slices of 3 groups" in page.text
    assert "The worst slice of each of 1 group is shown; --most shows more" in page.text


def test_outlines_and_origins_can_be_taken_away_by_boxes_without_a_script(page, found):
    boxes = [box["id"] for box in page.all("input")]
    assert boxes == ["show-map", "show-mask", "origin-0", "origin-1"]
    assert {article["class"] for article in page.all("article")} == {"error from-0", "error from-1"}
    assert [path["class"] for path in page.all("path")] == ["of-mask", "of-map", "of-map"]
    assert len(page.all("circle")) == 2


def test_a_run_without_maps_masks_and_several_origins_has_no_boxes(tmp_path):
    page = page_of(of(drawn_case(), is_calibrated=True, notes=()), tmp_path)
    assert page.all("input") == []
    assert page.all("path") == page.all("circle") == []
    assert "Scores are calibrated probabilities." in page.text
    assert "No slice with hemorrhage was scored." in page.text


def test_a_run_without_mistakes_says_so(tmp_path):
    page = page_of(of(with_bleed(disk(60, 60, 8), score=0.9), drawn_case(score=0.1)), tmp_path)
    assert page.text.count("None.") == 2
    assert page.all("img") == []


def corners(path: str) -> np.ndarray:
    return np.array([[float(value) for value in pair.split()] for pair in re.split("[MLZ]+", path) if pair])


def test_an_outline_runs_where_values_change_their_sign():
    line = corners(outline(np.where(disk(60, 80, 20), 1.0, -1.0)))
    away = np.hypot(line[:, 0] - 80.5, line[:, 1] - 60.5)
    assert away.min() > 19
    assert away.max() < 21.5


def test_a_hole_is_outlined_too():
    ring = disk(60, 80, 20) & ~disk(60, 80, 10)
    assert outline(np.where(ring, 1.0, -1.0)).count("M") == 2


def test_the_peak_is_marked_in_pixels_of_the_slice():
    found = outlines_of(drawn_case(cells=cells_with_peak(20, 30)))
    column, row = found["peak"]
    assert 4 * 30 <= column <= 4 * 34
    assert 4 * 20 <= row <= 4 * 24
    assert found["size"] == 180
    assert found["drawn"] == ""
    assert outlines_of(drawn_case()) == {"size": 180, "map": "", "drawn": "", "peak": None}
