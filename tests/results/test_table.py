"""The terminal table says all without color, at 80 columns."""

import io
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from rich.cells import cell_len
from rich.console import Console

from hemoscope.results.table import render_table, shorten

from .sample import ALL, POSITIVE, RULED_IN, RULED_OUT, UNCERTAIN, scored, unanswered


def printed(results, *, width, encoding="utf-8", **options):
    stream = io.TextIOWrapper(io.BytesIO(), encoding=encoding, newline="")
    Console(file=stream, width=width, **options).print(render_table(results))
    stream.flush()
    return [line.rstrip() for line in stream.buffer.getvalue().decode(encoding).splitlines()]


def test_at_80_columns_the_table_is_exactly_this():
    assert printed(ALL, width=80) == [
        "input               status   probability   decision    notes",
        "scans/head <1>.png  scored    87.3% ████░  ● positive  picture.hu_unknown",
        "b.dcm               scored     5.0% ░░░░░  ○ negative",
        "knee.png            refused  Found no skull. Choose a head. [gate.no_head]",
        "=1+1.png            failed   It has no bytes. Fetch it again. [read.empty]",
        "",
        "2 scored, 1 refused, 1 failed",
        "Operating point balanced of a slice: positive from 40.0%, chosen for the largest",
        "sensitivity + specificity on 40 slices.",
        "Research use only. Not a medical device. Not for diagnosis.",
    ]


def test_a_table_that_abstains_says_so_in_shape_word_count_and_legend():
    assert printed([RULED_IN, UNCERTAIN, RULED_OUT], width=80) == [
        "input  status   probability   decision     notes",
        "e.dcm  scored    90.0% ████░  ● positive",
        "c.dcm  scored    45.0% ██░░░  ◐ uncertain",
        "d.dcm  scored     5.0% ░░░░░  ○ negative",
        "",
        "3 scored (1 uncertain), 0 refused, 0 failed",
        "Operating point abstain of a slice: uncertain from 10.0%, positive from 80.0%,",
        "chosen for ruling out and in on 40 slices.",
        "Research use only. Not a medical device. Not for diagnosis.",
    ]


def test_a_terminal_without_unicode_marks_the_uncertain_with_a_question():
    assert printed([UNCERTAIN], width=80, encoding="ascii")[1] == "c.dcm  scored    45.0% ##...  ? uncertain"


def test_at_120_columns_the_bar_is_longer():
    assert printed(ALL[:1], width=120)[1] == (
        "scans/head <1>.png  scored    87.3% █████████░  ● positive  picture.hu_unknown"
    )


def test_a_terminal_without_unicode_gets_ascii():
    lines = printed([replace(ALL[0], input="頭.png"), ALL[1]], width=80, encoding="ascii")
    assert lines[1] == r"\u982d.png  scored    87.3% ####.  + positive  picture.hu_unknown"
    assert lines[2] == "b.dcm       scored     5.0% .....  - negative"


def test_what_is_no_terminal_gets_no_color_codes():
    assert not any("\x1b" in line for line in printed(ALL, width=80))
    assert any("\x1b" in line for line in printed(ALL, width=80, force_terminal=True))


@settings(deadline=None)
@given(st.lists(scored | unanswered, max_size=3), st.sampled_from([80, 100, 120]))
def test_no_line_is_wider_than_the_terminal(results, width):
    assert all(cell_len(line) <= width for line in printed(results, width=width))


def test_a_reason_keeps_its_warnings():
    result = replace(ALL[2], warnings=POSITIVE.warnings)
    assert printed([result], width=80)[1:3] == [
        "knee.png  refused  Found no skull. Choose a head. [gate.no_head]",
        "                   picture.hu_unknown",
    ]


def test_square_brackets_in_a_name_are_no_markup():
    assert printed([replace(POSITIVE, input="a[bold].png")], width=80)[1].startswith("a[bold].png  scored")


def test_a_name_cannot_send_commands_to_the_terminal():
    lines = printed([replace(POSITIVE, input="\x1b[2Jx.png")], width=80)
    assert lines[1].startswith(r"\x1b[2Jx.png  scored")


@pytest.mark.parametrize(
    ("width", "shown"),
    [
        (12, "stu…-017.dcm"),
        (24, "studies…me/slice-017.dcm"),
        (57, "studies/2026/11/23/patient-with-a-name/slice-017.dcm"),
    ],
)
def test_a_long_name_loses_its_middle_first(width, shown):
    assert shorten("studies/2026/11/23/patient-with-a-name/slice-017.dcm", width=width) == shown


@given(st.text(), st.integers(8, 60))
def test_a_shortened_name_fits_however_wide_its_signs_are(name, width):
    assert cell_len(shorten(name, width=width)) <= width
