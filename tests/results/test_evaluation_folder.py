"""An evaluation as files and as a summary: one content, many forms."""

import csv
import json
from collections import Counter
from dataclasses import replace

import pytest
from rich.console import Console

from hemoscope.evaluation.report import Evaluation
from hemoscope.results.checklist import Answer, checklist
from hemoscope.results.evaluation_card import render_card_section
from hemoscope.results.evaluation_document import evaluation_as_json
from hemoscope.results.evaluation_folder import write_evaluation
from hemoscope.results.evaluation_table import EvaluationSummary

from .evaluated import FOUND, NONE_FOUND, evaluated

TRIPOD_LETTERS = {
    "3": "abc", "5": "ab", "6": "abc", "8": "abc", "9": "abc", "12": "abcdefg",
    "18": "abcdef", "20": "abc", "23": "ab", "27": "abc",
}  # fmt: skip
"""Items of TRIPOD+AI that have parts: doi:10.1136/bmj-2023-078378."""


def test_the_folder_holds_page_json_table_and_card(tmp_path):
    written = write_evaluation(evaluated(), tmp_path / "new" / "out")
    assert [path.name for path in written] == [
        "report.html",
        "evaluation.json",
        "predictions.csv",
        "model_card_section.md",
    ]
    assert json.loads(written[1].read_text()) == json.loads(json.dumps(evaluation_as_json(evaluated())))
    assert sorted(path.name for path in (tmp_path / "new" / "out").iterdir()) == sorted(path.name for path in written)


def test_the_table_has_a_row_per_slice_and_is_safe_in_a_spreadsheet(tmp_path):
    table = write_evaluation(evaluated(rename="=1+"), tmp_path)[2]
    with table.open(newline="") as stream:
        rows = list(csv.DictReader(stream))
    assert len(rows) == 12
    assert (rows[0]["id"], rows[0]["probability"], rows[0]["decision"]) == ("'=1+p0", "0.9", "positive")
    assert (rows[10]["status"], rows[10]["probability"], rows[10]["error_code"]) == ("refused", "", "gate.no_head")


def test_the_card_holds_the_notice_the_figures_and_both_lists():
    evaluation = evaluated(name="a|b<c>")
    section = render_card_section(evaluation)
    auroc = evaluation.judgement.figures["auroc"]
    assert section.startswith("## Evaluation on a\\|b\\<c\\>\n\n**Research use only. Not a medical device.")
    assert f"| auroc | {auroc.value:.3f} | {auroc.low:.3f} to {auroc.high:.3f} |" in section
    assert "| ppv at *rule-in* | – | – |" in section
    assert "1 `gate.no_head`, 1 `read.empty`" in section
    for answer in Answer:
        assert f"**{str(answer).capitalize()}**" in section
    assert section.count("\n- ") == len(checklist(evaluation))


@pytest.mark.parametrize(("seen", "answer"), [(NONE_FOUND, Answer.YES), (FOUND, Answer.NO)])
def test_whether_training_and_test_are_apart_is_answered_only_where_it_was_checked(seen, answer):
    by_topic = {item.topic: item for item in checklist(evaluated(seen=seen))}
    assert by_topic["That training and test data are apart"].answer is answer


def test_the_checklist_names_what_people_must_say_and_repeats_nothing():
    items = checklist(evaluated())
    assert len({item.topic for item in items}) == len(items)
    assert all(item.claim or item.tripod for item in items)
    assert Counter(item.answer for item in items) == {Answer.YES: 5, Answer.IN_PART: 11, Answer.NO: 7}


def test_every_item_of_both_guidelines_is_asked_and_none_that_they_do_not_have():
    items = checklist(evaluated())
    assert {number for item in items for number in numbers_in(item.claim)} == set(map(str, range(1, 43)))
    asked = {number for item in items for number in numbers_in(item.tripod)}
    assert {number.rstrip("abcdefg") for number in asked} == set(map(str, range(1, 28)))
    lettered = {number for number in asked if number[-1].isalpha()}
    assert lettered <= {number + letter for number, letters in TRIPOD_LETTERS.items() for letter in letters}


def numbers_in(text: str) -> list[str]:
    """Return "14-16, 18a-18b" as 14, 15, 16, 18a, 18b."""
    found = []
    for part in filter(None, text.split(", ")):
        first, _, last = part.partition("-")
        if not last:
            found.append(first)
        elif first.isdigit():
            found += [str(number) for number in range(int(first), int(last) + 1)]
        else:
            found += [first[:-1] + chr(letter) for letter in range(ord(first[-1]), ord(last[-1]) + 1)]
    return found


def test_what_was_not_scored_is_told_and_what_was_never_collected_is_left_to_people():
    evaluation = evaluated()
    assert left_out_of(evaluation).startswith("Slices without a score: 2, each listed with its reason; the sensitivity")
    scored = tuple(case for case in evaluation.judgement.cases if case.error is None)
    whole = replace(evaluation, judgement=replace(evaluation.judgement, cases=scored))
    assert left_out_of(whole) == (
        "No slice was refused and none failed. Who never came into the collection, people must say."
    )


def left_out_of(evaluation: Evaluation) -> str:
    """Return the note on who was left out."""
    return next(item.note for item in checklist(evaluation) if item.topic == "Who was left out, and why")


@pytest.mark.parametrize(("has_hashes", "how"), [(True, "by file or by brain;"), (False, "by brain alone;")])
def test_the_check_for_training_slices_says_what_was_compared(has_hashes, how):
    by_topic = {item.topic: item for item in checklist(evaluated(seen=replace(NONE_FOUND, has_hashes=has_hashes)))}
    assert how in by_topic["That training and test data are apart"].note


def test_the_summary_fits_a_plain_terminal(tmp_path):
    with (tmp_path / "out.txt").open("w") as stream:
        Console(width=80, file=stream).print(EvaluationSummary(evaluated(name="h\x1b[2J\udce4mo", prevalence=0.1)))
    lines = (tmp_path / "out.txt").read_text().splitlines()
    assert lines[0].startswith(r"seed-cnn 0.1.0 on h\x1b[2J\udce4mo (table): 12 slices, 6 with")
    assert "10 scored, 1 refused, 1 failed (gate.no_head 1, read.empty 1)" in lines
    assert "At balanced, positive from 50.0%:" in lines
    assert "ppv and npv at a prevalence of 10.0%, as stated." in lines
    assert any(line.startswith("  (not given)        1  –") for line in lines)
    assert "Missed at balanced: 1, the worst: p4 20.0%" in lines
    assert lines[-1] == "Research use only. Not a medical device. Not for diagnosis."
    assert max(map(len, lines)) <= 80
