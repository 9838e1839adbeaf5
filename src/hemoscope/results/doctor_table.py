"""What the doctor found, for a terminal: words and shapes, and color only beside them."""

from collections.abc import Iterable

from rich.console import Console, ConsoleOptions, RenderResult
from rich.table import Table
from rich.text import Text

from hemoscope.records import Check, Health
from hemoscope.results.terminal import terminal_line

_SHAPES = {Health.OK: "●", Health.MISSING: "○", Health.FAILED: "✕"}
_ASCII = {Health.OK: "+", Health.MISSING: "-", Health.FAILED: "x"}
_STYLES = {Health.OK: "green", Health.MISSING: "yellow", Health.FAILED: "bold red"}


class DoctorTable:
    """What `render_doctor` returns; it lays itself out for the width it is printed at."""

    def __init__(self, checks: Iterable[Check]) -> None:
        self.checks = tuple(checks)

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        """Yield a row for each check under its topic, then the sentence that sums up."""
        shapes = _ASCII if options.ascii_only else _SHAPES
        grid = Table.grid(padding=(0, 2, 0, 0), pad_edge=False)
        for overflow in ("ignore", "ignore", "fold"):
            grid.add_column(overflow=overflow, no_wrap=overflow == "ignore")
        topic = ""
        for check in self.checks:
            if check.topic != topic:
                topic = check.topic
                grid.add_row(Text(topic, style="bold"), "", "")
            mark = Text(f"{shapes[check.health]} {check.health}", style=_STYLES[check.health])
            grid.add_row(Text(f"  {check.name}"), mark, terminal_line(_described(check), options))
        yield grid
        yield ""
        yield Text(sum_up(self.checks), style="bold")


def render_doctor(checks: Iterable[Check]) -> DoctorTable:
    """Lay checks out for a terminal, in their order, under their topics.

    Args:
        checks: What `examine_installation` yields.

    Returns:
        What `rich.console.Console.print` prints. Where the output is not Unicode, ASCII stands in for "●".
    """
    return DoctorTable(checks)


def sum_up(checks: Iterable[Check]) -> str:
    """Say in a sentence whether the base install works, and how much else is missing.

    >>> sum_up([Check("extras", "train", Health.MISSING, "keras", is_needed=False)])
    'Scoring works. 1 check is not ok: extras train.'
    """
    checks = tuple(checks)
    broken = [check for check in checks if check.is_broken]
    odd = [check for check in checks if check.health is not Health.OK]
    verdict = "Scoring works." if not broken else "Scoring does not work as it should."
    if not odd:
        return f"{verdict} All {len(checks)} checks are ok."
    names = ", ".join(f"{check.topic} {check.name}" for check in odd)
    return f"{verdict} {len(odd)} {'check is' if len(odd) == 1 else 'checks are'} not ok: {names}."


def _described(check: Check) -> str:
    return check.detail if check.next_step is None else f"{check.detail} {check.next_step}"
