"""hemoscope phantom: procedural head CT to try things on."""

from pathlib import Path

import click

from hemoscope.datasets.phantom.study import FORMATS
from hemoscope.terms import SUBTYPES, Label


@click.command()
@click.argument("out", type=click.Path(path_type=Path))
@click.option("--format", "file_format", type=click.Choice(FORMATS), default="dicom", show_default=True)
@click.option(
    "--bleed",
    "bleeds",
    type=click.Choice([label.value for label in SUBTYPES]),
    multiple=True,
    help="A bleed to plant; repeatable.",
)
@click.option("--slices", type=int, default=28, show_default=True, help="From the skull base to above the vertex.")
@click.option("--size", type=int, default=256, show_default=True, help="Rows and columns.")
@click.option("--seed", type=int, default=0, show_default=True, help="Another seed, another head.")
def phantom(out: Path, file_format: str, bleeds: tuple[str, ...], slices: int, size: int, seed: int) -> None:
    """Draw a head CT study into the new folder OUT, with the masks of its bleeds.

    Drawn, not scanned: good for trying commands, not for training.
    """
    from hemoscope.datasets.phantom import FIELD_MM, HEIGHT, PhantomSettings
    from hemoscope.datasets.phantom.study import write_study

    labels = tuple(Label(name) for name in bleeds)
    settings = PhantomSettings(
        size=size,
        slices=slices,
        spacing_mm=FIELD_MM / max(1, size),
        thickness_mm=HEIGHT / max(1, slices),  # so many slices, of whatever thickness, show the whole head
        bleeds=labels,
        seed=seed,
    )
    paths = write_study(settings, out, file_format=file_format)
    click.echo(f"{len(paths)} {'file' if len(paths) == 1 else 'files'} in {out}, masks in {out / 'masks'}")
    if file_format != "nifti":  # single slices are what predict reads
        click.echo(f"Next: hemoscope predict {out / 'images'}")
