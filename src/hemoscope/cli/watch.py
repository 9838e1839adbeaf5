"""hemoscope watch: score what is put into a folder."""

from pathlib import Path

import click

from hemoscope.cli import options
from hemoscope.cli.stores import log_to_stderr, open_store, stopping_on_signals


@click.command()
@click.argument("watched", type=click.Path(path_type=Path, file_okay=False))
@click.option(
    "--quiet-seconds",
    type=click.FloatRange(0.1),
    default=20.0,
    show_default=True,
    help="An entry is complete when nothing in it changed for so long.",
)
@options.folder
@options.store_url
@options.worker_pool
def watch(
    watched: Path,
    quiet_seconds: float,
    folder: Path | None,
    store_url: str | None,
    workers: int,
    bundle: Path | None,
    operating_point: str,
    keep_pixels_days: int | None,
) -> None:
    """Score what is put into the folder WATCHED, until Ctrl-C: each file, archive or folder in it is a submission.

    For sites where neither DICOM nor DICOMweb can be sent. Nothing in the folder is changed; an entry is submitted
    once, and again when it was changed. Studies come into the store of hemoscope serve, which may run beside it. Needs
    the extra [serve]. Research use only.
    """
    from hemoscope.terms import RESEARCH_USE_ONLY

    stopping = stopping_on_signals()
    with open_store(folder, store_url, keep_pixels_days=keep_pixels_days) as store:
        from hemoscope.pacs.watcher import Watcher
        from hemoscope.store.pool import PoolSettings, WorkerPool

        log_to_stderr()
        watcher = Watcher(store, watched, quiet_s=quiet_seconds, stopping=stopping)
        pool = PoolSettings(store.folder, store_url, workers, bundle, operating_point, keep_pixels_days)
        click.echo(f"Watching {watched.name} (Ctrl-C ends it). {RESEARCH_USE_ONLY}", err=True)
        with WorkerPool(pool):
            watcher.run()
