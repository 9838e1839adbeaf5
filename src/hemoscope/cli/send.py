"""hemoscope send: send results to their destinations, and say what was sent."""

import json
from pathlib import Path

import click

from hemoscope.cli import options
from hemoscope.cli.stores import log_to_stderr, open_store, stopping_on_signals


@click.command()
@click.option("--until-empty", is_flag=True, help="End once nothing is due.")
@click.option("--list", "lists", is_flag=True, help="Print what is to be sent and what was, and end.")
@click.option("--json", "as_json", is_flag=True, help="With --list: as JSON.")
@options.folder
@options.store_url
def send(until_empty: bool, lists: bool, as_json: bool, folder: Path | None, store_url: str | None) -> None:
    """Send the results of a store to its destinations until Ctrl-C; hemoscope listen does so itself.

    What does not go is tried again, ever more seldom and across restarts, for a week; then hemoscope destinations retry
    asks for it. Needs the extra [pacs]. Research use only.
    """
    with open_store(folder, store_url, must_exist=True) as store:
        if lists:
            rows: list[dict[str, object]] = [
                {
                    "destination": one.destination.name,
                    "submission": one.submission_id,
                    "state": str(one.state),
                    "attempts": one.attempts,
                    "not_before": None if one.not_before is None else one.not_before.isoformat(),
                    "error_code": one.error_code,
                }
                for one in store.deliveries.all()
            ]
            click.echo(json.dumps(rows, indent=2) if as_json else "\n".join(map(_line, rows)))
            return
        from hemoscope.pacs.sender import Sender

        stopping = stopping_on_signals()
        log_to_stderr()
        sent = Sender(store, stopping=stopping).run(until_empty=until_empty)
    click.echo(f"Sent: {sent} deliveries.", err=True)


def _line(row: dict[str, object]) -> str:
    tail = f" after {row['attempts']} attempts: {row['error_code']}" if row["error_code"] else ""
    return f"{row['submission']}  {row['destination']}  {row['state']}{tail}"
