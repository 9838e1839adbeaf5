"""hemoscope predict: pictures and DICOM slices in, an answer for each out."""

import json
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import click
from click.core import ParameterSource

from hemoscope.cli import SOME_INPUTS_FAILED, options
from hemoscope.records import SliceResult, Status

if TYPE_CHECKING:
    from hemoscope.inference.predictor import Examination, Predictor


@click.command()
@click.argument("paths", nargs=-1, required=True)
@click.option("--json", "as_json", is_flag=True, help="Print the documented JSON instead of a table.")
@click.option("--csv", "csv_file", type=click.Path(path_type=Path, dir_okay=False), help="Also write a CSV table.")
@click.option("--html", "html_file", type=click.Path(path_type=Path, dir_okay=False), help="Also write a report page.")
@click.option("--bundle", type=click.Path(path_type=Path), help="A model bundle; the shipped one unless given.")
@options.point
@click.option("--abstain", is_flag=True, help="Say uncertain between the thresholds that rule out and rule in.")
@click.pass_context
def predict(
    context: click.Context,
    /,
    paths: tuple[str, ...],
    as_json: bool,
    csv_file: Path | None,
    html_file: Path | None,
    bundle: Path | None,
    operating_point: str,
    abstain: bool,
) -> None:
    """Score head CT slices: files, folders or quoted glob patterns.

    Each input is scored, refused with a reason, or failed with an error and the next step; one bad file never stops
    the rest. Exit codes: 0 all well, 1 failed, 2 usage, 3 some inputs failed. Research use only.
    """
    from hemoscope.inference.batch import find_inputs
    from hemoscope.inference.predictor import Predictor

    if abstain and context.get_parameter_source("operating_point") is ParameterSource.COMMANDLINE:
        raise click.UsageError("--abstain decides at rule-out and rule-in; leave out --operating-point.")
    inputs = find_inputs(paths)
    predictor = Predictor(bundle, operating_point=operating_point, abstain=abstain)
    examinations = list(_examine(predictor, inputs, keep=html_file is not None))
    results = [examination.result for examination in examinations]
    if csv_file is not None:
        from hemoscope.results.csv_table import write_csv

        write_csv(results, csv_file)
    if html_file is not None:
        _write_report(examinations, html_file, predictor)
    _print(results, predictor, as_json=as_json)
    if any(result.status is Status.FAILED for result in results):
        context.exit(SOME_INPUTS_FAILED)


def _examine(predictor: "Predictor", inputs: list[Path], *, keep: bool) -> Iterator["Examination"]:
    """Examine each input behind a progress bar; drop the pixels unless a report will show them."""
    from hemoscope.inference.predictor import Examination

    for path in _with_progress(inputs):
        examination = predictor.examine(path)
        yield examination if keep else Examination(examination.result)


def _with_progress(inputs: list[Path]) -> Iterable[Path]:
    if len(inputs) < 10:  # done before a bar could be read
        return inputs
    from rich.console import Console
    from rich.progress import track

    return track(inputs, description="Scoring", console=Console(stderr=True), transient=True)


def _write_report(examinations: list["Examination"], path: Path, predictor: "Predictor") -> None:
    from hemoscope.results.html import ReportEntry, write_html
    from hemoscope.results.picture import for_display

    entries = [
        ReportEntry(one.result, for_display(one.image) if one.image else None, one.model_input, one.blood_map)
        for one in examinations
    ]
    write_html(entries, path, model=predictor.bundle.summary())
    click.echo(f"Report: {path}", err=True)


def _print(results: list[SliceResult], predictor: "Predictor", *, as_json: bool) -> None:
    if as_json:
        from hemoscope.results.document import as_document

        click.echo(json.dumps(as_document(results, model=predictor.bundle.summary()), indent=2, ensure_ascii=False))
        return
    from rich.console import Console

    from hemoscope.results.table import render_table

    Console().print(render_table(results))
