"""The mistakes of a run as plain JSON values."""

from collections.abc import Iterator
from dataclasses import asdict
from typing import Any

from hemoscope.results.wording import encodable
from hemoscope.review.review import Finding, Rate, Review, Side
from hemoscope.review.traits import Trait
from hemoscope.terms import RESEARCH_USE_ONLY

SCHEMA, SCHEMA_VERSION = "hemoscope.errors", "1.0"


def errors_as_json(found: Review) -> dict[str, Any]:
    """Return all mistakes, and how often cases of each trait go wrong; docs/reference/json.md explains every key."""
    run = found.run
    return {
        "schema": SCHEMA,
        "schema_version": SCHEMA_VERSION,
        "research_use_only": RESEARCH_USE_ONLY,
        "run": encodable(run.name),
        "kind": run.kind,
        "model": run.model,
        "decided": run.decided,
        "is_calibrated": run.is_calibrated,
        "notes": [encodable(note) for note in run.notes],
        "slices": len(run.cases),
        "misses": _side(found.misses),
        "false_alarms": _side(found.false_alarms),
    }


def _side(side: Side) -> dict[str, Any]:
    return {
        "rate": None if side.rate is None else _rate(side.rate),
        "traits": [{**_trait(row.trait), "is_weak": row.is_weak, **_rate(row.rate)} for row in side.traits],
        "groups": [{"group": encodable(group), **_rate(rate)} for group, rate in side.patients],
        "cases": list(_cases(side)),
    }


def _rate(rate: Rate) -> dict[str, Any]:
    return {
        "wrong": rate.wrong,
        "cases": rate.cases,
        "wrong_groups": rate.wrong_groups,
        "groups": rate.groups,
        "share": {name: float(value) for name, value in rate.share._asdict().items()},
    }


def _cases(side: Side) -> Iterator[dict[str, Any]]:
    for pile in side.piles:
        for patient in pile.patients:
            for one in patient:
                yield _case(one) | {"shown_under": None if pile.trait is None else _trait(pile.trait)}


def _case(one: Finding) -> dict[str, Any]:
    case = one.case
    return {
        "id": encodable(case.key),
        "origin": encodable(case.origin),
        "group": encodable(case.group),
        "score": case.score,
        "threshold": case.threshold,
        "subtypes": [str(label) for label in case.subtypes],
        "claimed": None if case.claimed is None else str(case.claimed),
        "is_doubtful": case.is_doubtful,
        "measures": asdict(one.measures),
        "traits": [_trait(trait) for trait in one.traits],
    }


def _trait(trait: Trait) -> dict[str, str]:
    return {"kind": str(trait.kind), "value": encodable(trait.value)}
