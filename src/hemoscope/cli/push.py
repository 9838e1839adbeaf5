"""hemoscope push: store DICOM files at a DICOMweb server."""

from pathlib import Path

import click


@click.command()
@click.argument("url")
@click.argument("files", nargs=-1, required=True, type=click.Path(path_type=Path, exists=True))
@click.option("--token-env", help="Environment variable with a bearer token.")
def push(url: str, files: tuple[Path, ...], token_env: str | None) -> None:
    """Store FILES, or all DICOM files of folders, at the DICOMweb server at URL, such as what predict --dicom wrote.

    They go as they are: hemoscope deidentify comes first where they leave the hospital. Needs the extra [pacs].
    """
    from hemoscope.cli.progress import growing_bar
    from hemoscope.pacs.dicomweb import Web, token_of
    from hemoscope.pacs.pushing import push_files

    paths = [path for one in files for path in (sorted(one.rglob("*.dcm")) if one.is_dir() else [one])]
    with growing_bar("Storing") as advance:
        push_files(Web(url, token=token_of(token_env)), paths, on_progress=advance)
    click.echo(f"{len(paths):,} files stored.", err=True)
