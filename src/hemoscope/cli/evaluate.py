"""hemoscope evaluate: a bundle and a labelled collection in, what the bundle is worth out."""

import json
from pathlib import Path

import click

from hemoscope.cli import SOME_INPUTS_FAILED, options
from hemoscope.records import Status


@click.command()
@options.bundle
@options.data
@click.option("--out", type=click.Path(path_type=Path, file_okay=False), help="Also write the report here.")
@options.groups
@options.point
@click.option("--prevalence", type=click.FloatRange(0, 1), help="For PPV and NPV; the collection's own unless given.")
@options.seen
@click.option("--examples", type=click.IntRange(0), default=12, show_default=True, help="Worst mistakes on the page.")
@options.draws
@options.seed
@click.option("--json", "as_json", is_flag=True, help="Print the documented JSON instead of a summary.")
@click.pass_context
def evaluate(
    context: click.Context,
    /,
    bundle: Path | None,
    data: Path,
    out: Path | None,
    groups: Path | None,
    operating_point: str,
    prevalence: float | None,
    seen: str,
    examples: int,
    draws: int,
    seed: int,
    as_json: bool,
) -> None:
    """Judge BUNDLE on DATA that its network never saw: a public set, class folders, or a CSV of path,label,...

    Where the labels speak of studies, as those of CQ500, studies are judged: by the bundle's study head, at its own
    operating points, or each by its highest slice where the bundle has none.
    BUNDLE is a folder, or the word shipped. The CSV may have a column group, which names patients, and others, which
    part the slices into subgroups. Refused and failed slices are counted and listed. Where slices stood in the
    training data, the command stops, unless --seen says otherwise.

    OUT gets report.html, evaluation.json, predictions.csv and model_card_section.md. Exit codes: 0 all well, 1 failed,
    2 usage, 3 some slices could not be read. Research use only.
    """
    from hemoscope.cli.progress import bar_after_index
    from hemoscope.evaluation.judge import JudgeSettings
    from hemoscope.inference.evaluate import EvaluationSettings
    from hemoscope.inference.evaluate import evaluate as run
    from hemoscope.inference.seen import SeenPolicy

    settings = EvaluationSettings(
        judge=JudgeSettings(operating_point, prevalence, draws, seed),
        seen=SeenPolicy(seen),
        examples=0 if out is None else examples,
    )
    with bar_after_index("Scoring", then="Measuring") as (on_index, on_progress):
        found = run(bundle, data, settings=settings, groups_file=groups, on_progress=on_progress, on_index=on_index)
    if out is not None:
        from hemoscope.results.evaluation_folder import write_evaluation

        for path in write_evaluation(found, out):
            click.echo(f"Written: {path}", err=True)
    if as_json:
        from hemoscope.results.evaluation_document import evaluation_as_json

        click.echo(json.dumps(evaluation_as_json(found), indent=2, ensure_ascii=False))
    else:
        from rich.console import Console

        from hemoscope.results.evaluation_table import EvaluationSummary

        Console().print(EvaluationSummary(found))
    if any(case.status is Status.FAILED for case in found.judgement.cases):
        context.exit(SOME_INPUTS_FAILED)
