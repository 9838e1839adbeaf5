"""A comparison as a short table for a terminal."""

from collections.abc import Iterator

from rich.console import Console, ConsoleOptions, RenderResult

from hemoscope.evaluation.paired import Comparison, Side
from hemoscope.evaluation.report import SeenStatus
from hemoscope.results.comparison_document import NOT_INDEPENDENT, TESTED
from hemoscope.results.evaluation_document import seen_in_words
from hemoscope.results.terminal import terminal_line
from hemoscope.results.wording import p_value, percent
from hemoscope.terms import RESEARCH_USE_ONLY


class ComparisonSummary:
    """The table that a console prints: each figure of both, the difference, and the tests."""

    def __init__(self, comparison: Comparison) -> None:
        self.comparison = comparison

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        """Yield line by line."""
        return (terminal_line(line, options, style=style) for line, style in self._lines())

    def _lines(self) -> Iterator[tuple[str, str]]:
        comparison, paired = self.comparison, self.comparison.paired
        yield from self._side("A", comparison.first)
        yield from self._side("B", comparison.second)
        lost = len(comparison.unpaired())
        yield (
            f"On {comparison.collection.name}: {paired.slices:,} {comparison.collection.many} that both scored, "
            f"{paired.positives:,} with hemorrhage, in {paired.groups:,} groups; not scored by one or both: {lost:,}",
            "",
        )
        yield "", ""
        yield f"{'':<14}{'A':>7}{'B':>8}   A less B, 95 % interval over groups", "bold"
        for name, found in paired.differences.items():
            mark = {"first": "  favors A", "second": "  favors B"}.get(paired.favors(name) or "", "")
            yield f"{name:<14}{found.first:>7.3f}{found.second:>8.3f}   {found.difference}{mark}", ""
        yield "", ""
        yield from self._tests()
        yield RESEARCH_USE_ONLY, "bold"

    def _side(self, letter: str, side: Side) -> Iterator[tuple[str, str]]:
        yield (
            f"{letter}: {side.model['name']} {side.model['version']}, positive from {percent(side.point.threshold)}",
            "bold",
        )
        is_fine = side.seen.status is SeenStatus.NONE_FOUND or side.seen.were_dropped
        yield f"{'-' if is_fine else '!'} {seen_in_words(side.seen)}", "" if is_fine else "bold red"

    def _tests(self) -> Iterator[tuple[str, str]]:
        paired, many = self.comparison.paired, self.comparison.collection.many
        if not paired.are_independent:
            yield NOT_INDEPENDENT.format(many=many.capitalize()), ""
        if paired.delong is not None:
            difference = paired.delong.difference
            yield f"DeLong, AUROC: difference {difference}, p {p_value(paired.delong.p_value)}", ""
        elif paired.not_tested is not None:
            yield f"DeLong: {paired.not_tested.message}", ""
        for name, test in paired.mcnemar.items():
            of_what = TESTED[name].format(many=many)
            yield (
                f"McNemar, {of_what}: only A right {test.only_first:,}, only B right {test.only_second:,}, "
                f"p {p_value(test.p_value)}",
                "",
            )
