"""The mistakes of a run as plain JSON values."""

from typing import Any

from hemoscope.review.review import Finding, Rate, Review, Side
from hemoscope.terms import RESEARCH_USE_ONLY


def errors_as_json(found: Review) -> dict[str, Any]:
    """Return all mistakes, and how often cases of each trait go wrong; docs/how-to/review_errors.md explains them."""
    run = found.run
    return {
        "research_use_only": RESEARCH_USE_ONLY,
        "run": run.name,
        "kind": run.kind,
        "model": run.model,
        "decided": run.decided,
        "misses": _side(found.misses),
        "false_alarms": _side(found.false_alarms),
    }


def _side(side: Side) -> dict[str, Any]:
    return {
        "rate": None if side.rate is None else _rate(side.rate),
        "traits": [
            {"kind": str(row.trait.kind), "value": row.trait.value, "is_weak": row.is_weak, **_rate(row.rate)}
            for row in side.traits
        ],
        "cases": [_case(one) for pile in side.piles for patient in pile.patients for one in patient],
    }


def _rate(rate: Rate) -> dict[str, Any]:
    return {
        "wrong": rate.wrong,
        "cases": rate.cases,
        "wrong_groups": rate.wrong_groups,
        "groups": rate.groups,
        "share": rate.share._asdict(),
    }


def _case(one: Finding) -> dict[str, Any]:
    case = one.case
    return {
        "key": case.key,
        "origin": case.origin,
        "group": case.group,
        "score": case.score,
        "threshold": case.threshold,
        "traits": [{"kind": str(trait.kind), "value": trait.value} for trait in one.traits],
    }
