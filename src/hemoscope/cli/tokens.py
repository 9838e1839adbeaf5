"""hemoscope tokens: who may ask the service for what."""

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from hemoscope.cli import options
from hemoscope.cli.stores import open_store

if TYPE_CHECKING:
    from hemoscope.store.records import Token


@click.group()
def tokens() -> None:
    """Make, list and withdraw the tokens that the service takes.

    A token is compulsory where others than this machine can ask: hemoscope serve --host. Only its hash is kept.
    """


@tokens.command()
@click.argument("name")
@click.option(
    "--role",
    "roles",
    multiple=True,
    required=True,
    type=click.Choice(["submit", "read", "admin"]),
    help="What it allows: send studies; see them and give verdicts; all that, and delete. Repeatable.",
)
@options.folder
@options.store_url
def add(name: str, roles: tuple[str, ...], folder: Path | None, store_url: str | None) -> None:
    """Make a token and print it, once: it cannot be shown again.

    NAME goes into verdicts and the audit trail: name who gets it, as reader-2 or scanner.
    """
    with open_store(folder, store_url) as store:
        from hemoscope.store.records import Role

        token = store.tokens.add(name, [Role(role) for role in roles])
    click.echo(token)
    click.echo("Keep it safe: it cannot be shown again. Send it as Authorization: Bearer TOKEN.", err=True)


@tokens.command(name="list")
@click.option("--json", "as_json", is_flag=True, help="Print JSON instead of a table.")
@options.folder
@options.store_url
def list_tokens(as_json: bool, folder: Path | None, store_url: str | None) -> None:
    """List every token there ever was, without the tokens themselves."""
    with open_store(folder, store_url, must_exist=True) as store:
        found = store.tokens.all()
    if as_json:
        click.echo(json.dumps({"tokens": [_as_json(token) for token in found]}, indent=2))
        return
    from rich.console import Console
    from rich.table import Table

    table = Table("Name", "Roles", "Made", "Withdrawn")
    for token in found:
        withdrawn = "" if token.revoked_at is None else f"{token.revoked_at:%Y-%m-%d %H:%M}"
        table.add_row(token.label, ", ".join(sorted(token.roles)), f"{token.created_at:%Y-%m-%d %H:%M}", withdrawn)
    Console().print(table)


def _as_json(token: "Token") -> dict[str, Any]:
    return {
        "name": token.label,
        "roles": sorted(token.roles),
        "created_at": token.created_at.isoformat(timespec="seconds"),
        "revoked_at": None if token.revoked_at is None else token.revoked_at.isoformat(timespec="seconds"),
    }


@tokens.command()
@click.argument("name")
@options.folder
@options.store_url
def revoke(name: str, folder: Path | None, store_url: str | None) -> None:
    """Withdraw a token: from now on it opens nothing, and no other gets its name."""
    with open_store(folder, store_url, must_exist=True) as store:
        store.tokens.revoke(name)
    click.echo(f"Withdrawn: {name}", err=True)
