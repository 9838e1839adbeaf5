"""hemoscope doctor: does this installation work, and how fast is it here."""

import json

import click

from hemoscope.cli import FAILED


@click.command()
@click.option("--json", "as_json", is_flag=True, help="Print JSON instead of a table.")
@click.option("--speed/--no-speed", default=True, show_default=True, help="Time a drawn slice and a drawn study.")
@click.pass_context
def doctor(context: click.Context, /, as_json: bool, speed: bool) -> None:
    """Check this installation: packages, model, DICOM decoders, machine, extras and speed.

    Each line is ok, missing or failed, with the next step. Exit codes: 0 all that scoring needs is well, 1 some of it
    is missing or failed.
    """
    from hemoscope.inference.doctor import examine_installation

    checks = tuple(examine_installation(with_speed=speed))
    if as_json:
        from hemoscope.results.doctor_document import doctor_as_json

        click.echo(json.dumps(doctor_as_json(checks), indent=2, ensure_ascii=False))
    else:
        from rich.console import Console

        from hemoscope.results.doctor_table import render_doctor

        Console().print(render_doctor(checks))
    if any(check.is_broken for check in checks):
        context.exit(FAILED)
