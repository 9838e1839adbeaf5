"""The evaluation's page: everything the JSON says, nothing fetched, nothing run."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from hemoscope.results.evaluation_html import render_evaluation_html

from .evaluated import FOUND, NONE_FOUND, evaluated, of_studies
from .test_html import (
    WICKED,
    Parsed,
    assert_asks_nothing,
    assert_headings_skip_no_level,
    assert_shows_script_as_text,
)

MADE = datetime(2026, 1, 2, 3, 4, tzinfo=UTC)


def page_of(**changes) -> Parsed:
    return Parsed(render_evaluation_html(evaluated(**changes), made=MADE))


@pytest.fixture(scope="module")
def page() -> Parsed:
    return page_of()


def test_the_notice_stands_first_and_every_slice_is_counted(page):
    assert page.text.split("Skip to the figures ")[1].startswith(
        "Research use only. Not a medical device. Not for diagnosis. Hemoscope evaluation seed-cnn on drawn "
        "02 January 2026, 03:04 UTC · version 0.1.0 · 12 slices, 6 with hemorrhage, in 7 groups "
        "10 scored 1 ◇ refused 1 ✕ failed 0 dropped Seen in training"
    )


def test_what_was_seen_in_training_is_said_before_any_figure(page):
    assert page.text.index("Seen in training: could not be checked") < page.text.index("Figures over all thresholds")
    assert "Seen in training: none found None of these slices" in page_of(seen=NONE_FOUND).text
    kept = page_of(seen=FOUND)
    assert "Seen in training: kept, and the figures are too good" in kept.text
    assert "s1.png: near-duplicate, 0.91 s2.png: same group" in kept.text


def test_each_figure_stands_with_its_interval(page):
    found = evaluated().judgement
    auroc, ppv = found.figures["auroc"], found.points[0].ppv
    assert f"0.5 is guessing. {auroc.value:.3f} {auroc.low:.3f}–{auroc.high:.3f} AUPRC" in page.text
    assert f"{ppv.value:.3f} {ppv.low:.3f}–{ppv.high:.3f}" in page.text
    assert "4 found, 1 missed 3 cleared, 2 alarmed" in page.text
    assert "– cannot be given" in page.text  # the predictive value of the strict point, at which nothing is called


def test_the_prevalence_is_named_and_whose_it_is(page):
    assert "hold where 50.0% of the slices show hemorrhage, this collection's own share" in page.text
    assert "hold where 10.0% of the slices show hemorrhage. Found of all" in page_of(prevalence=0.1).text


def test_there_are_six_plots_with_a_name_and_a_legend(page):
    assert [svg["aria-label"] for svg in page.all("svg")] == [
        "ROC curve",
        "Precision-recall curve",
        "Reliability diagram",
        "Risk-coverage curve",
        "Decision curve",
        "Histogram of probabilities by label",
    ]
    assert len(page.all("circle")) == 2 + len(evaluated().judgement.reliability)
    # of the ten probabilities no two of one label share a bin of the histogram
    assert len([bar for bar in page.all("rect") if float(bar["height"]) > 0]) == 10


def test_the_risk_of_answering_less_is_said_in_numbers(page):
    # the surest first: 0.05, 0.1, 0.9 right; of 0.8 and 0.2 one; 0.75 wrong; 0.7, 0.3, 0.6 right; 0.55 wrong
    assert "If the slices nearest to balanced were left undecided first." in page.text
    assert "Wrong are 30.0% of all answers, 25.0% of the surest 80%, 20.0% of the surest half;" in page.text


def test_subgroups_show_the_cases_without_a_value_too(page):
    assert "(not given) 1 0 0 0 – cannot be given" in page.text
    assert "Not tabulated, for one value or too many: age." in page.text


def test_the_worst_mistakes_are_shown_with_their_probability(page):
    assert [image["alt"] for image in page.all("img")] == ["The slice p4", "The slice n4"]
    assert "1 slice with hemorrhage, called negative at balanced, 50.0%; shown, outlined" in page.text
    assert "2 slices without hemorrhage, called positive at balanced, 50.0%; the worst 1 are shown" in page.text
    assert "20.0% · p4" in page.text
    assert all(image["src"].startswith("data:image/png;base64,") for image in page.all("img"))


def test_every_slice_without_a_score_is_listed_with_the_reason(page):
    assert "2 slices without a score 1 refused: gate.no_head; 1 failed: read.empty. 1 of them show" in page.text
    assert "p-refused (hemorrhage): Found no skull. gate.no_head" in page.text


def test_the_guidelines_are_answered_in_words_and_signs(page):
    assert "CLAIM 20, 21 · TRIPOD+AI 12a ○ not answered The bundle does not say what it learned from" in page.text
    assert "doi:10.1148/ryai.2020200029" in page.text
    assert "doi:10.1136/bmj-2023-078378" in page.text


def test_a_script_in_any_name_is_shown_and_does_not_run():
    page = page_of(name=WICKED, rename=WICKED)
    assert_shows_script_as_text(page, pictures=2)


def test_the_page_asks_nothing_of_anyone_else_and_its_headings_skip_no_level(page):
    assert_asks_nothing(page)
    assert_headings_skip_no_level(page)
    assert page.open == []


def test_where_studies_are_judged_nothing_is_said_of_slices_but_how_many_there_are():
    whole = evaluated(seen=NONE_FOUND)
    page = Parsed(render_evaluation_html(replace(whole, collection=of_studies(whole.collection)), made=MADE))
    assert "12 studies (240 slices), 6 with hemorrhage" in page.text
    assert "All figures are of the 10 scored studies" in page.text
    assert "Chance that a study with hemorrhage has the higher probability" in page.text
    assert "2 studies without a score" in page.text
    figures = page.text[page.text.index("Figures over all thresholds") : page.text.index("What reporting guidelines")]
    assert "slice" not in figures.replace("on 40 slices.", "")  # what an operating point was fitted on
