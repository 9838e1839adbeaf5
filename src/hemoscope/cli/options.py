"""Options that several commands share, so that they mean and say the same everywhere."""

from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import click

from hemoscope.models.registry import MODELS
from hemoscope.store.pool import STORE_URL
from hemoscope.training.settings import PRECISIONS, TrainingSettings

Command = TypeVar("Command", bound=Callable[..., Any])
DEFAULT = TrainingSettings()

SHIPPED = "shipped"


def named_bundle(_: click.Context, __: click.Parameter, value: Path) -> Path | None:
    """Take the word for the shipped bundle, unless a folder has that name."""
    return None if str(value) == SHIPPED and not value.exists() else value


def bundle_argument(name: str) -> Callable[[Command], Command]:
    """Return an argument that takes a bundle's folder or the word for the shipped one, which becomes None."""
    return click.argument(name, type=click.Path(path_type=Path), callback=named_bundle)


bundle = bundle_argument("bundle")
data = click.argument("data", type=click.Path(path_type=Path))
model = click.option(
    "--model", type=click.Choice(list(MODELS)), default=DEFAULT.model, show_default=True, help="The network."
)
groups = click.option(
    "--groups", type=click.Path(path_type=Path, exists=True), help="CSV: which slices belong together."
)
epochs = click.option("--epochs", type=int, help="At most so many passes.")
steps = click.option("--steps", type=int, help="Batches per epoch of a network that learns from painted slices.")
batch_size = click.option("--batch-size", type=int, help="Slices per step.")
patience = click.option("--patience", type=int, help="Stop after so many epochs in vain.")
seed = click.option(
    "--seed", type=int, default=DEFAULT.seed, show_default=True, help="The same seed gives the same again."
)
size = click.option("--size", type=int, help="Rows and columns of the input in pixels.")
precision = click.option(
    "--precision",
    type=click.Choice(PRECISIONS),
    help="What the network computes in; mixed_float16 is fast on NVIDIA GPUs, mixed_bfloat16 on newer ones and TPUs.",
)
workers = click.option(
    "--workers",
    type=click.IntRange(0),
    default=0,
    show_default=True,
    help="Processes that paint and change slices for a network with maps: pays where a GPU learns faster than one "
    "core paints. The result is the same with any number.",
)
point = click.option(
    "--operating-point", default="balanced", show_default=True, help="The bundle's threshold to decide at."
)
seen = click.option(
    "--seen",
    type=click.Choice(["refuse", "drop", "keep"]),
    default="refuse",
    show_default=True,
    help="What to do with slices that stood in the training data: stop, leave their groups out, or keep and mark them.",
)
LONGEST_DAYS = 36_500


def _days(_: click.Context, __: click.Parameter, value: str) -> int | None:
    """Turn what --keep-pixels says into days; None for good, 0 for not at all."""
    if value == "all":
        return None
    if value == "none":
        return 0
    if value.isascii() and value.isdigit() and 1 <= int(value) <= LONGEST_DAYS:
        return int(value)
    raise click.BadParameter("expected a number of days, none, or all")


folder = click.option(
    "--folder",
    type=click.Path(path_type=Path, file_okay=False),
    help="Where studies lie; a folder of the user's own unless given.",
)
store_url = click.option(
    "--store",
    "store_url",
    envvar=STORE_URL,
    show_envvar=True,
    help="URL of the database; SQLite in the folder unless given.",
)
keep_pixels = click.option(
    "--keep-pixels",
    "keep_pixels_days",
    default="all",
    show_default=True,
    callback=_days,
    help="Days that pixels are kept, none, or all.",
)
_worker_count = click.option(
    "--workers", type=click.IntRange(0, 64), default=1, show_default=True, help="Processes that score."
)
scoring_bundle = click.option(
    "--bundle", type=click.Path(path_type=Path), help="A model bundle; the shipped one unless given."
)


def worker_pool(command: Command) -> Command:
    """Add what a pool of workers is told: --workers, --bundle, --operating-point and --keep-pixels."""
    return _worker_count(scoring_bundle(point(keep_pixels(command))))


draws = click.option(
    "--draws", type=click.IntRange(100), default=2000, show_default=True, help="Bootstrap samples for intervals."
)
