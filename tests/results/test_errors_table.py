"""A run's mistakes in a terminal."""

import io

from rich.console import Console

from hemoscope.results.errors_table import ErrorsSummary
from hemoscope.review.cases import ReviewedRun
from hemoscope.review.review import review
from tests.review.drawn import disk, with_bleed


def test_the_summary_says_how_much_goes_wrong_and_where_most_of_all():
    tiny = [with_bleed(disk(60, 60, 4), key=f"t{number}", group=f"t{number}") for number in range(6)]
    large = [with_bleed(disk(110, 60, 20), score=0.9, key=f"l{number}", group=f"l{number}") for number in range(12)]
    run = ReviewedRun("run\x1b[2J", "a test", "map-net", (*tiny, *large), "one half", False, ("Two were lost.",))
    stream = io.StringIO()
    Console(file=stream, width=120).print(ErrorsSummary(review(run)))
    lines = [line.rstrip() for line in stream.getvalue().splitlines()]
    assert lines[0] == r"run\x1b[2J: a test, map-net. Positive from one half."
    assert lines[1] == "- Two were lost."
    assert lines[3].startswith("6 of 18 slices with hemorrhage missed, of 6 of 18 groups: 33.3% [")
    assert "  size of the bleed: tiny, below 1 cm²: 6 of 6, 100.0% [61.0% to 100.0%]" in lines
    assert lines[-1] == "Research use only. Not a medical device. Not for diagnosis."
    assert not any("called positive" in line for line in lines)
