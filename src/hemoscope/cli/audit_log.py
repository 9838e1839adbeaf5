"""hemoscope audit-log: what happened in a store, and the proof that nobody changed the account of it."""

import json
import re
from dataclasses import asdict
from pathlib import Path

import click

from hemoscope.cli import options
from hemoscope.cli.stores import open_store
from hemoscope.errors import ServiceError

_NOTED = re.compile(r"(\d{1,18}):([0-9a-f]{64})")


def _noted(_: click.Context, __: click.Parameter, value: str | None) -> tuple[int, str] | None:
    if value is None:
        return None
    found = _NOTED.fullmatch(value)
    if found is None:
        raise click.BadParameter("expected NUMBER:HASH, as an earlier verify printed it")
    return int(found[1]), found[2]


@click.group(name="audit-log")
def audit_log() -> None:
    """Check or print the audit trail: rows that are only ever added, each with the hash of the one before."""


@audit_log.command()
@click.option(
    "--noted", callback=_noted, metavar="NUMBER:HASH", help="A row written down earlier, elsewhere: it must be there."
)
@click.option("--json", "as_json", is_flag=True, help="Print JSON instead of a sentence.")
@options.folder
@options.store_url
def verify(noted: tuple[int, str] | None, as_json: bool, folder: Path | None, store_url: str | None) -> None:
    """Check every row against the one before, and name the first that was changed or removed.

    Prints the number and the hash of the last row. Written down elsewhere and given to a later call by --noted, they
    prove that no row was cut off the end since, and that nobody made the whole trail anew. Exit codes: 0 all rows are
    as they were written, 1 one is not, or the store cannot be opened.
    """
    with open_store(folder, store_url, must_exist=True) as store:
        trail = store.audit.verify(noted=noted)
    if as_json:
        click.echo(json.dumps({"is_whole": trail.broken is None, **asdict(trail)}, indent=2))
    elif trail.broken is None:
        click.echo(f"All {trail.rows} rows are as they were written. Last: {trail.rows}:{trail.head}")
    if trail.broken is not None:
        raise ServiceError(
            "store.audit_broken",
            f"Row {trail.broken} of the audit trail is the first that does not hold: {trail.reason}.",
            "Keep the database as it is, and find out who could write to it.",
        )


@audit_log.command()
@click.option("--after", type=click.IntRange(0), default=0, show_default=True, help="Only rows after this number.")
@options.folder
@options.store_url
def show(after: int, folder: Path | None, store_url: str | None) -> None:
    """Print the rows, a line of JSON each. Nothing in them tells of a patient."""
    with open_store(folder, store_url, must_exist=True) as store:
        for row in store.audit.rows(after=after):
            click.echo(json.dumps({**asdict(row), "details": json.loads(row.details)}, ensure_ascii=False))
