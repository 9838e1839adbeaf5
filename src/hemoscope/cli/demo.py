"""hemoscope demo: example input, scored with the shipped bundle."""

from pathlib import Path

import click


@click.command()
@click.argument("out", type=click.Path(path_type=Path), default="demo")
@click.pass_context
def demo(context: click.Context, /, out: Path) -> None:
    """Score example input and write OUT/report.html and OUT/results.csv.

    The input: a drawn study, drawn heads with and without bleeds, the real head CT that comes with pydicom, and an
    empty picture. The shipped network learned from real pictures, so its answers to drawings only show how results
    look.
    """
    from hemoscope.cli.predict import predict
    from hemoscope.datasets.phantom.example import write_examples

    paths = write_examples(out / "input")
    context.invoke(
        predict,
        paths=tuple(str(path) for path in paths),
        csv_file=out / "results.csv",
        html_file=out / "report.html",
    )
