"""hemoscope cross-validate: what a network is worth on a collection, judged on slices it never saw."""

import json
from pathlib import Path

import click

from hemoscope.models.registry import MODELS
from hemoscope.preparation.canonical import PreparationSettings
from hemoscope.training.settings import TrainingSettings

DEFAULT = TrainingSettings()


@click.command(name="cross-validate")
@click.argument("data", type=click.Path(path_type=Path))
@click.option("--out", type=click.Path(path_type=Path), required=True, help="Where to keep folds and predictions.")
@click.option("--model", type=click.Choice(list(MODELS)), default=DEFAULT.model, show_default=True, help="The network.")
@click.option("--groups", type=click.Path(path_type=Path, exists=True), help="CSV: which slices belong together.")
@click.option("--repeats", type=click.IntRange(1), default=5, show_default=True, help="Arrangements of the folds.")
@click.option("--folds", type=click.IntRange(2), default=5, show_default=True, help="Parts, each held out once.")
@click.option("--epochs", type=int, default=DEFAULT.epochs, show_default=True, help="At most so many passes.")
@click.option("--patience", type=int, default=DEFAULT.patience, show_default=True, help="Stop after so many in vain.")
@click.option("--size", type=int, default=DEFAULT.preparation.size, show_default=True, help="Input in pixels.")
@click.option("--seed", type=int, default=DEFAULT.seed, show_default=True, help="The same seed repeats it.")
@click.option("--json", "as_json", is_flag=True, help="Print the figures as JSON.")
def cross_validate(
    data: Path,
    out: Path,
    model: str,
    groups: Path | None,
    repeats: int,
    folds: int,
    epochs: int,
    patience: int,
    size: int,
    seed: int,
    as_json: bool,
) -> None:
    """Cross-validate a network on DATA, groups kept whole.

    Epoch, calibration and threshold are chosen inside the part that is learned from. A stopped run goes on when it is
    called again. OUT/predictions.csv holds every held-out score, OUT/figures.json the figures.
    """
    from hemoscope.cli.progress import TrainingBars
    from hemoscope.training.cross_validate import Plan, summarize
    from hemoscope.training.cross_validate import cross_validate as run

    settings = TrainingSettings(
        model=model, epochs=epochs, patience=patience, seed=seed, preparation=PreparationSettings(size=size)
    )
    with TrainingBars() as bars:
        rows = run(data, out, plan=Plan(settings, repeats, folds), groups_file=groups, observer=bars)
    figures = summarize(rows)
    if as_json:
        shown = {part: {name: one._asdict() for name, one in values.items()} for part, values in figures.items()}
        click.echo(json.dumps(shown, indent=2))
        return
    click.echo(f"{'':<14}{'pooled, 95 % interval':<26}lowest to highest repeat")
    for name, pooled in figures["pooled"].items():
        each = [figures[part][name].value for part in figures if part != "pooled"]
        click.echo(f"{name:<14}{pooled!s:<26}{min(each):.3f} to {max(each):.3f}")
