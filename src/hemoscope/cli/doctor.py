"""hemoscope doctor: does this installation work, and how fast is it here."""

import json
from typing import TYPE_CHECKING

import click

from hemoscope.cli import FAILED
from hemoscope.errors import BrokenInstallError

if TYPE_CHECKING:
    from hemoscope.records import Check


@click.command()
@click.option("--json", "as_json", is_flag=True, help="Print JSON instead of a table.")
@click.option("--speed/--no-speed", default=True, show_default=True, help="Time a drawn slice and a drawn study.")
@click.pass_context
def doctor(context: click.Context, /, as_json: bool, speed: bool) -> None:
    """Check this installation: packages, model, DICOM decoders, machine, extras and speed.

    Each line is ok, missing or failed, with the next step. Exit codes: 0 all that scoring needs is well, 1 some of it
    is missing or failed.
    """
    try:
        from hemoscope.inference.doctor import examine_installation

        checks = tuple(examine_installation(with_speed=speed))
        _print(checks, as_json=as_json)
    except ImportError as error:  # what even the doctor needs, such as NumPy
        raise BrokenInstallError(module=error.name or "of a package") from error
    if any(check.is_broken for check in checks):
        context.exit(FAILED)


def _print(checks: tuple["Check", ...], *, as_json: bool) -> None:
    if as_json:
        from hemoscope.results.doctor_document import doctor_as_json

        click.echo(json.dumps(doctor_as_json(checks), indent=2, ensure_ascii=False))
        return
    from rich.console import Console

    from hemoscope.results.doctor_table import render_doctor

    Console().print(render_doctor(checks))
