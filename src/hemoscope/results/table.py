"""Results as a table for a terminal."""

from collections import Counter
from collections.abc import Sequence

from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from hemoscope.records import Decision, SliceResult, Status
from hemoscope.terms import RESEARCH_USE_ONLY

BAR = 10
_LONGEST_INPUT = 36


def render_table(results: Sequence[SliceResult]) -> RenderableType:
    """Lay results out: a row each, a line that counts them, and the notice.

    Args:
        results: In the order of the rows.

    Returns:
        What rich can print; readable without colour and at 80 columns.
    """
    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0), header_style="dim")
    table.add_column("input", no_wrap=True)
    table.add_column("probability", no_wrap=True)
    table.add_column("decision", no_wrap=True)
    table.add_column("notes", ratio=1, overflow="fold")
    for result in results:
        table.add_row(Text(shorten(result.input)), _probability(result), _decision(result), Text(_notes(result)))
    explained = [Text(line, style="dim") for line in _explanations(results)]
    return Group(table, "", *explained, Text(summarize(results)), Text(RESEARCH_USE_ONLY, style="bold"))


def summarize(results: Sequence[SliceResult]) -> str:
    """Count results in words.

    >>> summarize([SliceResult("a.png", Status.SCORED), SliceResult("b.png", Status.FAILED)])
    '1 scored, 0 refused, 1 failed'
    """
    counts = Counter(result.status for result in results)
    return ", ".join(f"{counts[status]} {status}" for status in Status)


def shorten(name: str) -> str:
    """Cut the middle out of a long path; its end tells most.

    >>> shorten("studies/2026/11/23/patient-with-a-long-name/slice-017.dcm")
    'studies/20…-long-name/slice-017.dcm'
    """
    if len(name) <= _LONGEST_INPUT:
        return name
    return name[:10] + "…" + name[-(_LONGEST_INPUT - 12) :]


def _probability(result: SliceResult) -> Text:
    if result.probability is None:
        return Text("–", style="dim")
    filled = round(result.probability * BAR)
    bar = "█" * filled + "░" * (BAR - filled)
    return Text(f"{result.probability:6.1%} {bar}", style="bold" if result.decision is Decision.POSITIVE else "")


def _decision(result: SliceResult) -> Text:
    if result.decision is None:
        return Text(str(result.status).upper(), style="yellow" if result.status is Status.REFUSED else "red")
    is_positive = result.decision is Decision.POSITIVE
    return Text("● positive" if is_positive else "○ negative", style="bold red" if is_positive else "green")


def _notes(result: SliceResult) -> str:
    codes = [notice.code for notice in result.warnings]
    return "; ".join([result.error.code, *codes] if result.error else codes)


def _explanations(results: Sequence[SliceResult]) -> list[str]:
    """Say each code of the table once: the first text it came with, and for how many inputs it stands."""
    texts: dict[str, str] = {}
    counts: Counter[str] = Counter()
    for result in results:
        own = {notice.code: notice.message for notice in result.warnings}
        if result.error is not None:
            own[result.error.code] = f"{result.error.message} {result.error.next_step}"
        counts.update(own.keys())
        texts = own | texts
    return [f"{code} ({counts[code]}): {texts[code]}" for code in sorted(texts)]
