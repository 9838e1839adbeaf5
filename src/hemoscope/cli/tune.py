"""hemoscope tune: which settings suit a network best."""

import json
import shlex
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from hemoscope.cli import options
from hemoscope.training.settings import TrainingSettings

if TYPE_CHECKING:
    from hemoscope.training.tuning.report import Tuned


@click.command()
@options.data
@click.option("--out", type=click.Path(path_type=Path), required=True, help="Where to keep the study and its report.")
@options.model
@click.option("--trials", type=click.IntRange(1), default=20, show_default=True, help="Settings to try in all.")
@click.option(
    "--folds", type=click.IntRange(2), default=3, show_default=True, help="Parts, each held out once a trial."
)
@options.groups
@options.epochs
@options.patience
@options.size
@options.seed
@click.option("--json", "as_json", is_flag=True, help="Print the best settings and every trial as JSON.")
def tune(
    data: Path,
    out: Path,
    model: str,
    trials: int,
    folds: int,
    groups: Path | None,
    as_json: bool,
    **choices: int | None,
) -> None:
    """Search learning rate, dropout, label smoothing, batch size and augmentation of a network on DATA.

    Each trial trains a network per fold, groups kept whole, and is worth the mean AUROC of the folds; trials that are
    clearly worse are pruned. The first trial has the network's own settings. A stopped search goes on when it is called
    again, and a finished one when it is called with more trials.

    The same folds choose the settings, so their AUROC is optimistic and no result. OUT/report.md says what was tried,
    OUT/best.json holds the best settings.
    """
    from hemoscope.cli.progress import TrainingBars
    from hemoscope.training.tuning import TuningPlan
    from hemoscope.training.tuning import tune as run

    plan = TuningPlan(TrainingSettings.for_model(model, **choices), trials, folds)
    with TrainingBars() as bars:
        tuned = run(data, out, plan=plan, groups_file=groups, observer=bars)
    words, untold = train_command(data, tuned.settings, groups=groups)
    if as_json:
        trials_shown = [one.as_row(list(one.chosen)) for one in tuned.trials]
        shown = {"value": tuned.value, "settings": tuned.settings.as_json(), "train": words, "trials": trials_shown}
        click.echo(json.dumps(shown, indent=2))
        return
    _show(tuned)
    click.echo(f"Report: {out / 'report.md'}")
    click.echo(f"Next: {shlex.join(words)}")
    for name in untold:
        click.echo(f"hemoscope train has no option for {name}: give best.json to TrainingSettings.from_json in Python.")


def _show(tuned: "Tuned") -> None:
    from hemoscope.training.tuning.report import OPTIMISTIC

    finished = sum(one.state != "failed" for one in tuned.trials)
    start = "diverged" if tuned.start is None else f"{tuned.start.value:.3f}"
    click.echo(
        f"Best of {finished}: trial {tuned.best.number}, inner-fold AUROC {tuned.value:.3f}; "
        f"the settings at the start: {start}"
    )
    for name, value in tuned.best.chosen.items():
        click.echo(f"{name:<18}{value}")
    click.echo(OPTIMISTIC)


def train_command(data: Path, settings: TrainingSettings, *, groups: Path | None) -> tuple[list[str], list[str]]:
    """Say how to train with settings.

    Args:
        data: The collection.
        settings: What to train with.
        groups: The groups file, if any.

    Returns:
        The words of the command, and the names of settings that it has no option for and that are not its defaults.
    """
    from hemoscope.cli.train import train

    options = {parameter.name: parameter.opts[0] for parameter in train.params}
    own = TrainingSettings.for_model(settings.model)
    values: dict[str, Any] = {
        name: getattr(settings, name)
        for name in ("model", "epochs", "patience", "seed", "learning_rate", "dropout", "label_smoothing", "batch_size")
    }
    untold = [name for name in values if name not in options and values[name] != getattr(own, name)]
    values |= {"size": settings.preparation.size}
    words = [word for name, value in values.items() if name in options for word in (options[name], str(value))]
    words += [] if settings.augment else ["--no-augmentation"]
    words += [] if groups is None else ["--groups", str(groups)]
    return ["hemoscope", "train", str(data), *words, "--out", "RUN"], untold
