"""A run's mistakes as a short summary for a terminal."""

from collections.abc import Iterator

from rich.console import Console, ConsoleOptions, RenderResult

from hemoscope.results.terminal import terminal_line
from hemoscope.results.wording import counted, percent
from hemoscope.review.review import Rate, Review
from hemoscope.terms import RESEARCH_USE_ONLY

WORDS = {1: ("Misses", "missed", "with hemorrhage"), 0: ("False alarms", "called positive", "without hemorrhage")}
"""By label: what mistakes are called, what went wrong, and with which slices."""


class ErrorsSummary:
    """The summary that a console prints: how much goes wrong, and where most of all."""

    def __init__(self, found: Review) -> None:
        self.found = found

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        """Yield line by line."""
        return (terminal_line(line, options, style=style) for line, style in self._lines())

    def _lines(self) -> Iterator[tuple[str, str]]:
        run = self.found.run
        yield f"{run.name}: {run.kind}, {run.model}. Positive from {run.decided}.", "bold"
        yield from ((f"- {note}", "") for note in run.notes)
        for side in (self.found.misses, self.found.false_alarms):
            if side.rate is None:
                continue
            yield "", ""
            yield rate_in_words(side.rate, side.truth), "bold"
            for row in side.traits:
                if row.is_weak:
                    yield f"  {row.trait}: {_share(row.rate)}", ""
        yield "", ""
        yield RESEARCH_USE_ONLY, "bold"


def rate_in_words(rate: Rate, truth: int) -> str:
    """Say how often cases go wrong.

    Args:
        rate: Of the slices of one label.
        truth: That label.

    >>> from hemoscope.records import Interval
    >>> rate_in_words(Rate(2, 8, 1, 4, Interval(0.25, 0.05, 0.6)), truth=1)
    '2 of 8 slices with hemorrhage missed, of 1 of 4 groups: 25.0% [5.0% to 60.0%]'
    """
    _, wrong, of_what = WORDS[truth]
    what = f"{rate.wrong:,} of {counted(rate.cases, 'slice')} {of_what} {wrong}"
    share = rate.share
    reach = f"{percent(share.value)} [{percent(share.low)} to {percent(share.high)}]"
    return f"{what}, of {rate.wrong_groups:,} of {counted(rate.groups, 'group')}: {reach}"


def _share(rate: Rate) -> str:
    share = rate.share
    return f"{rate.wrong:,} of {rate.cases:,}, {percent(share.value)} [{percent(share.low)} to {percent(share.high)}]"
