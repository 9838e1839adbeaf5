"""The report page: one file, nothing fetched, nothing run."""

import math
import re
from dataclasses import replace
from html.parser import HTMLParser
from itertools import pairwise

import numpy as np
import pytest

from hemoscope.errors import BundleError
from hemoscope.records import ErrorReport, Notice
from hemoscope.results.html import ReportEntry, ShownSlice, write_html

from .sample import ALL, FAILED, MODEL, NEGATIVE, POSITIVE, REFUSED, RULED_IN, RULED_OUT, UNCERTAIN

PICTURE = np.full((50, 40, 3), 128, np.uint8)
SHOWN = (ShownSlice("head <1>.png", PICTURE),)
MODEL_INPUT = np.ones((32, 32), np.float32)
WICKED = "<script>alert(1)</script><img src=x onerror=alert(2)>\"' onload='alert(3)"


class Parsed(HTMLParser):
    """The tags, with their attributes, and the text of a page."""

    VOID = ("meta", "img", "br", "input")

    def __init__(self, page):
        super().__init__()
        self.tags, self.text, self.open = [], "", []
        self.feed(page)
        self.text = re.sub(r"\s+", " ", self.text)

    def handle_starttag(self, tag, attrs):
        self.tags.append((tag, dict(attrs)))
        if tag not in self.VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag, attrs):
        self.tags.append((tag, dict(attrs)))

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def handle_data(self, data):
        if not {"style", "script"} & set(self.open):
            self.text += data

    def all(self, name):
        return [attributes for tag, attributes in self.tags if tag == name]


def assert_asks_nothing(page: Parsed, *, script_hash: str | None = None) -> None:
    """The page runs nothing, or its own script alone, and forbids itself every request."""
    assert {tag for tag, _ in page.tags} & {"link", "iframe", "object", "form", "base"} == set()
    assert bool(page.all("script")) == bool(script_hash)
    policies = [meta["content"] for meta in page.all("meta") if meta.get("http-equiv") == "Content-Security-Policy"]
    script = f"script-src '{script_hash}'; " if script_hash else ""
    assert policies == [
        f"default-src 'none'; {script}img-src data:; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'"
    ]


def assert_shows_script_as_text(page: Parsed, *, pictures: int, scripts: int = 0) -> None:
    """What `WICKED` asks for is read and not done: no script, handler or picture but the page's own."""
    assert len(page.all("script")) == scripts
    assert len(page.all("img")) == pictures
    assert not any(name.startswith("on") for _, attributes in page.tags for name in attributes)
    assert "<script>alert(1)</script>" in page.text


def assert_headings_skip_no_level(page: Parsed) -> None:
    levels = [int(tag[1]) for tag, _ in page.tags if re.fullmatch(r"h[1-6]", tag)]
    assert levels[0] == 1
    assert all(after - before <= 1 for before, after in pairwise(levels))


def page_of(folder, *entries, model=MODEL):
    write_html(entries, folder / "report.html", model=model)
    return (folder / "report.html").read_text(encoding="utf-8")


@pytest.fixture
def page(tmp_path) -> Parsed:
    return Parsed(page_of(tmp_path, ReportEntry(POSITIVE, SHOWN, MODEL_INPUT), *map(ReportEntry, ALL[1:])))


def test_the_notice_stands_first_and_stays_in_sight(tmp_path):
    page = page_of(tmp_path, ReportEntry(POSITIVE))
    notice = '<p class="notice" role="region" aria-label="Notice">'
    assert f"{notice}Research use only. Not a medical device. Not for diagnosis.</p>" in page
    assert ".notice { position: sticky; top: 0;" in page


def test_a_positive_is_said_in_words_shapes_and_numbers(page):
    assert (
        "● Positive 87.3% positive from 40.0% 0%100% The calibrated probability of any hemorrhage is 87.3%, at or "
        "above the operating point balanced of 40.0%."
    ) in page.text


def test_a_negative_is_said_not_to_rule_hemorrhage_out(page):
    assert (
        "The calibrated probability of any hemorrhage is 5.0%, below the operating point balanced of 40.0%. This does "
        "not rule hemorrhage out."
    ) in page.text


@pytest.fixture
def abstaining(tmp_path) -> Parsed:
    return Parsed(page_of(tmp_path, *map(ReportEntry, (RULED_IN, UNCERTAIN, RULED_OUT))))


def test_an_uncertain_is_said_in_words_shapes_and_numbers(abstaining):
    assert (
        "◐ Uncertain 45.0% uncertain from 10.0%, positive from 80.0% 0%100% The calibrated probability of any "
        "hemorrhage is 45.0%, in the uncertain band from 10.0% up to 80.0%. It is too high to call negative and too "
        "low to call positive: there is no decision."
    ) in abstaining.text


def test_what_lies_outside_the_band_is_said_with_the_end_that_it_passed(abstaining):
    assert "hemorrhage is 90.0%, at or above the uncertain band's upper end of 80.0%." in abstaining.text
    assert (
        "hemorrhage is 5.0%, below the uncertain band's lower end of 10.0%. This does not rule hemorrhage out."
    ) in abstaining.text


def test_the_bar_marks_both_ends_of_the_band_for_eyes_and_ears(abstaining):
    scale = [tag for tag in abstaining.all("div") if tag.get("class") == "scale"][1]
    assert scale["style"] == "--value: 45.00%; --point: 80.00%; --low: 10.00%"
    assert scale["aria-label"] == (
        "Probability 45.0% on a scale from 0 to 100%; uncertain from 10.0%; positive from 80.0%"
    )
    assert sum(tag.get("class") == "point low" for tag in abstaining.all("span")) == 3


def test_the_band_is_explained_and_the_uncertain_are_counted(abstaining):
    assert "the operating point abstain, 80.0%, and uncertain from 10.0% up to it." in abstaining.text
    assert (
        "3 scored (1 uncertain), 0 refused, 0 failed 1 ● Positive 1 ◐ Uncertain 1 ○ Negative 0 ◇ Refused 0 ✕ Failed"
    ) in abstaining.text


def test_a_page_that_always_decides_counts_no_uncertain(page):
    assert "Uncertain" not in page.text
    assert page.all("ul")[0]["class"] == "counts"


def test_a_probability_just_below_the_operating_point_is_told_from_it(tmp_path):
    page = Parsed(page_of(tmp_path, ReportEntry(replace(NEGATIVE, probability=0.3999))))
    assert "○ Negative 39.99% positive from 40.00%" in page.text
    assert "is 39.99%, below the operating point balanced of 40.00%." in page.text


def test_the_bar_marks_the_operating_point_for_eyes_and_ears(page):
    scales = [tag for tag in page.all("div") if tag.get("class") == "scale"]
    assert [scale["style"] for scale in scales] == [
        "--value: 87.30%; --point: 40.00%",
        "--value: 5.00%; --point: 40.00%",
    ]
    assert scales[0]["aria-label"] == "Probability 87.3% on a scale from 0 to 100%; positive from 40.0%"


def test_warnings_stand_in_full_and_errors_with_the_next_step(page):
    assert "Warning The picture's window is unknown. picture.hu_unknown" in page.text
    assert (
        "◇ Refused The file was read, but it is not something to judge: there is no score. Why there is no score Found "
        "no skull. What to do next Choose a head. gate.no_head"
    ) in page.text
    assert (
        "✕ Failed The file could not be judged: there is no score. Why there is no score It has no bytes. "
        "What to do next Fetch it again. read.empty"
    ) in page.text


def test_the_operating_point_and_the_model_are_explained(page):
    assert (
        "reaches the operating point balanced, 40.0%. It was chosen for the largest sensitivity + specificity, on 40 "
        "slices."
    ) in page.text
    assert f"Model seed-cnn 0.1.0 Trained on drawn Bundle SHA-256 {'0' * 64} Preparation {'0' * 16}" in page.text


def test_results_are_counted(page):
    assert "4 inputs: 2 scored, 1 refused, 1 failed 1 ● Positive 1 ○ Negative 1 ◇ Refused 1 ✕ Failed" in page.text


def test_subtypes_come_in_the_order_of_the_labels(page):
    assert "Subtypes epidural 1.0% subdural 4.0%" in page.text


def test_cards_come_in_the_order_given_and_differ_by_class(page):
    assert [card["class"] for card in page.all("article")] == [
        "card positive",
        "card negative",
        "card refused",
        "card failed",
    ]


def test_every_link_leads_to_a_place_on_the_page(page):
    places = {attributes["id"] for _, attributes in page.tags if "id" in attributes}
    links = [link["href"] for link in page.all("a")]
    assert links == ["#results", "#input-1", "#input-2", "#input-3", "#input-4"]
    assert {link[1:] for link in links} <= places


def test_the_page_asks_nothing_of_anyone_else(page):
    assert_asks_nothing(page)
    assert all(image["src"].startswith("data:image/png;base64,") for image in page.all("img"))


def test_the_style_sheet_asks_nothing_of_anyone_else(tmp_path):
    style = re.search(r"<style>(.*?)</style>", page_of(tmp_path), re.S).group(1)
    assert not re.search(r"url\(|@import|https?:", style)
    assert {"color-scheme: light dark", "@media print", "max-width: 40rem"} <= set(
        re.findall(r"color-scheme: light dark|@media print|max-width: 40rem", style)
    )


def test_the_page_names_its_language_and_every_picture(page):
    assert page.all("html") == [{"lang": "en"}]
    assert [image["alt"] for image in page.all("img")] == [
        "The slice head <1>.png",
        "What the network saw of head <1>.png",
    ]


def test_headings_never_skip_a_level(page):
    assert_headings_skip_no_level(page)


def test_a_script_in_any_text_is_shown_and_does_not_run(tmp_path):
    wicked = [
        replace(POSITIVE, input=WICKED, warnings=(Notice(WICKED, WICKED),)),
        replace(FAILED, input=WICKED, error=ErrorReport(WICKED, WICKED, WICKED)),
    ]
    entries = [ReportEntry(result, SHOWN) for result in wicked]
    page = Parsed(page_of(tmp_path, *entries, model=MODEL | {"name": WICKED}))
    assert_shows_script_as_text(page, pictures=2)
    # The model, two paths, a warning's two texts and an error's three; a heading begins after the last slash.
    assert page.text.count("<script>alert(1)</script>") == 8


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("頭部 CT.png", "頭部 CT.png"),
        ("C:\\scans\\a.png", "a.png"),
        ("scans/a.png", "a.png"),
        ("scans/", "scans"),
        ("a\u202egnp.exe", r"a\u202egnp.exe"),
        ("h\udce4mo.png", r"h\udce4mo.png"),
    ],
)
def test_a_card_is_headed_by_the_name_of_the_file(tmp_path, name, shown):
    assert f'<h3 id="input-1-name">{shown}</h3>' in page_of(tmp_path, ReportEntry(replace(NEGATIVE, input=name)))


def test_a_page_without_scores_says_so(tmp_path):
    assert "No input was scored, so no operating point was used." in page_of(tmp_path, ReportEntry(REFUSED))
    assert "There were no inputs." in page_of(tmp_path)


def test_what_is_no_probability_leaves_the_old_page_as_it_was(tmp_path):
    page_of(tmp_path, ReportEntry(POSITIVE))
    before = (tmp_path / "report.html").read_bytes()
    with pytest.raises(BundleError, match="received nan"):
        page_of(tmp_path, ReportEntry(replace(POSITIVE, probability=math.nan)))
    assert {path.name: path.read_bytes() for path in tmp_path.iterdir()} == {"report.html": before}


def test_the_colors_are_named_where_there_is_a_map_and_a_withheld_one_says_why(tmp_path):
    shown = (ShownSlice("a.png", PICTURE, has_map=True),)
    page = Parsed(page_of(tmp_path, ReportEntry(NEGATIVE, shown)))
    assert "The slice; outlined where the network sees blood, if it does" in page.text
    assert "hemorrhage, no subtype clear epidural intraparenchymal intraventricular subarachnoid subdural" in page.text
    withheld = (ShownSlice("a.png", PICTURE, withheld="It lies outside the brain."),)
    page = Parsed(page_of(tmp_path, ReportEntry(NEGATIVE, withheld)))
    assert "The slice (map withheld: It lies outside the brain.)" in page.text
    assert "no subtype clear" not in page.text
