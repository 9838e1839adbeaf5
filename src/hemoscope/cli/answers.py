"""What the commands that answer have in common: every input answered behind one bar, and the answers printed."""

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from hemoscope.errors import InputError, ReadingError
from hemoscope.records import ErrorReport, SliceResult, Status, StudyResult

if TYPE_CHECKING:
    from hemoscope.explanation.folder import Explanations
    from hemoscope.inference.batch import Batch, Examined
    from hemoscope.inference.predictor import Predictor
    from hemoscope.results.journal import Journal

Result = SliceResult | StudyResult


def answers(
    predictor: "Predictor",
    places: Sequence[Path],
    *,
    journal: "Journal | None" = None,
    as_slices: bool = False,
    drawn: "Explanations | None" = None,
) -> Iterator["Examined"]:
    """Answer for every input that has no answer in the journal, behind a progress bar, and draw it where that is asked.

    A place that cannot be opened is answered for as failed, unless it is the only one.
    """
    from hemoscope.cli.progress import growing_bar
    from hemoscope.inference.batch import Batch, find_inputs

    with growing_bar("Scoring slices" if drawn is None else "Scoring and drawing slices") as advance:
        steps = _Steps(advance, each=1 if drawn is None else 2)
        batch = Batch(predictor, done=frozenset() if journal is None else journal, on_progress=steps.on_scored)
        found = batch.slices(find_inputs(places)) if as_slices else _from_places(batch, places, journal)
        for examined in found:
            if drawn is not None:
                drawn.add(examined, on_slices=steps.on_drawn)
            yield examined


def _from_places(batch: "Batch", places: Sequence[Path], journal: "Journal | None") -> Iterator["Examined"]:
    from hemoscope.inference.batch import is_place_of_studies
    from hemoscope.inference.predictor import Examination

    for place in places:
        try:
            yield from batch.studies(place) if is_place_of_studies(place) else batch.slices([place])
        except (InputError, ReadingError) as error:
            if len(places) == 1:
                raise
            failed = SliceResult(str(place), Status.after(error), error=ErrorReport.of(error))
            if journal is None or failed.key not in journal:
                yield Examination(failed)


class _Steps:
    """Counts slices that are scored, and drawn then where each takes two steps."""

    def __init__(self, advance: Callable[[int, int], None], *, each: int) -> None:
        self._advance, self._each = advance, each
        self._scored = self._known = self._drawn = 0

    def on_scored(self, scored: int, known: int) -> None:
        self._scored, self._known = scored, known
        self._tell()

    def on_drawn(self, count: int) -> None:
        self._drawn += count
        self._tell()

    def _tell(self) -> None:
        self._advance(self._scored + self._drawn, self._each * self._known)


def print_results(
    results: Sequence[Result],
    predictor: "Predictor",
    *,
    as_json: bool,
    objects: Mapping[str, Sequence[str]] | None = None,
) -> None:
    """Print the documented JSON, or a table."""
    if as_json:
        from hemoscope.results.document import as_document

        document = as_document(results, model=predictor.bundle.summary(), objects=objects)
        click.echo(json.dumps(document, indent=2, ensure_ascii=False))
        return
    from rich.console import Console

    from hemoscope.results.table import render_table

    Console().print(render_table(results))


def open_explanations(
    out: Path,
    predictor: "Predictor",
    *,
    before: Sequence[Result] = (),
    draws_all: bool = False,
    method: str | None = None,
) -> "Explanations":
    """Open a folder in which every input is drawn.

    Args:
        out: The folder.
        predictor: What answers.
        before: Answers to inputs that were drawn there by an earlier call.
        draws_all: As `DrawSettings` has it.
        method: Name of what makes the maps; the network itself unless given, where it can.
    """
    from hemoscope.explanation.choice import choose_explainer
    from hemoscope.explanation.folder import DrawSettings, Explanations

    settings = DrawSettings(predictor.bundle.summary(), choose_explainer(predictor.bundle, method), draws_all)
    return Explanations(out, settings, before=[result.input for result in before])
