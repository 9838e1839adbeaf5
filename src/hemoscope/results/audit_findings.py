"""What an audit means, in sentences: each finding with what to do about it, the worst first."""

from collections.abc import Iterator
from dataclasses import dataclass

from hemoscope.datasets.audit import Kind
from hemoscope.evaluation.shortcuts import Floor, Shortcut
from hemoscope.results.audit_document import ONE_PICTURE, AuditReport
from hemoscope.results.wording import counted

FLOOR_NAMES = {
    ("metadata", "grouped"): "File properties alone, groups kept whole",
    ("thumbnail", "grouped"): "Nearest 16 x 16 thumbnail, groups kept whole",
    ("thumbnail", "random"): "Nearest 16 x 16 thumbnail, groups parted at random",
}
PROPERTIES = {
    "order": "place in the list",
    "width": "width in pixels",
    "height": "height in pixels",
    "aspect": "width / height",
    "file size": "file size in bytes",
    "bit depth": "bits per sample",
    "format": "file format",
    "color channels": "stored as color",
    "alpha channel": "stored with transparency",
    "pixel spacing": "pixel spacing in mm",
    "mean brightness": "mean brightness",
    "tint": "pixels are tinted",
}

EITHER_OR = frozenset({"color channels", "alpha channel", "tint"})


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing to know about a collection.

    Attributes:
        title: What was found, in a few words.
        meaning: Why it matters.
        next_step: What to do; empty where nothing needs doing.
        is_leak: Whether figures on this collection are wrong until it is dealt with.
    """

    title: str
    meaning: str
    next_step: str
    is_leak: bool = True


def findings(report: AuditReport) -> list[Finding]:
    """Say what an audit found, the worst first."""
    sections = (_conflicts, _copies, _shortcuts, _floors, _series, _rest)
    return [finding for section in sections for finding in section(report)]


def _conflicts(report: AuditReport) -> Iterator[Finding]:
    count = sum(report.is_conflict(pair) for pair in report.pairs)
    if count:
        yield Finding(
            f"{counted(count, 'pair')} of one picture under two labels",
            "One of the two labels is wrong, so neither training nor testing on them can be right.",
            "Look at them in the report; correct a label or remove both.",
        )


def _copies(report: AuditReport) -> Iterator[Finding]:
    pairs = report.of_kind(*ONE_PICTURE)
    if not pairs:
        return
    counts = ", ".join(f"{len(report.of_kind(kind))} {kind}" for kind in Kind if kind in ONE_PICTURE)
    parted = sum(report.joins_groups(pair) for pair in pairs)
    mirrored = sum(pair.is_mirrored for pair in pairs)
    yield Finding(
        f"{counted(len(pairs), 'pair')} of one picture saved twice ({counts})",
        f"{parted} of them can be parted by a split on the groups given; {mirrored} are mirrored.",
        "Remove one of each, or keep them on one side: --groups-out here, then --groups in train." if parted else "",
        is_leak=parted > 0,
    )


def _shortcuts(report: AuditReport) -> Iterator[Finding]:
    leaks = [shortcut for shortcut in report.shortcuts if shortcut.is_leak]
    order = [shortcut for shortcut in leaks if shortcut.name == "order"]
    others = [shortcut for shortcut in leaks if shortcut.name != "order"]
    if others:
        told = ", ".join(f"{shortcut.name} {shortcut.auroc.value:.2f}" for shortcut in others)
        yield Finding(
            f"{counted(len(others), 'property')} of the files tell{'s' if len(others) == 1 else ''} the label: "
            f"AUROC {told}",
            "The classes come from different sources. A network can learn the source in place of the blood.",
            "Show networks prepared input alone, never raw pictures, and test on a collection of another origin.",
        )
    if order:
        yield Finding(
            f"The list is ordered by label (AUROC {order[0].auroc.value:.2f})",
            "A split by position, or training without shuffling, sees one class at a time.",
            "Split by groups and shuffle, as hemoscope train does.",
            is_leak=False,
        )


def _floors(report: AuditReport) -> Iterator[Finding]:
    best = max((floor for floor in report.floors if floor.folds == "grouped"), key=_value, default=None)
    if best is not None and best.auroc.low > 0.5:
        yield Finding(
            f"AUROC {best.auroc} without looking at the brain",
            f"{FLOOR_NAMES[best.name, best.folds]}: so much comes free on this collection.",
            "Report this floor beside every result; a network below its upper end has shown nothing.",
        )


def _value(measured: Floor | Shortcut) -> float:
    return measured.auroc.value


def _series(report: AuditReport) -> Iterator[Finding]:
    pairs = report.of_kind(Kind.SAME_SERIES)
    if pairs:
        parted = sum(report.joins_groups(pair) for pair in pairs)
        yield Finding(
            f"{counted(len(pairs), 'pair')} that may be neighbors of one series",
            f"{parted} of them can be parted by a split on the groups given.",
            "Use the suggested groups: --groups-out here, then --groups in train." if parted else "",
            is_leak=parted > 0,
        )


def _rest(report: AuditReport) -> Iterator[Finding]:
    if report.scan.unreadable:
        yield Finding(
            f"{counted(len(report.scan.unreadable), 'file')} could not be read",
            "They take part in nothing but the groups.",
            "See the list in the report or in --json.",
            is_leak=False,
        )
    if report.scan.refused:
        yield Finding(
            f"{counted(len(report.scan.refused), 'slice')} without a head that could be prepared",
            "They were compared by bytes and pixels alone.",
            "",
            is_leak=False,
        )
    for reason in report.not_measured:
        yield Finding("A floor could not be measured", reason.message, reason.next_step, is_leak=False)
