"""hemoscope train-study: studies in, a study head out."""

from collections.abc import Mapping
from pathlib import Path

import click

from hemoscope.cli import options


@click.command(name="train-study")
@options.data
@click.option("--bundle", type=click.Path(path_type=Path), help="Its slice network reads the slices; the shipped one.")
@click.option("--left-out", type=click.Path(path_type=Path), help="A cross-validation by origin: honest features.")
@click.option("--out", type=click.Path(path_type=Path), required=True, help="The run folder to write.")
@click.option("--phantoms", type=click.IntRange(0), default=10, show_default=True, help="Drawn heads of each sort.")
@click.option("--epochs", type=click.IntRange(1), default=10, show_default=True, help="Passes over the studies.")
@options.seed
def train_study(
    data: Path, bundle: Path | None, left_out: Path | None, out: Path, phantoms: int, epochs: int, seed: int
) -> None:
    """Train a study head on the studies in DATA, the folder that holds the collections.

    It learns from real studies, and from bleeds painted through normal ones. Each study is scored by a network that
    never saw where it comes from: that of --left-out which left its origin out. Without --left-out the bundle's own
    network scores what it learned from, and all figures are too good.

    The head is judged with each origin left out, and with groups left out. A stopped call goes on when it is called
    again; scored studies are kept in OUT.

    Next: hemoscope export RUN BUNDLE --study OUT
    """
    from hemoscope.cli.progress import TrainingBars
    from hemoscope.datasets.studies.sources import load_studies
    from hemoscope.models.bundle import open_bundle
    from hemoscope.training.studies.networks import Networks
    from hemoscope.training.studies.run import train_study_head
    from hemoscope.training.studies.settings import StudySettings
    from hemoscope.training.studies.synthetic import list_recipes

    opened = open_bundle(bundle)
    networks = Networks(opened, left_out, out / "networks")
    recipes = list_recipes(load_studies(data), preparation=opened.preparation, phantoms=phantoms, seed=seed)
    with TrainingBars() as bars:
        said = train_study_head(
            recipes, out, networks=networks, settings=StudySettings(epochs=epochs, seed=seed), observer=bars
        )
    _show(said["figures"])
    click.echo(f"Kept: the head that {'learned' if said['head'] == 'learned' else 'pools scores as they are'}")
    click.echo(f"Next: hemoscope export RUN BUNDLE --study {out}")


def _show(figures: Mapping[str, Mapping[str, Mapping[str, Mapping[str, float]]]]) -> None:
    for judged, parts in figures.items():
        for part, values in parts.items():
            for name, one in values.items():
                shown = f"{one['value']:.3f} [{one['low']:.3f}-{one['high']:.3f}]"
                click.echo(f"{judged.replace('_', ' '):<18}{part:<26}{name:<16}{shown}")
