"""hemoscope compare: two bundles and a labelled collection in, which is better out."""

import json
from pathlib import Path

import click

from hemoscope.cli import SOME_INPUTS_FAILED, options
from hemoscope.records import Status


@click.command()
@options.bundle_argument("a")
@options.bundle_argument("b")
@options.data
@click.option("--report", type=click.Path(path_type=Path, dir_okay=False), help="Also write a report page (HTML).")
@click.option(
    "--examples", type=click.IntRange(0), default=12, show_default=True, help="Slices decided apart, as pictures."
)
@options.groups
@options.point
@options.seen
@options.draws
@options.seed
@click.option("--json", "as_json", is_flag=True, help="Print the documented JSON instead of a table.")
@click.pass_context
def compare(
    context: click.Context,
    /,
    a: Path | None,
    b: Path | None,
    data: Path,
    report: Path | None,
    examples: int,
    groups: Path | None,
    operating_point: str,
    seen: str,
    draws: int,
    seed: int,
    as_json: bool,
) -> None:
    """Compare the bundles A and B on the same slices of DATA, pair by pair.

    A and B are folders, or the word shipped. Differences are A less B, with intervals that draw whole groups; beside
    them DeLong's test of the AUROCs and McNemar's of the decisions, both for slices that are independent. DATA is as
    for evaluate. Exit codes: 0 all well, 1 failed, 2 usage, 3 some slices could not be read. Research use only.
    """
    from hemoscope.cli.progress import bar_after_index
    from hemoscope.evaluation.judge import JudgeSettings
    from hemoscope.inference.compare import compare as run
    from hemoscope.inference.evaluate import EvaluationSettings
    from hemoscope.inference.seen import SeenPolicy

    settings = EvaluationSettings(
        judge=JudgeSettings(operating_point, draws=draws, seed=seed),
        seen=SeenPolicy(seen),
        examples=0 if report is None else examples,
    )
    with bar_after_index("Scoring", then="Measuring") as (on_index, on_progress):
        found = run((a, b), data, settings=settings, groups_file=groups, on_progress=on_progress, on_index=on_index)
    if report is not None:
        from hemoscope.results.comparison_html import write_comparison_html

        write_comparison_html(found, report)
        click.echo(f"Report: {report}", err=True)
    if as_json:
        from hemoscope.results.comparison_document import comparison_as_json

        click.echo(json.dumps(comparison_as_json(found), indent=2, ensure_ascii=False))
    else:
        from rich.console import Console

        from hemoscope.results.comparison_table import ComparisonSummary

        Console().print(ComparisonSummary(found))
    if any(case.status is Status.FAILED for case in (*found.first.cases, *found.second.cases)):
        context.exit(SOME_INPUTS_FAILED)
