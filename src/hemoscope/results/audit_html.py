"""An audit as one page that needs nothing else: the pairs side by side, the shortcuts, the floors."""

import os
from collections import Counter
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np
from jinja2 import Environment

from hemoscope.datasets.audit import Kind, Pair
from hemoscope.datasets.items import Item
from hemoscope.errors import HemoscopeError
from hemoscope.evaluation.shortcuts import Shortcut
from hemoscope.results.audit_document import AuditReport
from hemoscope.results.audit_findings import EITHER_OR, FLOOR_NAMES, PROPERTIES, findings
from hemoscope.results.html import page_environment
from hemoscope.results.picture import data_uri, for_display
from hemoscope.terms import RESEARCH_USE_ONLY
from hemoscope.writing.atomic import write_text

MOST_SHOWN = 30
"""Pairs of each kind that the page shows; the JSON holds all."""
SIDE = 176
"""Longer side of a picture in pixels."""
MEANINGS = {
    Kind.IDENTICAL_BYTES: "The same file under two names.",
    Kind.IDENTICAL_PIXELS: "Two files whose pixels are the same.",
    Kind.SAME_PICTURE: "One picture exported twice: scaled, cropped, windowed, compressed or mirrored.",
    Kind.SAME_SERIES: "Probably neighbors of one series: one patient, another slice.",
}


def write_audit_html(report: AuditReport, path: str | os.PathLike[str]) -> None:
    """Write the page, whole or not at all.

    It holds its style and its pictures and forbids itself scripts and requests; whatever a name holds is shown as text.

    Args:
        report: What the audit found.
        path: The file to write or replace.
    """
    write_text(Path(path), render_audit_html(report, made=datetime.now(UTC)))


def render_audit_html(report: AuditReport, *, made: datetime) -> str:
    """Fill the template.

    Args:
        report: What the audit found.
        made: The time to print, in UTC.
    """
    pictures = _Pictures()
    return (
        _audit_environment()
        .get_template("audit.html.jinja")
        .render(
            collection=report.collection,
            counts=[(kind, len(report.of_kind(kind))) for kind in Kind],
            findings=findings(report),
            sections=[section for kind in Kind if (section := _section(report, kind, pictures))],
            shortcuts=report.shortcuts,
            properties=PROPERTIES,
            floors=[(FLOOR_NAMES[floor.name, floor.folds], floor) for floor in report.floors],
            groups=_groups(report),
            unreadable=report.scan.unreadable,
            not_compared=[(report.scan.collection.items[at].key, why) for at, why in report.scan.refused.items()],
            most_shown=MOST_SHOWN,
            notice=RESEARCH_USE_ONLY,
            made=made,
        )
    )


def _audit_environment() -> Environment:
    environment = page_environment()
    environment.filters["says"] = _says
    environment.filters["above_chance"] = lambda auroc: f"{100 * min(1.0, max(0.0, 2 * auroc - 1)):.1f}%"
    return environment


def _says(shortcut: Shortcut) -> str:
    """Put into words which way a property points."""
    words = ("rarer", "commoner") if shortcut.name in EITHER_OR else ("lower", "higher")
    return f"{words[shortcut.is_higher_in_positives]} with hemorrhage" if shortcut.is_leak else "nothing clear"


def _section(report: AuditReport, kind: Kind, pictures: "_Pictures") -> dict[str, Any] | None:
    """Gather the pairs of one kind, those with two labels first, then those that the groups given part."""
    pairs = report.of_kind(kind)
    if not pairs:
        return None
    worst = sorted(pairs, key=lambda pair: (not report.is_conflict(pair), not report.joins_groups(pair)))
    return {
        "kind": kind,
        "meaning": MEANINGS[kind],
        "count": len(pairs),
        "pairs": [_pair(report, pair, pictures) for pair in worst[:MOST_SHOWN]],
    }


def _pair(report: AuditReport, pair: Pair, pictures: "_Pictures") -> dict[str, Any]:
    items = report.scan.collection.items
    return {
        "pair": pair,
        "sides": [(items[index], pictures.of(items[index])) for index in (pair.first, pair.second)],
        "is_conflict": report.is_conflict(pair),
        "joins_groups": report.joins_groups(pair),
    }


def _groups(report: AuditReport) -> dict[str, int]:
    sizes = Counter(report.groups)
    return {
        "given": len(set(report.collection.groups)),
        "suggested": len(sizes),
        "largest": max(sizes.values()),
    }


class _Pictures:
    """Encodes each picture once, though it may stand in many pairs."""

    def __init__(self) -> None:
        self._known: dict[str, str | None] = {}

    def of(self, item: Item) -> str | None:
        """Return the picture as a data: address; None where the file is gone by now."""
        if item.key not in self._known:
            self._known[item.key] = _encode(item)
        return self._known[item.key]


def _encode(item: Item) -> str | None:
    try:
        picture = for_display(item.read())
    except HemoscopeError:
        return None
    return data_uri(_small(picture))


def _small(picture: np.ndarray) -> np.ndarray:
    from PIL import Image

    image = Image.fromarray(picture)
    image.thumbnail((SIDE, SIDE), Image.Resampling.LANCZOS)
    return np.asarray(image)
