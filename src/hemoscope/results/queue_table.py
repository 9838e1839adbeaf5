"""A simulated reading list as a short table for a terminal."""

from collections.abc import Iterator

from rich.console import Console, ConsoleOptions, RenderResult
from rich.table import Table

from hemoscope.evaluation.reading_list import Gain
from hemoscope.results.queue_wording import COLUMNS, FLAGS_ALONE, INTERVALS, minutes, name_of, short, site_in_words
from hemoscope.results.terminal import terminal_line
from hemoscope.terms import RESEARCH_USE_ONLY


class QueueSummary:
    """What a console prints: a row per order of the list."""

    def __init__(self, gain: Gain) -> None:
        self.gain = gain

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        """Yield the site, the table and how to read it."""
        yield terminal_line(site_in_words(self.gain), options)
        yield self._table()
        yield from (terminal_line(line, options, style=style) for line, style in self._lines())

    def _table(self) -> Table:
        table = Table(box=None, pad_edge=False, header_style="bold")
        table.add_column("order", no_wrap=True)
        for name in ("wait", "saved", "missed", "others", "called"):
            table.add_column(name, justify="right", no_wrap=True)
        for order in self.gain.orders:
            row = [short(order.hemorrhage.mean), minutes(order.saved), short(order.missed), short(order.lost)]
            called = f"{order.called.value:.0%}"
            table.add_row(name_of(order), *(row[:1] + ["-"] * 4 if order.detector is None else [*row, called]))
        return table

    def _lines(self) -> Iterator[tuple[str, str]]:
        yield COLUMNS, ""
        yield INTERVALS, ""
        yield FLAGS_ALONE, ""
        yield RESEARCH_USE_ONLY, "bold"
