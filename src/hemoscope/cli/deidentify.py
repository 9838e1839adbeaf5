"""hemoscope deidentify: DICOM in, DICOM that names nobody out."""

import json
from pathlib import Path

import click

from hemoscope.cli import SOME_INPUTS_FAILED

KEY = "deidentify.key"
MOST_TOLD = 20


@click.command()
@click.argument("path", type=click.Path(path_type=Path))
@click.option("--out", type=click.Path(path_type=Path, file_okay=False), required=True, help="Folder to write to.")
@click.option(
    "--key",
    "key_file",
    type=click.Path(path_type=Path, dir_okay=False),
    help="Makes the new identifiers: the same key, the same ones. Made where there is none; by default in the user's "
    "data folder.",
)
@click.option(
    "--dates",
    type=click.Choice(["remove", "shift"]),
    default="remove",
    show_default=True,
    help="Remove dates, or move all of a patient's by the same number of days.",
)
@click.option("--keep-flagged", is_flag=True, help="Write images too that may have something written in their pixels.")
@click.option("--json", "as_json", is_flag=True, help="Print what became of each file as JSON.")
@click.pass_context
def deidentify(
    context: click.Context, path: Path, out: Path, key_file: Path | None, dates: str, keep_flagged: bool, as_json: bool
) -> None:
    """Write the DICOM images of PATH, a folder, an archive or a file, without their patients.

    The Basic Profile of PS3.15 is applied, and what comes out is searched for what should be gone: names, numbers,
    places and UIDs of the source, private attributes, overlays. A file in which any remains is not written, nor is
    one that has, or may have, letters in its pixels. Nobody's face is removed from slices. UIDs stay consistent.
    Exit codes: 0 all written, 1 failed, 2 usage, 3 some were not written.
    """
    from hemoscope.cli.progress import growing_bar
    from hemoscope.deidentification import Dates, Outcome, deidentify_files, load_key
    from hemoscope.results.deidentify_document import handled_as_json, handled_in_words
    from hemoscope.store.files import default_folder

    key = load_key(key_file or default_folder() / KEY)
    how = Outcome(key, Dates(dates), keeps_flagged=keep_flagged)
    with growing_bar("De-identifying") as advance:
        handled = list(deidentify_files(path, out, how=how, on_progress=advance))
    errors = [one.error for one in handled if one.error is not None]
    for error in errors[:MOST_TOLD]:
        click.echo(f"[{error.code}] {error.message} {error.next_step}", err=True)
    if errors[MOST_TOLD:]:
        click.echo(f"... and {len(errors) - MOST_TOLD:,} more; --json lists all.", err=True)
    if as_json:
        click.echo(json.dumps(handled_as_json(handled), indent=2, ensure_ascii=False))
    else:
        click.echo("\n".join(handled_in_words(handled)))
    if errors:
        context.exit(SOME_INPUTS_FAILED)
