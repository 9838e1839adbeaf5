"""The terminal table says all without colour, at 80 columns."""

import io

import pytest
from rich.console import Console

from hemoscope.results.table import render_table, shorten

from .sample import ALL


@pytest.fixture(params=[80, 120])
def printed(request):
    console = Console(file=io.StringIO(), width=request.param, no_color=True)
    console.print(render_table(ALL))
    return console.file.getvalue()


def test_every_input_stands_with_its_answer(printed):
    lines = printed.splitlines()
    assert any("head <1>.png" in line and "87.3%" in line and "● positive" in line for line in lines)
    assert any("b.dcm" in line and "5.0%" in line and "○ negative" in line for line in lines)
    assert any("knee.png" in line and "REFUSED" in line for line in lines)
    assert any("=1+1.png" in line and "FAILED" in line for line in lines)


def test_codes_counts_and_the_notice_are_there(printed):
    assert "gate.no_head" in printed
    assert "2 scored, 1 refused, 1 failed" in printed
    assert "Research use only" in printed


def test_no_line_is_wider_than_the_terminal(printed):
    width = 120 if max(map(len, printed.splitlines())) > 80 else 80
    assert all(len(line) <= width for line in printed.splitlines())


def test_square_brackets_in_a_name_are_no_markup():
    console = Console(file=io.StringIO(), width=80, no_color=True)
    console.print(shorten("slice[bold].png"), markup=False)
    assert "slice[bold].png" in console.file.getvalue()
