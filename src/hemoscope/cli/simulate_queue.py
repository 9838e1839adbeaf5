"""hemoscope simulate-queue: a site's reading list in, the minutes that re-ordering it saves out."""

import json
from pathlib import Path
from typing import TYPE_CHECKING

import click

from hemoscope.cli import options

if TYPE_CHECKING:
    from hemoscope.evaluation.reading_list import Detector, Site

SHARE = click.FloatRange(0, 1, min_open=True, max_open=True)


@click.command("simulate-queue")
@click.option("--arrivals-per-hour", type=click.FloatRange(0, min_open=True), help="Studies that come, on average.")
@click.option("--readers", type=click.IntRange(1), default=1, show_default=True, help="Who read at any time.")
@click.option(
    "--hours",
    type=click.Path(path_type=Path, dir_okay=False),
    help="CSV of a day, hour,arrivals,readers, in place of the two above.",
)
@click.option("--reading-minutes", type=click.FloatRange(0, min_open=True), required=True, help="Per study, the mean.")
@click.option(
    "--reading-spread",
    type=click.FloatRange(0, 10),
    default=0.5,
    show_default=True,
    help="Standard deviation of the reading time over its mean.",
)
@click.option("--prevalence", type=SHARE, required=True, help="Share of head CT studies with hemorrhage.")
@click.option(
    "--others",
    type=click.FloatRange(0, 1, max_open=True),
    default=0.0,
    show_default=True,
    help="Share of the list that is no head CT.",
)
@click.option(
    "--bundle",
    type=click.Path(path_type=Path),
    default=options.SHIPPED,
    show_default=True,
    callback=options.named_bundle,
    help="Whose operating points decide.",
)
@click.option("--operating-point", "points", multiple=True, help="This one; may be given again. All unless given.")
@click.option("--sensitivity", type=SHARE, help="With --specificity: a detector of your own in place of a bundle's.")
@click.option("--specificity", type=SHARE, help="See --sensitivity.")
@click.option(
    "--delay-minutes",
    type=click.FloatRange(0),
    default=1.0,
    show_default=True,
    help="From a study's arrival to its answer.",
)
@click.option("--longest-minutes", type=click.FloatRange(0, min_open=True), help="Who waited so long goes first, too.")
@click.option("--days", type=click.IntRange(1, 3650), default=30, show_default=True, help="In each repeat.")
@click.option("--repeats", type=click.IntRange(2, 10_000), default=20, show_default=True, help="Of these days.")
@click.option("--html", type=click.Path(path_type=Path, dir_okay=False), help="Also write a page with plots.")
@click.option("--json", "as_json", is_flag=True, help="Print the documented JSON instead of a table.")
@options.seed
def simulate_queue(
    arrivals_per_hour: float | None,
    readers: int,
    hours: Path | None,
    bundle: Path | None,
    points: tuple[str, ...],
    sensitivity: float | None,
    specificity: float | None,
    html: Path | None,
    as_json: bool,
    **choices: float,
) -> None:
    """Simulate a reading list: how many minutes sooner studies with hemorrhage are read.

    Studies come by chance, readers take one after another. First in, first out is compared with lists that put first
    what a detector calls positive, at each of its operating points, on the same days. Beside the minutes saved stand
    the minutes that missed bleeds and all others lose. Research use only.

    \b
    hemoscope simulate-queue --arrivals-per-hour 6 --reading-minutes 8 --prevalence 0.1
    hemoscope simulate-queue --hours day.csv --reading-minutes 8 --prevalence 0.1 --html saved.html
    """
    from hemoscope.cli.progress import bar
    from hemoscope.evaluation.reading_list import PERFECT, Plan, measure_gain

    site = _site(arrivals_per_hour, readers, hours, choices)
    detectors = _detectors(bundle, points, sensitivity, specificity)
    plan = Plan(
        days=int(choices["days"]),
        repeats=int(choices["repeats"]),
        delay_minutes=choices["delay_minutes"],
        longest_minutes=choices["longest_minutes"],
        seed=int(choices["seed"]),
    )
    with bar("Simulating") as advance:
        found = measure_gain(site, [*detectors, PERFECT], plan=plan, on_progress=advance)
    if html is not None:
        from hemoscope.results.queue_html import write_queue_html

        write_queue_html(found, html)
        click.echo(f"Page: {html}", err=True)
    if as_json:
        from hemoscope.results.queue_document import gain_as_json

        click.echo(json.dumps(gain_as_json(found), indent=2))
        return
    from rich.console import Console

    from hemoscope.results.queue_table import QueueSummary

    Console().print(QueueSummary(found))


def _site(arrivals_per_hour: float | None, readers: int, hours: Path | None, choices: dict[str, float]) -> "Site":
    from hemoscope.evaluation.reading_list import Hour, Site
    from hemoscope.evaluation.reading_list.site import HOURS, read_hours

    if (arrivals_per_hour is None) == (hours is None):
        raise click.UsageError("Give either --arrivals-per-hour or --hours.")
    day = read_hours(hours) if hours is not None else (Hour(arrivals_per_hour or 0.0, readers),) * HOURS
    return Site(
        day,
        reading_minutes=choices["reading_minutes"],
        prevalence=choices["prevalence"],
        reading_spread=choices["reading_spread"],
        others=choices["others"],
    )


def _detectors(
    bundle: Path | None, points: tuple[str, ...], sensitivity: float | None, specificity: float | None
) -> list["Detector"]:
    from hemoscope.errors import InputError
    from hemoscope.evaluation.reading_list import Detector
    from hemoscope.models.bundle import find_point, open_bundle
    from hemoscope.records import Interval

    if (sensitivity is None) != (specificity is None):
        raise click.UsageError("Give --sensitivity and --specificity together.")
    if sensitivity is not None and specificity is not None:
        return [Detector("given", *(Interval(share, share, share) for share in (sensitivity, specificity)))]
    known = open_bundle(bundle).study_points
    chosen = [find_point(known, name) for name in points] or list(known.values())
    found = [detector for detector in map(Detector.at, chosen) if detector is not None]
    if not found:
        raise InputError(
            "queue.no_figures",
            "The bundle does not say which sensitivity and specificity its operating points have.",
            "Export the run again, or give --sensitivity and --specificity.",
        )
    return found
