"""The page of a cross-validation: every figure, the curves, nothing fetched, nothing run."""

from dataclasses import replace
from datetime import UTC, datetime

import numpy as np
import pytest

from hemoscope.evaluation.figures import figures_as_json
from hemoscope.evaluation.folds import HeldOut, judge_folds
from hemoscope.evaluation.held_out import HeldOutCase, summarize_origins
from hemoscope.evaluation.intervals import Interval
from hemoscope.results.validation_html import abstention_in_words, write_folds_html, write_origins_html

from .test_html import (
    WICKED,
    Parsed,
    assert_asks_nothing,
    assert_headings_skip_no_level,
    assert_shows_script_as_text,
)

MADE = datetime(2026, 1, 2, 3, 4, tzinfo=UTC)
SETTINGS = {"model": "seed-cnn", "epochs": 3, "learning_rate": 0.002, "preparation": {"size": 128}}
FOLDS = {"settings": SETTINGS, "sha256": "c" * 64, "repeats": 2, "folds": 2}
ORIGINS = {"settings": SETTINGS | {"model": "map-net"}, "sha256": "c" * 64, "blocks": [["a", "b"], ["lonely"]]}


def held_out() -> list[HeldOut]:
    """Two repeats of 24 slices of 12 groups, drawn; the bands abstain from 0.4 to 0.6."""
    generator = np.random.default_rng(0)
    rows = []
    for repeat in (0, 1):
        for place in range(24):
            label = place % 2
            value = float(np.clip(generator.normal(0.35 + 0.3 * label, 0.2), 0.01, 0.99))
            answer = -1 if 0.4 <= value < 0.6 else int(value >= 0.6)
            rows.append(
                HeldOut(
                    repeat, place % 2, f"s{place}", label, f"g{place // 2}", 0.0, "platt", value, value >= 0.5, answer
                )
            )
    return rows


def origin_case(origin: str, place: int, truth: int, score: float, **given) -> HeldOutCase:
    values = {"block": "a+b", "is_doubtful": 0, "patient_has_hemorrhage": -1} | given
    truths = " ".join([str(truth)] * 6)
    key = f"{origin}/{place}"
    return HeldOutCase(key, origin, key, truths=truths, scores=" ".join([str(score)] * 6), **values)


def of_origins() -> list[HeldOutCase]:
    """One origin that has blood alone and borrows, its lender, and one of blood alone that was left out by itself."""
    return [
        *[origin_case("a", place, 1, place / 4, hit=place % 2, dice=0.5) for place in range(4)],
        *[origin_case("b", place, 0, place / 4 - 0.6) for place in range(4)],
        *[origin_case("lonely", place, 1, 1.0, block="lonely") for place in range(3)],
    ]


def folds_page(folder, rows=None, record=FOLDS) -> Parsed:
    write_folds_html(judge_folds(rows or held_out()), folder / "report.html", record=record, made=MADE)
    return Parsed((folder / "report.html").read_text(encoding="utf-8"))


def origins_page(folder, rows) -> Parsed:
    write_origins_html(rows, summarize_origins(rows), folder / "report.html", record=ORIGINS, made=MADE)
    return Parsed((folder / "report.html").read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def page(tmp_path_factory) -> Parsed:
    return folds_page(tmp_path_factory.mktemp("folds"))


@pytest.fixture(scope="module")
def origins(tmp_path_factory) -> Parsed:
    return origins_page(tmp_path_factory.mktemp("origins"), of_origins())


def test_the_notice_stands_first_and_what_was_held_out_is_counted(page):
    assert page.text.split("Skip to the figures ")[1].startswith(
        "Research use only. Not a medical device. Not for diagnosis. Hemoscope cross-validation "
        "seed-cnn on groups that it never saw 02 January 2026, 03:04 UTC · 2 repeats of 2 folds, groups kept whole "
        "24 slices 12 with hemorrhage 12 groups 2 repeats"
    )


def cells(figures: dict[str, dict[str, float]]) -> str:
    return " ".join(f"{one['value']:.3f} {one['low']:.3f}–{one['high']:.3f}" for one in figures.values())


def test_pooled_figures_and_those_of_each_repeat_are_those_of_the_json(page):
    figures = figures_as_json(judge_folds(held_out()).figures)
    assert list(figures) == ["pooled", "0", "1"]
    assert len(figures["pooled"]) == 8
    assert (
        f" pooled {cells(figures['pooled'])} repeat 0 {cells(figures['0'])} repeat 1 {cells(figures['1'])} "
        in page.text
    )


def test_a_repeat_in_which_nothing_is_answered_has_a_gap(tmp_path):
    rows = [replace(row, answer=-1) if row.repeat == 1 else row for row in held_out()]
    text = folds_page(tmp_path, rows).text
    assert text.split(" repeat 1 ")[1].split(" In each repeat")[0].endswith("– cannot be given")


def test_the_curves_are_drawn_with_what_the_folds_decide(page):
    assert [svg["aria-label"] for svg in page.all("svg")] == ["ROC curve", "Reliability diagram", "Risk-coverage curve"]
    styles = [line["class"] for line in page.all("polyline")]
    assert styles[:6] == ["chance", "each", "each", "curve", "reach", "reach"]
    bins = len(judge_folds(held_out()).reliability)
    assert len(page.all("circle")) == 1 + bins + 2
    assert f"AUROC {judge_folds(held_out()).figures['pooled']['auroc']}, all repeats pooled. Thin lines" in page.text
    assert "Decided at a probability of one half, those nearest to it left undecided first. Wrong are " in page.text


def test_one_repeat_has_no_thin_lines(tmp_path):
    page = folds_page(tmp_path, [row for row in held_out() if row.repeat == 0], FOLDS | {"repeats": 1})
    assert "each" not in [line["class"] for line in page.all("polyline")]
    assert "Thin lines" not in page.text
    assert "1 repeat of 2 folds" in page.text


def test_what_abstaining_gains_is_said_in_a_line(page):
    pooled = judge_folds(held_out()).figures["pooled"]
    assert f"What abstaining gains {abstention_in_words(pooled)}" in page.text


@pytest.mark.parametrize(
    ("answered", "said"),
    [
        (0.9, "Of the answered 90.0% (80.0% to 95.0%) are called as they are labelled: 10.0 points more than the"),
        (0.75, "Of the answered 75.0% (80.0% to 95.0%) are called as they are labelled: 5.0 points fewer than the"),
        (0.8, "Of the answered 80.0% (80.0% to 95.0%) are called as they are labelled: as many as the 80.0% (70"),
        (None, "Each fold leaves undecided what lies in its own uncertain band: 25.0% (20.0% to 30.0%) of the slices. "
         "Nothing is answered."),
    ],
)  # fmt: skip
def test_a_gain_a_loss_and_nothing_are_told_apart(answered, said):
    figures = {"abstained": Interval(0.25, 0.2, 0.3), "accuracy": Interval(0.8, 0.7, 0.9)}
    if answered is not None:
        figures["accuracy_answered"] = Interval(answered, 0.8, 0.95)
    assert said in abstention_in_words(figures)


def test_each_origin_has_its_figures_or_a_gap(origins):
    figures = figures_as_json(summarize_origins(of_origins()))
    assert figures["lonely"] == figures["b"] == {}
    assert list(figures["a"]) == ["auroc", "sensitivity_at_90", "pointing", "dice"]
    whether, where = origins.text.split("To do it again")[0].split("Where and which")
    found = {name: figures["a"][name] for name in ("auroc", "sensitivity_at_90")}
    gaps = "– cannot be given – cannot be given"
    assert f" a 4 with blood, 4 normal to judge against, 4 groups; left out with b {cells(found)} b 0 with" in whether
    assert f" lonely 3 with blood, 0 normal to judge against, 3 groups {gaps} mean " in whether
    assert f" mean {cells(figures['mean'])} – cannot be given " in whether
    found = {name: figures["a"][name] for name in ("pointing", "dice")}
    assert f" Origin Pointing Dice a {cells(found)} Subtypes with fewer" in where


def test_origins_without_any_figure_are_no_error(tmp_path):
    page = origins_page(tmp_path, [row for row in of_origins() if row.origin == "lonely"])
    assert "lonely 3 with blood, 0 normal to judge against, 3 groups – cannot be given" in page.text
    assert "Where and which" not in page.text


def test_what_one_needs_to_do_it_again_is_told(page, origins):
    assert (
        "Network seed-cnn Settings epochs 3, learning rate 0.002 Preparation size 128 Arrangement 2 repeats of 2 "
        f"folds Data SHA-256 {'c' * 64}"
    ) in page.text
    assert "Network map-net" in origins.text
    assert "Left out together a and b; lonely" in origins.text


def test_the_pages_ask_nothing_of_anyone_else_and_their_headings_skip_no_level(page, origins):
    for one in (page, origins):
        assert_asks_nothing(one)
        assert_headings_skip_no_level(one)
        assert one.open == []


def test_a_script_in_any_name_is_shown_and_does_not_run(tmp_path):
    page = origins_page(tmp_path, [replace(row, origin=WICKED + row.origin) for row in of_origins()])
    assert_shows_script_as_text(page, pictures=0)
