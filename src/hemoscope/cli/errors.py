"""hemoscope errors: what a run gets wrong, as a gallery sorted by what the mistakes share."""

import json
from pathlib import Path
from typing import TYPE_CHECKING

import click

from hemoscope.cli import options

if TYPE_CHECKING:
    from hemoscope.review.cases import OnStage, ReviewedRun


@click.command()
@click.argument("run", type=click.Path(path_type=Path, file_okay=False, exists=True))
@click.option("--data", type=click.Path(path_type=Path), help="What was scored; needed unless RUN is a training run.")
@click.option(
    "--bundle", type=click.Path(path_type=Path), callback=options.named_bundle, help="What an evaluation judged."
)
@click.option(
    "--specificity", type=click.FloatRange(0.5, 1), help="Of the threshold; RUN's own, or 0.9 where it has none."
)
@click.option("--out", type=click.Path(path_type=Path, dir_okay=False), help="The page; RUN/errors.html unless given.")
@click.option("--json", "json_file", type=click.Path(path_type=Path, dir_okay=False), help="Also write all as JSON.")
@click.option("--most", type=click.IntRange(1), default=12, show_default=True, help="Patients shown in each group.")
def errors(
    run: Path,
    data: Path | None,
    bundle: Path | None,
    specificity: float | None,
    out: Path | None,
    json_file: Path | None,
    most: int,
) -> None:
    """Show what RUN gets wrong: misses and false alarms with their maps, sorted by what they share.

    RUN is what a command wrote: train, whose validation part is looked at; cross-validate, finished or not, by origin
    or by group; or evaluate --out. All but the first keep no pictures: name with --data what was scored.

    The page tells how often slices of each size of bleed, contrast, level, subtype or artifact go wrong, against all
    slices of that kind, and shows the mistakes: what to look at before the next training. Research use only.
    """
    from hemoscope.cli.progress import bar, stages
    from hemoscope.results.errors_document import errors_as_json
    from hemoscope.results.errors_html import write_errors_html
    from hemoscope.results.errors_table import ErrorsSummary
    from hemoscope.review.review import review
    from hemoscope.writing.atomic import write_text

    with stages() as follow:
        collected = _collect(run, data, bundle, specificity=specificity, on_stage=follow)
    with bar("Measuring slices") as advance:
        found = review(collected, on_progress=advance)
    page = out or run / "errors.html"
    write_errors_html(found, page, most=most)
    if json_file is not None:
        write_text(json_file, json.dumps(errors_as_json(found), indent=2) + "\n")
    from rich.console import Console

    Console().print(ErrorsSummary(found))
    click.echo(f"Report: {page}", err=True)


def _collect(
    run: Path, data: Path | None, bundle: Path | None, *, specificity: float | None, on_stage: "OnStage"
) -> "ReviewedRun":
    from hemoscope.review.kinds import Kind, kind_of

    kind = kind_of(run)
    if kind is Kind.EVALUATION:
        from hemoscope.inference.review import review_evaluation

        return review_evaluation(run, data, bundle=bundle, specificity=specificity, on_stage=on_stage)
    if kind is Kind.RUN:
        from hemoscope.training.review.runs import review_run

        return review_run(run, specificity=specificity, on_stage=on_stage)
    if kind is Kind.ORIGINS:
        from hemoscope.training.review.left_out import review_left_out

        return review_left_out(run, data, specificity=specificity, on_stage=on_stage)
    from hemoscope.training.review.folds import review_folds

    return review_folds(run, data, specificity=specificity, on_stage=on_stage)
