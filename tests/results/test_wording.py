"""Words: honest percentages, names that cannot mislead."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hemoscope.records import Status, StudyResult
from hemoscope.results.wording import encodable, operating_points, percent, printable, summarize

from .sample import ALL, POINT, RULED_OUT, UNCERTAIN


@pytest.mark.parametrize(
    ("probability", "text"),
    [
        (0.0, "0.0%"),
        (1e-9, "<0.1%"),
        (0.0004999, "<0.1%"),
        (0.0005, "0.1%"),
        (0.05, "5.0%"),
        (0.9994, "99.9%"),
        (0.9995, ">99.9%"),
        (1 - 1e-9, ">99.9%"),
        (1.0, "100.0%"),
    ],
)
def test_a_percentage_has_one_decimal_and_never_rounds_to_certainty(probability, text):
    assert percent(probability) == text


@given(st.floats(0, 1))
def test_a_percentage_fits_into_six_columns(probability):
    assert len(percent(probability)) <= 6


def test_every_status_is_counted_even_at_none():
    assert summarize(ALL) == "2 scored, 1 refused, 1 failed"
    assert summarize([]) == "0 scored, 0 refused, 0 failed"


def test_the_uncertain_are_counted_among_the_scored():
    assert summarize([*ALL, UNCERTAIN, RULED_OUT]) == "4 scored (1 uncertain), 1 refused, 1 failed"
    assert summarize([RULED_OUT]) == "1 scored, 0 refused, 0 failed"


def test_an_operating_point_is_listed_once_with_what_it_decided_on():
    assert operating_points(ALL) == {POINT: "slice"}
    study = StudyResult("s", None, Status.SCORED, probability=0.9, operating_point=POINT)
    assert operating_points([*ALL, study]) == {POINT: "slice or study"}
    other = replace(POINT, threshold=0.9)
    assert operating_points([replace(study, operating_point=other), *ALL]) == {other: "study", POINT: "slice"}


@pytest.mark.parametrize("name", ["頭部.png", "hémo.png", "Kopf Ä.dcm", "🧠.png", "سر.png", "a\\b.png"])
def test_names_in_any_script_are_shown_as_they_are(name):
    assert printable(name) == name
    assert encodable(name) == name


@pytest.mark.parametrize(
    ("name", "shown"),
    [("\x1b[2Jx", r"\x1b[2Jx"), ("a\nb", r"a\nb"), ("a\u202egnp.exe", r"a\u202egnp.exe"), ("\udce4", r"\udce4")],
)
def test_what_would_steer_a_terminal_or_mislead_is_written_out(name, shown):
    assert printable(name) == shown


@given(st.text(st.characters()))
def test_what_is_shown_can_always_be_encoded_and_is_shown_the_same_twice(text):
    shown = printable(text)
    shown.encode("utf-8")
    assert printable(shown) == shown
    assert encodable(text).encode("utf-8") == text.encode("utf-8", "backslashreplace")
