"""Results as a table for a terminal."""

from collections.abc import Iterable
from dataclasses import dataclass

from rich.cells import cell_len, chop_cells
from rich.console import Console, ConsoleOptions, RenderableType, RenderResult
from rich.table import Table
from rich.text import Text

from hemoscope.records import Decision, SliceResult, Status, StudyResult
from hemoscope.results.wording import describe_study, operating_points, percent, printable, summarize
from hemoscope.terms import RESEARCH_USE_ONLY

Answer = SliceResult | StudyResult
_GAP = 2
_STATUS_WIDTH = len("refused")
_PERCENT_WIDTH = len("100.0%")
_DECISION_WIDTH, _UNSURE_WIDTH = len("● positive"), len("◐ uncertain")
_WIDE = 100  # columns from which the bar and the notes get more room


@dataclass(frozen=True, slots=True)
class _Terminal:
    """What a terminal can show."""

    encoding: str
    full: str
    empty: str
    positive: str
    uncertain: str
    negative: str
    cut: str

    @classmethod
    def of(cls, options: ConsoleOptions) -> "_Terminal":
        marks = ("#", ".", "+", "?", "-", "...") if options.ascii_only else ("█", "░", "●", "◐", "○", "…")
        return cls(options.encoding, *marks)

    def plain(self, text: str) -> str:
        """Write out what would steer the terminal and what its encoding has no sign for."""
        return printable(text).encode(self.encoding, "backslashreplace").decode(self.encoding)


class ResultTable:
    """The table that `render_table` returns; it lays itself out for the width it is printed at."""

    def __init__(self, results: Iterable[Answer]) -> None:
        self.results = tuple(results)

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        """Yield the rows, the counts, the operating points and the notice."""
        terminal = _Terminal.of(options)
        yield self._rows(options.max_width, terminal)
        yield ""
        yield Text(summarize(self.results), style="bold")
        for point, decided in operating_points(self.results).items():
            band = "" if point.uncertain_from is None else f"uncertain from {percent(point.uncertain_from)}, "
            ends = f"{band}positive from {percent(point.threshold)}"
            meaning = f"{ends}, chosen for {point.chosen_for} on {point.fitted_on}."
            yield Text(terminal.plain(f"Operating point {point.name} of a {decided}: {meaning}"))
        yield Text(RESEARCH_USE_ONLY, style="bold")

    def _rows(self, width: int, terminal: _Terminal) -> Table:
        limit, bar = _input_limit(width), 10 if width >= _WIDE else 5
        names = [shorten(terminal.plain(result.input), width=limit, cut=terminal.cut) for result in self.results]
        grid = _grid(max(map(cell_len, ["input", *names])), _STATUS_WIDTH)
        is_unsure = any(result.decision is Decision.UNCERTAIN for result in self.results)
        widths = (_PERCENT_WIDTH + 1 + bar, _UNSURE_WIDTH if is_unsure else _DECISION_WIDTH)
        grid.add_row(_heading("input"), _heading("status"), _answer_heading(widths))
        for name, result in zip(names, self.results, strict=True):
            grid.add_row(Text(name), _status(result), _answer(result, widths, terminal))
        return grid


def render_table(results: Iterable[Answer]) -> ResultTable:
    """Lay results out for a terminal: a row each, a line that counts them, the operating point, and the notice.

    A refused or failed input has its reason and the next step where the others have probability, decision and notes.
    Color repeats what words and shapes say; where the output is not Unicode, ASCII stands in for "█" and "●".

    Args:
        results: In the order of the rows.

    Returns:
        What `rich.console.Console.print` prints, at any width from 80 columns.
    """
    return ResultTable(results)


def shorten(name: str, *, width: int, cut: str = "…") -> str:
    """Cut the middle out of a long name, keeping more of its end, which tells more.

    Args:
        name: A path; characters that would steer the terminal are written out first.
        width: Most columns to take, counting wide characters as two.
        cut: What stands for the middle.

    >>> shorten("studies/2026/11/23/patient-with-a-long-name/slice-017.dcm", width=30)
    'studies/2…g-name/slice-017.dcm'
    """
    shown = printable(name)
    if cell_len(shown) <= width:
        return shown
    room = width - cell_len(cut)
    head = chop_cells(shown, room // 3)[0]
    tail = chop_cells(shown[::-1], room - cell_len(head))[0][::-1]
    return head + cut + tail


def _input_limit(width: int) -> int:
    """Return the most columns for names: on 80 columns, what leaves the notes room for most warning codes."""
    return max(12, width * 2 // 5 - 8 if width >= _WIDE else width - 60)


def _grid(first: int, second: int) -> Table:
    """Return a table of two columns of fixed widths and one that takes what is left."""
    grid = Table.grid(padding=(0, _GAP, 0, 0), pad_edge=False, expand=True)
    grid.add_column(width=first, overflow="fold")
    grid.add_column(width=second, overflow="fold")
    grid.add_column(ratio=1, overflow="fold")
    return grid


def _heading(word: str) -> Text:
    return Text(word, style="dim")


def _answer_heading(widths: tuple[int, int]) -> Table:
    grid = _grid(*widths)
    grid.add_row(_heading("probability"), _heading("decision"), _heading("notes"))
    return grid


def _answer(result: Answer, widths: tuple[int, int], terminal: _Terminal) -> RenderableType:
    """Return probability, decision and warning codes; or, without a score, the reason across all three columns."""
    codes = [terminal.plain(notice.code) for notice in result.warnings]
    if isinstance(result, StudyResult) and (made_from := describe_study(result)):
        codes.insert(0, terminal.plain(made_from))
    if result.error is not None:
        reason = f"{result.error.message} {result.error.next_step} [{result.error.code}]"
        return Text("\n".join([terminal.plain(reason), *codes]))
    grid = _grid(*widths)
    bar = widths[0] - _PERCENT_WIDTH - 1
    grid.add_row(_probability(result, bar, terminal), _decision(result, terminal), Text("\n".join(codes)))
    return grid


def _probability(result: Answer, bar: int, terminal: _Terminal) -> Text:
    if result.probability is None:
        return Text()
    filled = round(result.probability * bar)
    text = Text(f"{percent(result.probability):>{_PERCENT_WIDTH}} ")
    return text.append(terminal.full * filled + terminal.empty * (bar - filled), style=_style(result))


def _decision(result: Answer, terminal: _Terminal) -> Text:
    if result.decision is None:
        return Text()
    marks = {
        Decision.POSITIVE: terminal.positive,
        Decision.UNCERTAIN: terminal.uncertain,
        Decision.NEGATIVE: terminal.negative,
    }
    return Text(f"{marks[result.decision]} {result.decision}", style=_style(result))


def _status(result: Answer) -> Text:
    styles = {Status.SCORED: "", Status.REFUSED: "yellow", Status.FAILED: "red"}
    return Text(str(result.status), style=styles[result.status])


def _style(result: Answer) -> str:
    styles = {Decision.POSITIVE: "bold red", Decision.UNCERTAIN: "bold yellow"}
    return styles.get(result.decision, "cyan") if result.decision else "cyan"
