"""The comparison's page: everything the JSON says, nothing fetched, nothing run."""

import json
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from hemoscope.evaluation.paired import Comparison
from hemoscope.results.comparison_document import comparison_as_json
from hemoscope.results.comparison_html import render_comparison_html, write_comparison_html
from tests.evaluation.judged import case, twelve

from .evaluated import compared, example, of_studies, vague
from .test_html import (
    WICKED,
    Parsed,
    assert_asks_nothing,
    assert_headings_skip_no_level,
    assert_shows_script_as_text,
)

MADE = datetime(2026, 1, 2, 3, 4, tzinfo=UTC)


def with_pictures(comparison: Comparison, most: int) -> Comparison:
    """Return a comparison with pictures of the first slices that were decided differently."""
    pairs = comparison.decided_differently()[:most]
    return replace(comparison, examples=tuple((example(one), example(other)) for one, other in pairs))


def parsed(comparison: Comparison) -> Parsed:
    return Parsed(render_comparison_html(comparison, made=MADE))


@pytest.fixture(scope="module")
def comparison() -> Comparison:
    return with_pictures(compared(twelve(), vague()), 1)


@pytest.fixture(scope="module")
def page(comparison) -> Parsed:
    return parsed(comparison)


def test_both_models_are_named_and_hashed_under_the_notice(page):
    assert page.text.split("Skip to the figures ")[1].startswith(
        "Research use only. Not a medical device. Not for diagnosis. Hemoscope comparison "
        r"A, one, against B, t\x1b[2Jwo 02 January 2026, 03:04 UTC · on h\udce4mo: 12 slices, 6 with hemorrhage, in 7 "
        rf"groups A: one 0.1.0, bundle {'0' * 16} B: t\x1b[2Jwo 0.1.0, bundle {'0' * 16} 10 paired 2 ≠ differ "
        "2 ✕ unpaired 0 dropped"
    )
    assert page.text.count(f"Bundle SHA-256 {'0' * 64}") == 2


def test_what_either_saw_in_training_is_said_before_any_figure(page):
    assert page.text.index("A, one. Seen in training: could not be checked") < page.text.index("Figures of both")
    assert r"B, t\x1b[2Jwo. Seen in training: kept, and the figures are too good 2 slices stood" in page.text
    assert "B: 2 slices of groups that stood in training s1.png: near-duplicate, 0.91 s2.png: same group" in page.text


def test_each_figure_is_that_of_the_json(comparison, page):
    document = json.loads(json.dumps(comparison_as_json(comparison)))
    assert len(document["differences"]) == 7
    for found in document["differences"].values():
        low, high = found["difference"]["low"], found["difference"]["high"]
        reach = f"{low:.3f}{' to ' if low < 0 else '–'}{high:.3f}"
        row = f" {found['first']:.3f} {found['second']:.3f} {found['difference']['value']:.3f} {reach} "
        assert row in page.text
    delong = document["delong"]
    assert f"AUROC {delong['difference']['value']:.3f}" in page.text
    assert f" {delong['z']:.2f} {delong['p_value']:.3f} " in page.text
    words = {"all": "slices", "positives": "slices with hemorrhage", "negatives": "slices without"}
    for name, test in document["mcnemar"].items():
        assert f"{words[name]} {test['only_first']} {test['only_second']} {test['p_value']:.3f}" in page.text


def test_a_figure_says_whom_it_favors_beyond_chance_and_a_missing_test_why():
    sure = [case("a", 1, 0.9), case("b", 0, 0.1), case("c", 0, 0.2)]
    unsure = [case("a", 1, 0.55), case("b", 0, 0.45), case("c", 0, 0.45)]
    page = parsed(compared(sure, unsure))
    assert page.text.split("Brier score")[1].split("Calibration error")[0].endswith(" favors A ")
    assert "favors B" in parsed(compared(unsure, sure)).text
    assert "AUROC Not made: Expected at least 2 items of each class; received 1 positive" in page.text
    assert "Each slice is a group of its own, as these tests take for granted." in page.text
    assert "Both decide every slice that they scored alike." in page.text


def test_both_curves_stand_on_one_pair_of_axes_with_the_points_that_decide(page):
    assert [svg["aria-label"] for svg in page.all("svg")] == ["ROC curve"]
    assert [line["class"] for line in page.all("polyline")] == ["chance", "curve", "second"]
    # 360 x 300 with 58, 14, 14, 42 around; A is at 0.4 and 0.8, B at 0.2 and 0.6
    assert [(dot["class"], dot["cx"], dot["cy"]) for dot in page.all("circle")] == [
        ("first", "173.2", "62.8"),
        ("second", "115.6", "111.6"),
    ]
    assert "Solid is A, AUROC 0.800; long dashes are B, AUROC 0.820; A less B -0.020 [" in page.text


def test_what_is_decided_differently_is_shown_and_listed_with_who_is_right(page):
    assert "2 slices decided differently One calls them positive" in page.text
    assert "The first 1 is shown" in page.text
    assert [image["alt"] for image in page.all("img")] == [
        "The slice p0, as A saw it",
        "The slice p0, as B saw it",
    ]
    assert "p0 with hemorrhage · A is right A: 90.0%, positive B: 45.0%, negative" in page.text
    assert "n4 without 75.0% positive 45.0% negative B" in page.text


def test_every_slice_that_is_not_paired_is_listed_with_the_reason():
    scored = [replace(one, probability=0.9, error=None) if one.key == "p-refused" else one for one in twelve()]
    text = parsed(compared(scored, twelve())).text
    assert "2 slices not scored by both They are left out of every figure." in text
    assert "B: 10 scored, 1 refused, 1 failed (gate.no_head 1, read.empty 1)." in text
    assert "p-refused (hemorrhage): A scored. B refused: Found no skull. gate.no_head" in text
    assert "n-failed (none): A failed: It has no bytes. read.empty B failed: It has no bytes. read.empty" in text


def test_a_script_in_any_name_is_shown_and_does_not_run():
    first, second = ([replace(one, key=WICKED + one.key) for one in cases] for cases in (twelve(), vague()))
    page = parsed(with_pictures(compared(first, second, name=WICKED), 2))
    assert_shows_script_as_text(page, pictures=4)


def test_the_page_asks_nothing_of_anyone_else_and_its_headings_skip_no_level(page):
    assert_asks_nothing(page)
    assert_headings_skip_no_level(page)
    assert page.open == []
    assert all(image["src"].startswith("data:image/png;base64,") for image in page.all("img"))


def test_the_page_is_written_whole(comparison, tmp_path):
    write_comparison_html(comparison, tmp_path / "new" / "page.html")
    assert [path.name for path in (tmp_path / "new").iterdir()] == ["page.html"]
    assert (tmp_path / "new" / "page.html").read_text(encoding="utf-8").endswith("</html>")


def test_where_studies_are_compared_they_are_counted_and_called_so(comparison):
    page = parsed(replace(comparison, collection=of_studies(comparison.collection)))
    assert "0 dropped" in page.text
    assert "Of the 10 studies that both scored" in page.text
    assert "2 studies decided differently" in page.text
    figures, seen = page.text.index("Figures of both"), page.text.index("2 slices of groups that stood in training")
    assert "slice" not in page.text[figures:seen]
