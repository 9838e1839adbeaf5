"""hemoscope audit: a labelled collection in, its leaks out."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import click

from hemoscope.cli import SOME_INPUTS_FAILED, options

if TYPE_CHECKING:
    import numpy as np

    from hemoscope.datasets.audit import Scan
    from hemoscope.datasets.items import Collection
    from hemoscope.evaluation.shortcuts import Floor
    from hemoscope.records import ErrorReport
    from hemoscope.results.audit_document import AuditReport


@click.command()
@options.data
@options.groups
@click.option("--report", type=click.Path(path_type=Path, dir_okay=False), help="Also write a report page (HTML).")
@click.option(
    "--groups-out", type=click.Path(path_type=Path, dir_okay=False), help="Also write suggested groups (CSV)."
)
@click.option("--json", "as_json", is_flag=True, help="Print the documented JSON instead of a summary.")
@click.pass_context
def audit(
    context: click.Context,
    /,
    data: Path,
    groups: Path | None,
    report: Path | None,
    groups_out: Path | None,
    as_json: bool,
) -> None:
    """Look for leaks in DATA: a public set as it comes, two class folders, or a CSV of path,label.

    Finds pictures that stand there twice, neighbors of one series, and what tells the label without the brain: size,
    file size, brightness and more. Exit codes: 0 all well, 1 failed, 2 usage, 3 some files could not be read.
    Research use only.
    """
    from hemoscope.cli.progress import bar
    from hemoscope.datasets.audit import write_groups
    from hemoscope.datasets.load import load_collection

    with bar("Reading headers") as on_progress:
        collection = load_collection(data, groups_file=groups, on_progress=on_progress)
    found = _audit(collection)
    if groups_out is not None:
        write_groups(groups_out, collection, found.groups)
        click.echo(f"Groups: {groups_out}", err=True)
    if report is not None:
        from hemoscope.results.audit_html import write_audit_html

        write_audit_html(found, report)
        click.echo(f"Report: {report}", err=True)
    _print(found, as_json=as_json)
    if found.scan.unreadable:
        context.exit(SOME_INPUTS_FAILED)


def _audit(collection: "Collection") -> "AuditReport":
    """Look at everything; what cannot be measured is said and stops nothing."""
    import numpy as np

    from hemoscope.cli.progress import bar
    from hemoscope.datasets.audit import find_pairs, links, merge_groups, scan_collection
    from hemoscope.datasets.audit.facts import all_features
    from hemoscope.evaluation.shortcuts import measure_shortcuts
    from hemoscope.results.audit_document import AuditReport

    with bar("Reading") as on_progress:
        scan = scan_collection(collection, on_progress=on_progress)
    with bar("Comparing") as on_progress:
        pairs = find_pairs(scan, on_progress=on_progress)
    group_of = dict(
        zip(
            (item.key for item in scan.collection),
            merge_groups(list(scan.collection.groups), links(pairs)),
            strict=True,
        )
    )
    labels, groups = np.asarray(scan.collection.labels), np.asarray(list(group_of.values()))
    floors, not_measured = _measure_floors(scan, labels, groups)
    return AuditReport(
        collection=collection,
        scan=scan,
        pairs=pairs,
        groups=tuple(group_of.get(item.key, item.group) for item in collection),
        shortcuts=tuple(measure_shortcuts(labels, groups, all_features(scan.facts))),
        floors=floors,
        not_measured=not_measured,
    )


def _measure_floors(
    scan: "Scan", labels: "np.ndarray", groups: "np.ndarray"
) -> "tuple[tuple[Floor, ...], tuple[ErrorReport, ...]]":
    """Measure each floor; those that cannot be are told with the reason, once."""
    from hemoscope.datasets.audit.facts import pixel_free
    from hemoscope.errors import HemoscopeError
    from hemoscope.evaluation.shortcuts import metadata_floor, thumbnail_floor
    from hemoscope.records import ErrorReport

    measures: tuple[Callable[[], Floor], ...] = (
        lambda: metadata_floor(labels, groups, pixel_free(scan.facts)),
        lambda: thumbnail_floor(labels, groups, scan.tiny),
        lambda: thumbnail_floor(labels, groups, scan.tiny, random_folds=True),
    )
    floors, reasons = [], []
    for measure in measures:
        try:
            floors.append(measure())
        except HemoscopeError as error:
            reasons.append(ErrorReport.of(error))
    return tuple(floors), tuple(dict.fromkeys(reasons))


def _print(found: "AuditReport", *, as_json: bool) -> None:
    if as_json:
        from hemoscope.results.audit_document import audit_as_json

        click.echo(json.dumps(audit_as_json(found), indent=2, ensure_ascii=False))
        return
    from rich.console import Console

    from hemoscope.results.audit_table import AuditSummary

    Console().print(AuditSummary(found))
