"""hemoscope predict: studies, pictures and DICOM slices in, an answer for each out."""

from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING

import click
from click.core import ParameterSource

from hemoscope.cli import SOME_INPUTS_FAILED, options
from hemoscope.cli.answers import Result, answers, open_explanations, print_results
from hemoscope.records import Status

if TYPE_CHECKING:
    from hemoscope.explanation.objects import Objects
    from hemoscope.inference.predictor import Predictor
    from hemoscope.results.html import ReportEntry
    from hemoscope.results.journal import Journal


@click.command()
@click.argument("paths", nargs=-1, required=True)
@click.option("--json", "as_json", is_flag=True, help="Print the documented JSON instead of a table.")
@click.option("--csv", "csv_file", type=click.Path(path_type=Path, dir_okay=False), help="Also write a CSV table.")
@click.option(
    "--parquet",
    "parquet_file",
    type=click.Path(path_type=Path, dir_okay=False),
    help="Also write a Parquet table (extra [parquet]).",
)
@click.option("--html", "html_file", type=click.Path(path_type=Path, dir_okay=False), help="Also write a report page.")
@click.option(
    "--explain",
    "explain_dir",
    type=click.Path(path_type=Path, file_okay=False),
    help="Also draw every input into this folder, as hemoscope explain does.",
)
@click.option(
    "--dicom",
    "objects_dir",
    type=click.Path(path_type=Path, file_okay=False),
    help="Also write the result of every DICOM study into this folder, as DICOM objects and FHIR (extra [dicom]).",
)
@click.option(
    "--out",
    "journal_file",
    type=click.Path(path_type=Path, dir_okay=False),
    help="Also write each answer when it is ready, a line of JSON each.",
)
@click.option("--resume", is_flag=True, help="Go on with the file of --out: inputs that it answers are passed over.")
@click.option("--slices", "as_slices", is_flag=True, help="Score every slice by itself, also where there are studies.")
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
    parquet_file: Path | None,
    html_file: Path | None,
    explain_dir: Path | None,
    objects_dir: Path | None,
    journal_file: Path | None,
    resume: bool,
    as_slices: bool,
    bundle: Path | None,
    operating_point: str,
    abstain: bool,
) -> None:
    """Score head CT: studies and slices; folders, archives, files or quoted glob patterns.

    DICOM in a folder or an archive, and NIfTI, are taken as studies: the right series is chosen, its slices are sorted,
    and there is one answer for the study and one for each slice. Pictures, and files that are named one by one, are
    slices. Each input is scored, refused with a reason, or failed with an error and the next step; one bad file never
    stops the rest. Exit codes: 0 all well, 1 failed, 2 usage, 3 some inputs failed. Research use only.
    """
    from hemoscope.inference.batch import find_places
    from hemoscope.inference.predictor import Predictor

    if abstain and context.get_parameter_source("operating_point") is ParameterSource.COMMANDLINE:
        raise click.UsageError("--abstain decides at rule-out and rule-in; leave out --operating-point.")
    if resume and journal_file is None:
        raise click.UsageError("--resume goes on with the file of --out; name it.")
    _require_parquet(parquet_file)
    _require_highdicom(objects_dir)
    places = find_places(paths)
    predictor = Predictor(bundle, operating_point=operating_point, abstain=abstain)
    with ExitStack() as stack:
        journal = _open_journal(journal_file, predictor, resume=resume, stack=stack)
        results: list[Result] = list(journal.results) if journal else []
        entries: list[ReportEntry] | None = [] if html_file is not None else None
        drawn = None if explain_dir is None else open_explanations(explain_dir, predictor, before=results)
        made = None if objects_dir is None else _open_objects(objects_dir, predictor, results)
        for examined in answers(predictor, places, journal=journal, as_slices=as_slices, drawn=drawn):
            examined = examined if made is None else made.add(examined)
            if journal is not None:
                journal.add(examined.result)
            if entries is not None:
                from hemoscope.cli.report import entry_of

                entries.append(entry_of(examined))
            results.append(examined.result)
    _write_tables(results, predictor, csv_file=csv_file, parquet_file=parquet_file)
    if html_file is not None and entries is not None:
        _write_report(entries, html_file, predictor)
    if explain_dir is not None:
        click.echo(f"Drawn: {explain_dir}", err=True)
    if made is not None:
        from hemoscope.results.wording import counted

        click.echo(f"DICOM objects of {counted(len(made.files), 'study')}: {objects_dir}", err=True)
    print_results(results, predictor, as_json=as_json, objects=None if made is None else made.files)
    if any(result.status is Status.FAILED for result in results):
        context.exit(SOME_INPUTS_FAILED)


def _open_journal(path: Path | None, predictor: "Predictor", *, resume: bool, stack: ExitStack) -> "Journal | None":
    if path is None:
        return None
    from hemoscope.results.journal import Journal

    journal = stack.enter_context(Journal(path, model=predictor.bundle.summary(), resume=resume))
    if resume:
        click.echo(f"Going on: {len(journal.results)} inputs have their answer.", err=True)
    return journal


def _require_parquet(path: Path | None) -> None:
    """Make sure that Parquet can be written, before hours of scoring and not after."""
    if path is not None:
        from hemoscope.results.parquet_table import import_pyarrow

        import_pyarrow()


def _require_highdicom(folder: Path | None) -> None:
    """Make sure that objects can be made, before hours of scoring and not after."""
    if folder is not None:
        from hemoscope.results.dicom.answer import require_highdicom

        require_highdicom()


def _open_objects(folder: Path, predictor: "Predictor", before: list[Result]) -> "Objects":
    from hemoscope.explanation.objects import Objects

    return Objects(folder, predictor.bundle.summary(), before=[result.input for result in before])


def _write_tables(
    results: list[Result], predictor: "Predictor", *, csv_file: Path | None, parquet_file: Path | None
) -> None:
    if csv_file is not None:
        from hemoscope.results.csv_table import write_csv

        write_csv(results, csv_file)
    if parquet_file is not None:
        from hemoscope.results.parquet_table import write_parquet

        write_parquet(results, parquet_file, model=predictor.bundle.summary())


def _write_report(entries: list["ReportEntry"], path: Path, predictor: "Predictor") -> None:
    from hemoscope.results.html import write_html

    write_html(entries, path, model=predictor.bundle.summary())
    click.echo(f"Report: {path}", err=True)
