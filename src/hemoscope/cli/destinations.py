"""hemoscope destinations: where results are sent."""

import json
from pathlib import Path

import click

from hemoscope.cli import options
from hemoscope.cli.stores import open_store
from hemoscope.results.dicom.answer import KINDS


@click.group()
def destinations() -> None:
    """Say where results are sent: to an archive by DICOM or DICOMweb, to a worklist as a notification.

    \b
    dicom://AET@host:port        C-STORE; dicoms:// over TLS
    https://host/dicom-web       STOW-RS
    webhook+https://host/path    a notification as JSON
    mllp://host:port             a notification as HL7 v2 ORU^R01

    hemoscope listen sends, or hemoscope send beside hemoscope serve. Research use only.
    """


@destinations.command()
@click.argument("name")
@click.argument("url")
@click.option("--kinds", default=",".join(KINDS), show_default=True, help="DICOM objects that it gets.")
@click.option("--all-studies", is_flag=True, help="Of every study, not only of those that came over DICOM.")
@click.option("--third-party", is_flag=True, help="Send nothing that names the patient.")
@click.option("--secret-env", help="Environment variable with the token for DICOMweb, or the webhook's secret.")
@options.folder
@options.store_url
def add(
    name: str,
    url: str,
    kinds: str,
    all_studies: bool,
    third_party: bool,
    secret_env: str | None,
    folder: Path | None,
    store_url: str | None,
) -> None:
    """Send the results of studies that end from now on to URL, called NAME."""
    from hemoscope.pacs.places import read_place

    place = read_place(url)
    if third_party:
        from hemoscope.deidentification.profile import actions

        actions()
    with open_store(folder, store_url) as store:
        store.destinations.add(
            name,
            url,
            kinds=tuple(kind.strip() for kind in kinds.split(",") if kind.strip()),
            gets_all=all_studies,
            is_third_party=third_party,
            secret_env=secret_env,
        )
    click.echo(f"{name}: results go there by {place.tongue}.", err=True)


@destinations.command("list")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@options.folder
@options.store_url
def list_(as_json: bool, folder: Path | None, store_url: str | None) -> None:
    """List the destinations."""
    with open_store(folder, store_url, must_exist=True) as store:
        found = store.destinations.all()
    if as_json:
        names = ("name", "url", "kinds", "gets_all", "is_third_party", "secret_env")
        click.echo(json.dumps([{name: getattr(one, name) for name in names} for one in found], indent=2))
        return
    for one in found:
        marks = [*(["all studies"] if one.gets_all else []), *(["de-identified"] if one.is_third_party else [])]
        click.echo("  ".join((one.name, one.url, ",".join(one.kinds), *marks)))


@destinations.command()
@click.argument("name")
@options.folder
@options.store_url
def remove(name: str, folder: Path | None, store_url: str | None) -> None:
    """Remove NAME, with what is still to be sent there."""
    with open_store(folder, store_url, must_exist=True) as store:
        store.destinations.remove(name)


@destinations.command()
@click.argument("name", required=False)
@options.folder
@options.store_url
def retry(name: str | None, folder: Path | None, store_url: str | None) -> None:
    """Send at once what did not get to NAME, or anywhere: what waits, and what was given up after a week."""
    with open_store(folder, store_url, must_exist=True) as store:
        count = store.deliveries.retry(name)
    click.echo(f"{count:,} deliveries are tried again.", err=True)
