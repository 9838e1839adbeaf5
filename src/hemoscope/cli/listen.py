"""hemoscope listen: receive studies from scanners and a PACS, and score them."""

import threading
from pathlib import Path

import click

from hemoscope.cli import options
from hemoscope.cli.stores import log_to_stderr, open_store, stopping_on_signals


@click.command()
@click.option("--aet", "title", default="HEMOSCOPE", show_default=True, help="AE title; peers must call it.")
@click.option("--host", default="127.0.0.1", show_default=True, help="Address; others than this machine need peers.")
@click.option("--port", type=click.IntRange(0, 65535), default=11112, show_default=True, help="0 takes any free one.")
@click.option("--peer", "peers", multiple=True, help="Who may send, AET or AET@address; repeatable.")
@click.option(
    "--quiet-seconds",
    type=click.FloatRange(0.1),
    default=20.0,
    show_default=True,
    help="A study is complete when nothing new came for so long.",
)
@click.option("--tls-certificate", type=click.Path(path_type=Path, dir_okay=False, exists=True), help="PEM, for TLS.")
@click.option("--tls-key", type=click.Path(path_type=Path, dir_okay=False, exists=True), help="PEM, for TLS.")
@click.option(
    "--tls-authorities",
    type=click.Path(path_type=Path, dir_okay=False, exists=True),
    help="PEM: who signs the certificates that peers then must have.",
)
@options.folder
@options.store_url
@options.worker_pool
def listen(
    title: str,
    host: str,
    port: int,
    peers: tuple[str, ...],
    quiet_seconds: float,
    tls_certificate: Path | None,
    tls_key: Path | None,
    tls_authorities: Path | None,
    folder: Path | None,
    store_url: str | None,
    workers: int,
    bundle: Path | None,
    operating_point: str,
    keep_pixels_days: int | None,
) -> None:
    """Receive studies by C-STORE and score them, until Ctrl-C; what was acknowledged is not lost, whatever is killed.

    Studies come into the store of hemoscope serve, which may run beside it. An instance is acknowledged once it is on
    the disk; a study is complete when it was quiet, or has as many instances as (0020,1208) says. Results are sent to
    the places of hemoscope destinations. Needs the extra [pacs]. Research use only.
    """
    from hemoscope.pacs.settings import ListenSettings, Peer, Tls
    from hemoscope.terms import RESEARCH_USE_ONLY

    if (tls_certificate is None) != (tls_key is None) or (tls_authorities is not None and tls_key is None):
        raise click.UsageError("--tls-certificate and --tls-key belong together, --tls-authorities to both.")
    tls = None if tls_certificate is None or tls_key is None else Tls(tls_certificate, tls_key, tls_authorities)
    settings = ListenSettings(title, host, port, tuple(map(Peer.parse, peers)), quiet_seconds, tls)
    stopping = stopping_on_signals()
    with open_store(folder, store_url, keep_pixels_days=keep_pixels_days) as store:
        from hemoscope.pacs.listener import Listener
        from hemoscope.pacs.sender import Sender
        from hemoscope.store.pool import PoolSettings, WorkerPool

        log_to_stderr()
        pool = PoolSettings(store.folder, store_url, workers, bundle, operating_point, keep_pixels_days)
        sender = threading.Thread(target=Sender(store, stopping=stopping).run, name="sender", daemon=True)
        with Listener(store, settings) as listener, WorkerPool(pool):
            sender.start()
            click.echo(f"{title} listens at {host}, port {listener.port} (Ctrl-C ends it).", err=True)
            click.echo(RESEARCH_USE_ONLY, err=True)
            stopping.wait()
    click.echo("Ended; what was received is scored when it is started again.", err=True)
