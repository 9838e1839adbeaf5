"""What an audit found, and the one documented JSON of it. Schema: audit.schema.json beside this file."""

from collections import Counter
from dataclasses import asdict, dataclass
from typing import Any

from hemoscope.datasets.audit import Kind, Pair, Scan
from hemoscope.datasets.items import Collection
from hemoscope.evaluation.intervals import Interval
from hemoscope.evaluation.shortcuts import Floor, Shortcut
from hemoscope.records import ErrorReport
from hemoscope.results.wording import encodable
from hemoscope.terms import RESEARCH_USE_ONLY

SCHEMA = "hemoscope.audit"
SCHEMA_VERSION = "1.1"
ONE_PICTURE = frozenset({Kind.IDENTICAL_BYTES, Kind.IDENTICAL_PIXELS, Kind.SAME_PICTURE})


@dataclass(frozen=True, slots=True, eq=False)
class AuditReport:
    """What an audit found.

    Attributes:
        collection: All its items, with the groups that were given.
        scan: What was read; the pairs' indices are into its collection.
        pairs: As `find_pairs` returns them.
        groups: The suggested group of each item of `collection`.
        shortcuts: The most telling first.
        floors: Those that could be measured.
        not_measured: Why others could not.
    """

    collection: Collection
    scan: Scan
    pairs: tuple[Pair, ...]
    groups: tuple[str, ...]
    shortcuts: tuple[Shortcut, ...]
    floors: tuple[Floor, ...]
    not_measured: tuple[ErrorReport, ...] = ()

    def of_kind(self, *kinds: Kind) -> list[Pair]:
        """Return the pairs of these kinds, in order."""
        return [pair for pair in self.pairs if pair.kind in kinds]

    def is_conflict(self, pair: Pair) -> bool:
        """Say whether a pair shows one picture under two labels."""
        labels = self.scan.collection.labels
        return pair.kind in ONE_PICTURE and labels[pair.first] != labels[pair.second]

    def joins_groups(self, pair: Pair) -> bool:
        """Say whether a pair belongs together although the groups given part it."""
        items = self.scan.collection.items
        return items[pair.first].group != items[pair.second].group


def audit_as_json(report: AuditReport) -> dict[str, Any]:
    """Return an audit as plain JSON values, every key present; valid by audit.schema.json."""
    items = report.scan.collection.items
    return {
        "schema": SCHEMA,
        "schema_version": SCHEMA_VERSION,
        "research_use_only": RESEARCH_USE_ONLY,
        "collection": _collection_as_json(report),
        "pairs": [_pair_as_json(report, pair) for pair in report.pairs],
        "shortcuts": [
            {
                "name": shortcut.name,
                **_interval_as_json(shortcut.auroc),
                "is_higher_in_positives": shortcut.is_higher_in_positives,
                "is_leak": shortcut.is_leak,
            }
            for shortcut in report.shortcuts
        ],
        "floors": [
            {
                "name": floor.name,
                "folds": floor.folds,
                **_interval_as_json(floor.auroc),
                "accuracy": floor.accuracy,
                "items": floor.items,
            }
            for floor in report.floors
        ],
        "not_measured": [asdict(reason) for reason in report.not_measured],
        "unreadable": [_left_out_as_json(key, reason) for key, reason in report.scan.unreadable.items()],
        "not_compared": [_left_out_as_json(items[index].key, why) for index, why in report.scan.refused.items()],
        "groups": [
            {"id": encodable(item.key), "group": encodable(group)}
            for item, group in zip(report.collection, report.groups, strict=True)
        ],
    }


def _collection_as_json(report: AuditReport) -> dict[str, Any]:
    collection = report.collection
    return {
        "name": encodable(collection.name),
        "layout": collection.layout,
        "slices": len(collection),
        "positives": sum(collection.labels),
        "level": str(collection.level),
        "notices": [{"code": notice.code, "message": encodable(notice.message)} for notice in collection.notices],
        "groups_given": len(set(collection.groups)),
        "groups_suggested": len(set(report.groups)),
        "largest_group": max(Counter(report.groups).values()),
    }


def _pair_as_json(report: AuditReport, pair: Pair) -> dict[str, Any]:
    first, second = report.scan.collection.items[pair.first], report.scan.collection.items[pair.second]
    return {
        "first": encodable(first.key),
        "second": encodable(second.key),
        "kind": str(pair.kind),
        "score": round(pair.score, 4),
        "is_mirrored": pair.is_mirrored,
        "labels": [first.label, second.label],
        "is_conflict": report.is_conflict(pair),
        "joins_groups": report.joins_groups(pair),
    }


def _interval_as_json(interval: Interval) -> dict[str, float]:
    return {"auroc": interval.value, "low": interval.low, "high": interval.high}


def _left_out_as_json(key: str, reason: ErrorReport) -> dict[str, str]:
    return {"id": encodable(key), **asdict(reason)}
