"""hemoscope cross-validate: what a network is worth on slices it never saw, or on origins it never saw."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import click

from hemoscope.cli import options
from hemoscope.evaluation.figures import figures_as_json
from hemoscope.evaluation.intervals import Interval
from hemoscope.models.registry import find_model
from hemoscope.training.settings import TrainingSettings

RECORD, PAGE = "validation.json", "report.html"


@click.command(name="cross-validate")
@options.data
@click.option("--out", type=click.Path(path_type=Path), required=True, help="Where to keep folds and predictions.")
@options.model
@click.option("--leave-out", type=click.Choice(["group", "origin"]), help="What is held out; origin with maps.")
@options.groups
@click.option("--repeats", type=click.IntRange(1), default=5, show_default=True, help="Arrangements of the folds.")
@click.option("--folds", type=click.IntRange(2), default=5, show_default=True, help="Parts, each held out once.")
@options.epochs
@options.steps
@options.batch_size
@options.patience
@options.size
@options.precision
@options.workers
@options.seed
@click.option("--json", "as_json", is_flag=True, help="Print the figures as JSON.")
def cross_validate(
    data: Path,
    out: Path,
    model: str,
    leave_out: str | None,
    groups: Path | None,
    repeats: int,
    folds: int,
    workers: int,
    as_json: bool,
    **choices: int | str | None,
) -> None:
    """Cross-validate a network on DATA, groups kept whole.

    With --leave-out group, epoch, calibration and thresholds are chosen inside the part that is learned from. With
    --leave-out origin, DATA holds the collections of several origins; each is left out of training once, and figures
    are those of slices with blood against all normal slices left out with them.

    A stopped run goes on when it is called again. OUT/predictions.csv holds every held-out score, OUT/figures.json the
    figures, and OUT/report.html shows them, made anew from these scores with each call. Research use only.
    """
    settings = TrainingSettings.for_model(model, **choices)  # type: ignore[arg-type]
    learns_origins = find_model(model).has_maps
    if leave_out is not None and (leave_out == "origin") != learns_origins:
        what = "origins" if learns_origins else "groups"
        raise click.UsageError(f"{model} is judged by leaving out {what}; drop --leave-out {leave_out}.")
    if learns_origins:
        figures: Mapping[str, Mapping[str, Interval]] = _leave_origins_out(data, out, settings, workers=workers)
    else:
        figures = _leave_groups_out(data, out, settings, groups_file=groups, repeats=repeats, folds=folds)
    if as_json:
        click.echo(json.dumps(figures_as_json(figures), indent=2))
    elif learns_origins:
        _show_origins(figures)
    else:
        _show_groups(figures)


def _leave_origins_out(
    data: Path, out: Path, settings: TrainingSettings, *, workers: int
) -> dict[str, dict[str, Interval]]:
    from hemoscope.cli.progress import TrainingBars
    from hemoscope.evaluation.held_out import summarize_origins
    from hemoscope.results.validation_html import write_origins_html
    from hemoscope.training.maps.leave_out import leave_origins_out

    with TrainingBars() as bars:
        rows = leave_origins_out(data, out, settings=settings, workers=workers, observer=bars)
    figures = summarize_origins(rows)
    write_origins_html(rows, figures, out / PAGE, record=_record(out))
    click.echo(f"Report: {out / PAGE}", err=True)
    return figures


def _leave_groups_out(
    data: Path, out: Path, settings: TrainingSettings, *, groups_file: Path | None, repeats: int, folds: int
) -> Mapping[str, Mapping[str, Interval]]:
    from hemoscope.cli.progress import TrainingBars
    from hemoscope.evaluation.folds import judge_folds
    from hemoscope.results.validation_html import write_folds_html
    from hemoscope.training.cross_validate import Plan
    from hemoscope.training.cross_validate import cross_validate as run

    with TrainingBars() as bars:
        rows = run(data, out, plan=Plan(settings, repeats, folds), groups_file=groups_file, observer=bars)
    judged = judge_folds(rows)
    write_folds_html(judged, out / PAGE, record=_record(out))
    click.echo(f"Report: {out / PAGE}", err=True)
    return judged.figures


def _record(out: Path) -> dict[str, Any]:
    return dict(json.loads((out / RECORD).read_text(encoding="utf-8")))


def _show_groups(figures: Mapping[str, Mapping[str, Interval]]) -> None:
    click.echo(f"{'':<19}{'pooled, 95 % interval':<26}lowest to highest repeat")
    for name, pooled in figures["pooled"].items():
        each = [values[name].value for part, values in figures.items() if part != "pooled" and name in values]
        spread = f"{min(each):.3f} to {max(each):.3f}" if each else "-"
        click.echo(f"{name:<19}{pooled!s:<26}{spread}")


def _show_origins(figures: Mapping[str, Mapping[str, Interval]]) -> None:
    for origin, values in figures.items():
        for name, figure in values.items():
            click.echo(f"{origin:<28}{name:<20}{figure}")
