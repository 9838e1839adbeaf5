"""hemoscope explain: show where the network sees blood, in pictures and a page to scroll through."""

from pathlib import Path

import click

from hemoscope.cli import SOME_INPUTS_FAILED, options
from hemoscope.cli.answers import answers, open_explanations, print_results
from hemoscope.records import Status


@click.command()
@click.argument("paths", nargs=-1)
@click.option("--out", type=click.Path(path_type=Path, file_okay=False), help="Folder to write into.")
@click.option("--all", "draws_all", is_flag=True, help="Draw every slice of a study, not only those that matter.")
@click.option(
    "--method",
    "methods",
    multiple=True,
    help="What makes the maps: maps, gradcam, gradcam++, layercam, integrated-gradients, occlusion. May be given again "
    "with --check, which takes all that work with the network unless given.",
)
@click.option("--check", "checks", is_flag=True, help="Check methods on drawn heads; needs neither PATHS nor --out.")
@click.option("--save", is_flag=True, help="Keep what --check finds in the bundle, which then offers what passed.")
@click.option("--json", "as_json", is_flag=True, help="Print the documented JSON of the answers instead of a table.")
@click.option("--bundle", type=click.Path(path_type=Path), help="A model bundle; the shipped one unless given.")
@options.point
@click.pass_context
def explain(
    context: click.Context,
    /,
    paths: tuple[str, ...],
    out: Path | None,
    draws_all: bool,
    methods: tuple[str, ...],
    checks: bool,
    save: bool,
    as_json: bool,
    bundle: Path | None,
    operating_point: str,
) -> None:
    """Show where: draw what the network sees in studies and slices, named as for hemoscope predict.

    Every input gets a folder in OUT: index.html, a page to scroll through its slices with any window and the map on or
    off; key-slices.png, the slices that made the score and those beside them; slices/, an overlay of each key slice and
    of each that reaches the threshold; explanation.json, what was written and the answers. The maps are the network's
    own, or where it has none, or where --method says so, those of another method. One bad input never costs the others.

    With --check: on drawn heads, whose bleeds are known to the pixel, does a map's maximum lie in the bleed, does it
    cover it, does the score hang on what it marks, does it stay when the slice moves a little, and go when the network
    forgets what it learned? A method that fails is not offered as default. Takes minutes.

    Exit codes: 0 all well, 1 failed, 2 usage, 3 some inputs failed. Research use only.
    """
    if checks:
        from hemoscope.cli.check_maps import check

        check(bundle, methods, save=save, as_json=as_json)
        return
    if not paths or out is None:
        raise click.UsageError("Name what to draw and, by --out, the folder to draw into.")
    if len(methods) > 1:
        raise click.UsageError("Name one method to draw with; several are for --check.")
    from hemoscope.inference.batch import find_places
    from hemoscope.inference.predictor import Predictor

    places = find_places(paths)
    predictor = Predictor(bundle, operating_point=operating_point)
    drawn = open_explanations(out, predictor, draws_all=draws_all, method=methods[0] if methods else None)
    results = [examined.result for examined in answers(predictor, places, drawn=drawn)]
    print_results(results, predictor, as_json=as_json)
    for page in drawn.pages:
        click.echo(f"Written: {page}", err=True)
    if any(result.status is Status.FAILED for result in results):
        context.exit(SOME_INPUTS_FAILED)
