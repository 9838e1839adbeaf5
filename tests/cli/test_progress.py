"""Progress on stderr, as a terminal shows it."""

import pytest

from hemoscope.cli.progress import bar


@pytest.fixture(autouse=True)
def terminal(monkeypatch):
    monkeypatch.setenv("FORCE_COLOR", "1")
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.setenv("COLUMNS", "80")


def test_a_bar_gives_way_to_the_work_that_follows(capfd):
    with bar("Scoring", then="Measuring") as advance:
        advance(1, 2)
        advance(2, 2)
    shown = capfd.readouterr()
    assert shown.out == ""
    assert shown.err.rindex("Measuring") > shown.err.rindex("Scoring")


def test_a_bar_whose_work_goes_on_says_nothing_of_what_follows(capfd):
    with bar("Scoring", then="Measuring") as advance:
        advance(1, 2)
    assert "Scoring" in (shown := capfd.readouterr().err)
    assert "Measuring" not in shown


def test_a_bar_without_more_to_come_stands_at_its_end(capfd):
    with bar("Reading") as advance:
        advance(2, 2)
    assert "100%" in capfd.readouterr().err
