"""hemoscope paint: a contact sheet of painted bleeds and look-alikes, to be looked at."""

from pathlib import Path
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from hemoscope.datasets.lesions.sheet import Sheet


@click.command()
@click.argument("paths", type=click.Path(path_type=Path), nargs=-1, required=True)
@click.option("--out", type=click.Path(path_type=Path), default=Path("painted.png"), show_default=True)
@click.option("--slices", type=click.IntRange(1), default=8, show_default=True, help="At most so many, spread evenly.")
@click.option("--lookalikes", is_flag=True, help="Paint what looks like blood and is none.")
@click.option("--through", is_flag=True, help="PATHS are one head: paint each bleed through its slices.")
@click.option("--seed", type=int, default=0, show_default=True, help="Another seed, other bleeds.")
def paint(paths: tuple[Path, ...], out: Path, slices: int, lookalikes: bool, through: bool, seed: int) -> None:
    """Paint bleeds into slices without one, and write a contact sheet: a row per slice, a column per kind.

    PATHS are files or folders. The first column is the slice as it is; outlines are the masks. With --through a row per
    kind and a column per slice; PATHS are then a DICOM series, a NIfTI file or pictures in the order of the head.
    """
    if through and lookalikes:
        raise click.UsageError("--through paints bleeds; leave out --lookalikes.")
    sheet: Sheet = _draw_head(paths, slices, seed) if through else _draw_slices(paths, slices, lookalikes, seed)
    _write(sheet, out)


def _draw_head(paths: tuple[Path, ...], slices: int, seed: int) -> "Sheet":
    from hemoscope.datasets.studies.sheet import draw_through_sheet

    return draw_through_sheet(paths, slices=slices, seed=seed)


def _draw_slices(paths: tuple[Path, ...], slices: int, lookalikes: bool, seed: int) -> "Sheet":
    from hemoscope.datasets.lesions.sheet import draw_sheet
    from hemoscope.inference.batch import find_inputs

    found = find_inputs(paths)
    count = min(slices, len(found))
    chosen = [found[place * len(found) // count] for place in range(count)]
    return draw_sheet(chosen, kinds="lookalikes" if lookalikes else "bleeds", seed=seed)


def _write(sheet: "Sheet", out: Path) -> None:
    from hemoscope.writing.picture import write_picture

    write_picture(sheet.image, out)
    click.echo(f"{out}: columns are {', '.join(sheet.columns)}")
    for name, reason in sheet.left_out.items():
        click.echo(f"Left out {name}: {reason}", err=True)
