"""An evaluation as a short summary for a terminal."""

from collections.abc import Iterator

from rich.console import Console, ConsoleOptions, RenderResult

from hemoscope.evaluation.cases import worst_false_alarms, worst_misses
from hemoscope.evaluation.intervals import Interval
from hemoscope.evaluation.report import Evaluation, SeenStatus
from hemoscope.results.evaluation_document import counts_as_json, counts_in_words, seen_in_words
from hemoscope.results.terminal import terminal_line
from hemoscope.results.wording import percent
from hemoscope.terms import RESEARCH_USE_ONLY

MOST_NAMED = 5
SHARES = ("sensitivity", "specificity", "ppv", "npv", "accuracy", "sensitivity_of_all")


class EvaluationSummary:
    """The summary that a console prints: what was seen, figures, operating points, subgroups, the worst mistakes."""

    def __init__(self, evaluation: Evaluation) -> None:
        self.evaluation = evaluation

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        """Yield line by line."""
        return (terminal_line(line, options, style=style) for line, style in self._lines())

    def _lines(self) -> Iterator[tuple[str, str]]:
        evaluation, judgement = self.evaluation, self.evaluation.judgement
        facts, seen = evaluation.collection, evaluation.seen
        yield (
            f"{evaluation.model['name']} {evaluation.model['version']} on {facts.name} ({facts.layout}): "
            f"{facts.size_in_words}, {facts.positives:,} with hemorrhage, in {facts.groups:,} groups",
            "bold",
        )
        yield from ((f"- {notice.message}", "") for notice in facts.notices)
        yield counts_in_words(counts_as_json(judgement.cases)), ""
        is_fine = seen.status is SeenStatus.NONE_FOUND or seen.were_dropped
        yield f"{'-' if is_fine else '!'} {seen_in_words(seen)}", "" if is_fine else "bold red"
        yield "", ""
        for name, figure in judgement.figures.items():
            yield _row(name, figure), ""
        yield from self._points()
        yield from self._subgroups()
        yield from self._mistakes()
        yield RESEARCH_USE_ONLY, "bold"

    def _points(self) -> Iterator[tuple[str, str]]:
        judgement = self.evaluation.judgement
        for found in judgement.points:
            yield "", ""
            yield f"At {found.point.name}, positive from {percent(found.point.threshold)}:", "bold"
            for name in SHARES:
                yield _row(name, getattr(found, name)), ""
        stated = "as stated" if judgement.settings.prevalence is not None else "the collection's own share"
        yield f"ppv and npv at a prevalence of {percent(judgement.prevalence)}, {stated}.", ""
        yield "sensitivity_of_all counts positives that were refused or failed as missed.", ""
        yield "", ""

    def _subgroups(self) -> Iterator[tuple[str, str]]:
        for table in self.evaluation.judgement.subgroups:
            yield f"By {table.column}: {self.evaluation.collection.many}, AUROC, sensitivity, specificity", "bold"
            for row in table.rows:
                figures = "  ".join(f"{_short(figure):<16}" for figure in (row.auroc, row.sensitivity, row.specificity))
                yield f"  {row.value or '(not given)':<14}{row.slices:>6,}  {figures}".rstrip(), ""
            yield "", ""

    def _mistakes(self) -> Iterator[tuple[str, str]]:
        judgement = self.evaluation.judgement
        point = judgement.points[0].point
        for words, cases in (
            ("Missed", worst_misses(judgement.cases, point)),
            ("False alarms", worst_false_alarms(judgement.cases, point)),
        ):
            named = ", ".join(f"{case.key} {percent(case.probability or 0.0)}" for case in cases[:MOST_NAMED])
            yield f"{words} at {point.name}: {len(cases):,}{', the worst: ' + named if cases else ''}", ""


def _row(name: str, figure: Interval | None) -> str:
    return f"  {name:<20}{_text(figure)}"


def _text(figure: Interval | None) -> str:
    return "cannot be given" if figure is None else str(figure)


def _short(figure: Interval | None) -> str:
    return "–" if figure is None else f"{figure.value:.2f} [{figure.low:.2f}-{figure.high:.2f}]"
