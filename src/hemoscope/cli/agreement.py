"""hemoscope agreement: how far the readers of a collection agree, which no network can be expected to surpass."""

import json
from dataclasses import asdict
from pathlib import Path

import click


@click.command()
@click.argument("data", type=click.Path(path_type=Path))
@click.option("--json", "as_json", is_flag=True, help="Print the figures as JSON.")
def agreement(data: Path, as_json: bool) -> None:
    """Show how far the three readers of CQ500 agree; DATA is its folder, or reads.csv.

    For each label: how many studies most readers called positive, the share that all called the same, the share of
    pairs of readers that agree, and Fleiss' kappa, which leaves out what chance explains.
    """
    from hemoscope.datasets.cq500 import READS, read_reads
    from hemoscope.errors import InputError
    from hemoscope.evaluation.agreement import measure_agreement

    table = data / READS if data.is_dir() else data
    if not table.is_file():
        raise InputError("input.not_found", f"There is no {table.name!r}.", "Name the folder of CQ500, or its table.")
    rows = measure_agreement(read_reads(table).ratings)
    if as_json:
        click.echo(json.dumps([asdict(row) for row in rows], indent=2))
        return
    click.echo(f"{rows[0].cases:,} studies, three readers")
    click.echo(f"{'':<18}{'positive':>9}{'unanimous':>11}{'of pairs':>10}{'kappa':>8}")
    for row in rows:
        kappa = "-" if row.kappa is None else f"{row.kappa:.3f}"
        click.echo(f"{row.label:<18}{row.positives:>9,}{row.unanimous:>11.1%}{row.pairs:>10.1%}{kappa:>8}")
