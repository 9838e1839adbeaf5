"""hemoscope learning-curve: would more patients help?"""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from hemoscope.cli import options
from hemoscope.training.settings import TrainingSettings

if TYPE_CHECKING:
    from hemoscope.evaluation.learning_curve import LearningPoint


def whole_numbers(_: click.Context, __: click.Parameter, value: str | None) -> tuple[int, ...] | None:
    """Take whole numbers with commas between them."""
    if value is None:
        return None
    try:
        return tuple(int(number) for number in value.split(","))
    except ValueError as error:
        raise click.BadParameter(f"Expected numbers of groups such as 4,8,16; received {value!r}.") from error


@click.command(name="learning-curve")
@options.data
@click.option("--out", type=click.Path(path_type=Path), required=True, help="Where to keep table, figures and picture.")
@options.model
@click.option(
    "--sizes",
    metavar="N,N,...",
    callback=whole_numbers,
    help="Groups to learn from; all there are, halved down to 4, unless given.",
)
@click.option("--repeats", type=click.IntRange(1), default=5, show_default=True, help="Arrangements of the groups.")
@options.groups
@options.epochs
@options.patience
@options.size
@options.seed
@click.option("--json", "as_json", is_flag=True, help="Print the figures as JSON.")
def learning_curve(
    data: Path,
    out: Path,
    model: str,
    sizes: tuple[int, ...] | None,
    repeats: int,
    groups: Path | None,
    as_json: bool,
    **choices: int | None,
) -> None:
    """Train a network on more and more groups of DATA: would more patients help?

    Each repeat holds a quarter of the groups of each class out and judges all its networks on them; each part to learn
    from lies within the next larger one. Epoch, calibration and threshold are chosen inside the part, as in a fold of
    cross-validate. Ranges hold 95 % of the repeats.

    A stopped call goes on when it is called again. OUT/learning_curve.csv holds a row per training,
    OUT/learning_curve.json the figures, OUT/learning_curve.png the picture.
    """
    from hemoscope.cli.progress import TrainingBars
    from hemoscope.training.learning_curve import CurvePlan, curve_as_json, trace_learning_curve

    plan = CurvePlan(TrainingSettings.for_model(model, **choices), repeats, sizes)
    with TrainingBars() as bars:
        points = trace_learning_curve(data, out, plan=plan, groups_file=groups, observer=bars)
    if as_json:
        click.echo(json.dumps(curve_as_json(points), indent=2))
        return
    _show(points)
    click.echo(f"Picture: {out / 'learning_curve.png'}")


def _show(points: "Sequence[LearningPoint]") -> None:
    from hemoscope.evaluation.learning_curve import last_gain

    click.echo(f"{'groups':>6}{'slices':>9}   {'accuracy, range':<22}AUROC, range")
    for point in points:
        accuracy, auroc = str(point.figures["accuracy"]), str(point.figures["auroc"])
        click.echo(f"{point.groups:>6}{point.items:>9.1f}   {accuracy:<22}{auroc}")
    gained = ", ".join(
        f"{name} {gain.value:+.3f} ({gain.low:+.3f} to {gain.high:+.3f})" for name, gain in last_gain(points).items()
    )
    if gained:
        click.echo(f"The last step, {points[-2].groups} to {points[-1].groups} groups, gained {gained}.")
