"""An audit as a short summary for a terminal."""

from collections.abc import Iterator

from rich.console import Console, ConsoleOptions, RenderResult
from rich.padding import Padding
from rich.text import Text

from hemoscope.results.audit_document import AuditReport
from hemoscope.results.audit_findings import FLOOR_NAMES, findings
from hemoscope.results.terminal import terminal_line
from hemoscope.terms import RESEARCH_USE_ONLY


class AuditSummary:
    """The summary that a console prints: findings, the worst first, then floors and groups."""

    def __init__(self, report: AuditReport) -> None:
        self.report = report

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        """Yield the heading, the findings, the floors, the groups and the notice."""
        collection, groups = self.report.collection, self.report.groups
        yield terminal_line(
            f"{collection.name} ({collection.layout}): {len(collection):,} slices, {sum(collection.labels):,} with "
            "hemorrhage",
            options,
            style="bold",
        )
        for notice in collection.notices:
            yield terminal_line(f"- {notice.message}", options)
        yield ""
        yield from self._findings(options)
        for floor in self.report.floors:
            name = FLOOR_NAMES[floor.name, floor.folds]
            yield terminal_line(f"{name}: AUROC {floor.auroc}, accuracy {floor.accuracy:.3f}", options)
        yield terminal_line(f"Groups: {len(set(collection.groups)):,} given, {len(set(groups)):,} suggested", options)
        yield Text(RESEARCH_USE_ONLY, style="bold")

    def _findings(self, options: ConsoleOptions) -> Iterator[Text | Padding | str]:
        found = findings(self.report)
        for finding in found:
            mark, style = ("!", "bold red") if finding.is_leak else ("-", "bold")
            yield terminal_line(f"{mark} {finding.title}", options, style=style)
            yield Padding(
                terminal_line(f"{finding.meaning} {finding.next_step}".strip(), options), (0, 0, 0, 2), expand=False
            )
        if not any(finding.is_leak for finding in found):
            yield terminal_line("No leak was found. That is no proof that there is none.", options)
        yield ""
