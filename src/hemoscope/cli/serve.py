"""hemoscope serve: the web page, the API, and the workers behind them."""

from pathlib import Path

import click

from hemoscope.cli import options


@click.command()
@click.option("--host", default="127.0.0.1", show_default=True, help="Address; others than this machine need tokens.")
@click.option("--port", type=click.IntRange(0, 65535), default=8642, show_default=True, help="0 takes any free one.")
@options.folder
@options.store_url
@options.worker_pool
@click.option(
    "--allow-path",
    "allowed_paths",
    multiple=True,
    type=click.Path(path_type=Path, file_okay=False, exists=True),
    help="A folder whose content may be submitted by path; repeatable.",
)
@click.option("--allow-host", "allowed_hosts", multiple=True, help="A name that the server answers to; repeatable.")
@click.option("--require-tokens", is_flag=True, help="Ask for tokens on loopback too.")
@click.option("--max-bytes", type=click.IntRange(1), default=2 << 30, show_default=True, help="Of one upload.")
@click.option("--max-files", type=click.IntRange(1), default=5000, show_default=True, help="In one upload.")
@click.option("--max-seconds", type=click.FloatRange(1), default=900.0, show_default=True, help="For one upload.")
@click.option("--tls-certificate", type=click.Path(path_type=Path, dir_okay=False, exists=True), help="PEM, for HTTPS.")
@click.option("--tls-key", type=click.Path(path_type=Path, dir_okay=False, exists=True), help="PEM, for HTTPS.")
@click.option("--open", "opens_browser", is_flag=True, help="Open the page in a browser.")
def serve(
    host: str,
    port: int,
    folder: Path | None,
    store_url: str | None,
    workers: int,
    bundle: Path | None,
    operating_point: str,
    keep_pixels_days: int | None,
    allowed_paths: tuple[Path, ...],
    allowed_hosts: tuple[str, ...],
    require_tokens: bool,
    max_bytes: int,
    max_files: int,
    max_seconds: float,
    tls_certificate: Path | None,
    tls_key: Path | None,
    opens_browser: bool,
) -> None:
    """Serve the page and the API until Ctrl-C; studies that were accepted are scored, whatever is killed when.

    Only this machine can ask, without a token. At any other address tokens are compulsory: make one first with
    hemoscope tokens. Needs the extra [serve]. Research use only.
    """
    try:
        import alembic  # noqa: F401
        import fastapi  # noqa: F401
    except ImportError as error:
        from hemoscope.errors import MissingExtraError

        raise MissingExtraError(feature="The web service", extra="serve") from error
    from hemoscope.store.files import default_folder
    from hemoscope.web.serve import run_service
    from hemoscope.web.settings import ServiceSettings, UploadBounds

    if (tls_certificate is None) != (tls_key is None):
        raise click.UsageError("--tls-certificate and --tls-key belong together.")
    settings = ServiceSettings(
        folder=folder or default_folder(),
        store_url=store_url,
        host=host,
        port=port,
        workers=workers,
        bundle=bundle,
        operating_point=operating_point,
        keep_pixels_days=keep_pixels_days,
        allowed_paths=allowed_paths,
        allowed_hosts=allowed_hosts,
        requires_tokens=require_tokens,
        tls_certificate=tls_certificate,
        tls_key=tls_key,
        uploads=UploadBounds(max_bytes=max_bytes, max_files=max_files, total_s=max_seconds),
    )
    run_service(settings, opens_browser=opens_browser, say=lambda words: click.echo(words, err=True))
