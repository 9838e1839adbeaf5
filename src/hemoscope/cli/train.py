"""hemoscope train: a labelled collection in, a run folder out."""

from pathlib import Path

import click

from hemoscope.cli import options
from hemoscope.training.settings import TrainingSettings


@click.command()
@options.data
@options.model
@click.option("--out", type=click.Path(path_type=Path), required=True, help="The run folder to write.")
@options.groups
@click.option("--resume", is_flag=True, help="Go on with the run in --out, with its own settings.")
@options.epochs
@options.steps
@options.patience
@options.batch_size
@click.option("--learning-rate", type=float, help="The peak of its schedule.")
@click.option("--dropout", type=float, help="Share dropped.")
@click.option("--label-smoothing", type=float, help="How far targets move from 0 and 1 towards 0.5.")
@click.option("--validation-fraction", type=float, help="Share of the slices held out, whole groups at a time.")
@options.size
@options.precision
@options.workers
@click.option("--no-augmentation", is_flag=True, help="Show each picture as it is, every time.")
@click.option(
    "--seed", type=int, default=options.DEFAULT.seed, show_default=True, help="The same seed repeats the run."
)
@click.pass_context
def train(
    context: click.Context,
    /,
    data: Path,
    model: str,
    out: Path,
    groups: Path | None,
    resume: bool,
    no_augmentation: bool,
    workers: int,
    **choices: str | float | int | None,
) -> None:
    """Train a network on DATA: a public set as it comes, two class folders, or a CSV of path,label.

    Public sets are the 200-image set of Kaggle, RSNA 2019, CT-ICH, BHSD and INSTANCE 2022.

    A network with maps learns from the folder that holds the collections of several origins. What is not chosen here
    is the network's own default; run.json says which.

    The run folder holds settings, versions, data hash, split, history, curves.png and checkpoints. Groups of slices
    that belong together, given or found, are never parted by the split.
    """
    from hemoscope.cli.progress import TrainingBars
    from hemoscope.training import fit

    with TrainingBars() as bars:
        if resume:
            _refuse_settings(context)
            run = fit.resume(data, out, workers=workers, observer=bars)
        else:
            settings = TrainingSettings.for_model(model, augment=not no_augmentation, **choices)  # type: ignore[arg-type]
            run = fit.train(data, out, settings=settings, groups_file=groups, workers=workers, observer=bars)
    best = run.history()[run.best_epoch - 1]
    click.echo(
        f"Kept epoch {run.best_epoch} of {run.last_epoch}: validation loss {best['val_loss']:.3f}, "
        f"AUROC {best['val_auroc']:.3f}, accuracy {best['val_accuracy']:.3f}"
    )
    click.echo(f"Curves: {run.folder / 'curves.png'}")
    click.echo(f"Next: hemoscope export {run.folder} BUNDLE")


def _refuse_settings(context: click.Context) -> None:
    """A resumed run keeps its settings, so a new one on the command line would be silently lost."""
    kept = {"data", "out", "resume", "model", "workers"}
    given = [
        name
        for name in context.params
        if name not in kept and context.get_parameter_source(name) is click.core.ParameterSource.COMMANDLINE
    ]
    if given:
        options = ", ".join("--" + name.replace("_", "-") for name in given)
        raise click.UsageError(f"--resume keeps the run's own settings; leave out {options}.")
