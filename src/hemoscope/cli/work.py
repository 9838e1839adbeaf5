"""hemoscope work: score what was submitted to a store."""

import os
import threading
from pathlib import Path

import click

from hemoscope.cli import options
from hemoscope.cli.stores import log_to_stderr, open_store, stopping_on_signals


@click.command()
@options.folder
@options.store_url
@options.scoring_bundle
@options.point
@options.keep_pixels
@click.option("--until-empty", is_flag=True, help="End once nothing is left to score.")
@click.option("--until-closed", is_flag=True, help="End once standard input closes, as it does with who started this.")
def work(
    folder: Path | None,
    store_url: str | None,
    bundle: Path | None,
    operating_point: str,
    keep_pixels_days: int | None,
    until_empty: bool,
    until_closed: bool,
) -> None:
    """Score what was submitted, one study at a time, until told to stop; hemoscope serve starts such workers itself.

    More may run, here and on other machines that reach the same folder and database. Ctrl-C and SIGTERM put back what
    is at hand; what a killed worker leaves is taken by another. The log tells of no patient. Research use only.
    """
    from hemoscope.terms import RESEARCH_USE_ONLY

    with open_store(folder, store_url, keep_pixels_days=keep_pixels_days) as store:
        from hemoscope.results.dicom.answer import LACKING, is_installed
        from hemoscope.store.scorer import BundleScorer
        from hemoscope.store.worker import Worker

        scorer = BundleScorer(bundle, operating_point=operating_point)
        stopping = stopping_on_signals()
        if until_closed:
            threading.Thread(target=_wait_for_end, args=(stopping,), daemon=True).start()
        log_to_stderr()
        click.echo(f"Scoring with {scorer.model.name} {scorer.model.version}. {RESEARCH_USE_ONLY}", err=True)
        if not is_installed():
            click.echo(LACKING, err=True)
        ended = Worker(store, scorer, stopping=stopping).run(until_empty=until_empty)
    click.echo(f"Ended: {ended} submissions.", err=True)


def _wait_for_end(stopping: threading.Event) -> None:
    # Not sys.stdin: Python cannot end while a thread waits in it
    while os.read(0, 4096):
        pass
    stopping.set()
