"""hemoscope paint: a contact sheet of painted bleeds and look-alikes, to be looked at."""

from pathlib import Path

import click


@click.command()
@click.argument("paths", type=click.Path(path_type=Path), nargs=-1, required=True)
@click.option("--out", type=click.Path(path_type=Path), default=Path("painted.png"), show_default=True)
@click.option("--slices", type=click.IntRange(1), default=8, show_default=True, help="At most so many, spread evenly.")
@click.option("--lookalikes", is_flag=True, help="Paint what looks like blood and is none.")
@click.option("--seed", type=int, default=0, show_default=True, help="Another seed, other bleeds.")
def paint(paths: tuple[Path, ...], out: Path, slices: int, lookalikes: bool, seed: int) -> None:
    """Paint bleeds into slices without one, and write a contact sheet: a row per slice, a column per kind.

    PATHS are files or folders. The first column is the slice as it is; outlines are the masks.
    """
    from hemoscope.datasets.lesions.sheet import draw_sheet
    from hemoscope.inference.batch import find_inputs
    from hemoscope.writing.picture import write_picture

    found = find_inputs(paths)
    count = min(slices, len(found))
    chosen = [found[place * len(found) // count] for place in range(count)]
    sheet = draw_sheet(chosen, kinds="lookalikes" if lookalikes else "bleeds", seed=seed)
    write_picture(sheet.image, out)
    click.echo(f"{out}: columns are {', '.join(sheet.columns)}")
    for name, reason in sheet.left_out.items():
        click.echo(f"Left out {name}: {reason}", err=True)
