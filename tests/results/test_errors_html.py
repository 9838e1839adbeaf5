"""The page and the JSON of a run's mistakes."""

import json
from dataclasses import replace
from datetime import UTC, datetime

import numpy as np
import pytest

from hemoscope.results.errors_document import errors_as_json
from hemoscope.results.errors_html import DRAWN, FOUND, SIDE, draw, write_errors_html
from hemoscope.review.cases import ReviewedRun
from hemoscope.review.review import Review, review
from tests.results.test_html import (
    WICKED,
    Parsed,
    assert_asks_nothing,
    assert_headings_skip_no_level,
    assert_shows_script_as_text,
)
from tests.review.drawn import disk, drawn_case, with_bleed

MADE = datetime(2026, 1, 2, 3, 4, tzinfo=UTC)


@pytest.fixture(scope="module")
def found() -> Review:
    """Two of three bleeds are missed, both of one patient; one of two normal slices is called positive."""
    tiny = with_bleed(disk(60, 60, 4), key=WICKED)
    cases = (
        tiny,
        replace(tiny, key="b", score=0.3),
        replace(tiny, key="c", group="p2", score=0.9),
        drawn_case(key="d", group="p3"),
        drawn_case(key="e", group="p4", score=0.1),
    )
    return review(ReviewedRun("run", "a test", "map-net", cases, "0.5", is_calibrated=False))


def page_of(found: Review, folder, *, most: int = 24) -> Parsed:
    write_errors_html(found, folder / "errors.html", most=most, made=MADE)
    return Parsed((folder / "errors.html").read_text(encoding="utf-8"))


def test_the_page_needs_nothing_else_and_shows_every_mistake_once(found, tmp_path):
    page = page_of(found, tmp_path)
    assert_asks_nothing(page)
    assert_shows_script_as_text(page, pictures=3)
    assert_headings_skip_no_level(page)
    assert "Research use only" in page.text


def test_the_page_says_how_often_cases_of_each_kind_go_wrong(found, tmp_path):
    text = page_of(found, tmp_path).text
    assert "2 of 3 slices with hemorrhage missed, of 1 of 2 groups: 66.7%" in text
    assert "1 of 2 slices without hemorrhage called positive, of 1 of 2 groups: 50.0%" in text
    assert "size of the bleed: tiny, below 1 cm²" in text
    assert "p1: 2 of 2 slices" in text


def test_what_is_not_shown_is_counted(found, tmp_path):
    page = page_of(found, tmp_path, most=1)
    assert len(page.all("img")) == 2
    assert "1 of 2 are shown" in page.text


def test_a_run_without_mistakes_says_so(tmp_path):
    cases = (with_bleed(disk(60, 60, 8), score=0.9), drawn_case(score=0.1))
    clean = review(ReviewedRun("run", "a test", "map-net", cases, "0.5", is_calibrated=False))
    assert page_of(clean, tmp_path).text.count("None.") == 2


def test_map_and_mask_are_outlined_in_their_own_colors():
    cells = np.full((45, 45), -9.0)
    cells[10:15, 30:35] = 9.0
    picture = draw(replace(with_bleed(disk(60, 60, 8)), cells=cells))
    assert picture.shape == (SIDE, SIDE, 3)
    zoom = SIDE / 180
    at_mask = picture[round(60 * zoom), round(52 * zoom) - 2 : round(52 * zoom) + 4]
    assert DRAWN.rgb in {tuple(pixel) for pixel in at_mask.tolist()}
    assert FOUND.rgb in {tuple(pixel) for pixel in picture[70:110, 210:250].reshape(-1, 3).tolist()}
    assert FOUND.rgb not in {tuple(pixel) for pixel in draw(drawn_case()).reshape(-1, 3).tolist()}


def test_the_json_holds_every_mistake_and_every_rate(found):
    document = json.loads(json.dumps(errors_as_json(found)))
    assert [case["key"] for case in document["misses"]["cases"]] == [WICKED, "b"]
    assert [case["key"] for case in document["false_alarms"]["cases"]] == ["d"]
    assert document["misses"]["rate"]["wrong"] == 2
    assert document["misses"]["rate"]["share"]["value"] == pytest.approx(2 / 3)
    tiny = next(row for row in document["misses"]["traits"] if row["value"].startswith("tiny"))
    assert (tiny["wrong"], tiny["cases"], tiny["groups"]) == (2, 3, 2)
    assert document["research_use_only"].startswith("Research use only")
