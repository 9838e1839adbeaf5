"""hemoscope errors: what a run gets wrong, as a gallery sorted by what the mistakes share."""

import json
from pathlib import Path

import click


@click.command()
@click.argument("run", type=click.Path(path_type=Path, file_okay=False, exists=True))
@click.option("--data", type=click.Path(path_type=Path), help="Holds the collections; for origins left out.")
@click.option("--out", type=click.Path(path_type=Path, dir_okay=False), help="The page; RUN/errors.html unless given.")
@click.option("--json", "json_file", type=click.Path(path_type=Path, dir_okay=False), help="Also write all as JSON.")
@click.option("--specificity", type=click.FloatRange(0.5, 1), default=0.9, show_default=True, help="Of the threshold.")
@click.option("--most", type=click.IntRange(1), default=24, show_default=True, help="Pictures in each group.")
def errors(
    run: Path, data: Path | None, out: Path | None, json_file: Path | None, specificity: float, most: int
) -> None:
    """Show what RUN gets wrong: misses and false alarms with their maps, sorted by what they share.

    RUN is a training run, whose validation part is looked at, or the folder of a cross-validation that left origins
    out. The page tells how often slices of each size of bleed, contrast, level, subtype or artifact go wrong, against
    all slices of that kind, and shows every mistake: what to look at before the next training. Research use only.
    """
    from hemoscope.cli.progress import TrainingBars, bar
    from hemoscope.results.errors_document import errors_as_json
    from hemoscope.results.errors_html import rate_in_words, write_errors_html
    from hemoscope.review.review import review
    from hemoscope.terms import RESEARCH_USE_ONLY
    from hemoscope.training.reviewed import read_reviewed
    from hemoscope.writing.atomic import write_text

    with TrainingBars() as bars:
        read = read_reviewed(run, data=data, specificity=specificity, observer=bars)
    with bar("Measuring slices") as advance:
        found = review(read, on_progress=advance)
    page = out or run / "errors.html"
    write_errors_html(found, page, most=most)
    if json_file is not None:
        write_text(json_file, json.dumps(errors_as_json(found), indent=2) + "\n")
    for side, wrong, of_what in (
        (found.misses, "missed", "with hemorrhage"),
        (found.false_alarms, "called positive", "without hemorrhage"),
    ):
        if side.rate is not None:
            click.echo(rate_in_words(side.rate, wrong, of_what))
        for row in side.traits:
            if row.is_weak:
                click.echo(f"  weak: {row.trait}, {row.rate.wrong} of {row.rate.cases}")
    click.echo(RESEARCH_USE_ONLY)
    click.echo(f"Report: {page}", err=True)
