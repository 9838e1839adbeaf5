"""A comparison as the one documented JSON. Schema: comparison.schema.json beside this file."""

from dataclasses import asdict
from typing import Any

from hemoscope.evaluation.cases import JudgedCase
from hemoscope.evaluation.paired import Comparison, PairedJudgement, Side
from hemoscope.results.evaluation_document import (
    collection_as_json,
    counts_as_json,
    interval_as_json,
    roc_as_json,
    seen_as_json,
)
from hemoscope.results.wording import encodable
from hemoscope.terms import RESEARCH_USE_ONLY

SCHEMA = "hemoscope.comparison"
SCHEMA_VERSION = "1.2"
TESTED = {"all": "{many}", "positives": "{many} with hemorrhage", "negatives": "{many} without"}
"""What each of McNemar's tests is of, slices or studies."""
NOT_INDEPENDENT = "{many} of one group are not independent, as these tests take for granted: trust the intervals."


def comparison_as_json(comparison: Comparison) -> dict[str, Any]:
    """Return a comparison as plain JSON values, every key present; valid by comparison.schema.json."""
    settings, paired = comparison.settings, comparison.paired
    return {
        "schema": SCHEMA,
        "schema_version": SCHEMA_VERSION,
        "research_use_only": RESEARCH_USE_ONLY,
        "first": _side_as_json(comparison.first),
        "second": _side_as_json(comparison.second),
        "collection": collection_as_json(comparison.collection),
        "settings": {"operating_point": settings.point, "draws": settings.draws, "seed": settings.seed},
        "paired": {
            "slices": paired.slices,
            "positives": paired.positives,
            "groups": paired.groups,
            "are_independent": paired.are_independent,
        },
        "differences": {
            name: {
                "first": found.first,
                "second": found.second,
                "difference": interval_as_json(found.difference),
                "favors": paired.favors(name),
            }
            for name, found in paired.differences.items()
        },
        "delong": _delong_as_json(paired),
        "mcnemar": {name: asdict(test) for name, test in paired.mcnemar.items()},
        "not_tested": None if paired.not_tested is None else asdict(paired.not_tested),
        "unpaired": [
            {"id": encodable(one.key), "label": one.label, "first": _outcome(one), "second": _outcome(other)}
            for one, other in comparison.unpaired()
        ],
        "roc": {name: roc_as_json(curve) for name, curve in zip(("first", "second"), paired.rocs, strict=True)},
        "decided_differently": [
            {
                "id": encodable(one.key),
                "label": one.label,
                "group": encodable(one.group),
                "first": one.probability,
                "second": other.probability,
                "right": "first" if comparison.first.is_right(one) else "second",
            }
            for one, other in comparison.decided_differently()
        ],
    }


def _side_as_json(side: Side) -> dict[str, Any]:
    return {
        "model": dict(side.model),
        "seen_in_training": seen_as_json(side.seen),
        "counts": counts_as_json(side.cases),
        "threshold": side.point.threshold,
    }


def _delong_as_json(paired: PairedJudgement) -> dict[str, Any] | None:
    if paired.delong is None:
        return None
    return {
        "difference": interval_as_json(paired.delong.difference),
        "z": paired.delong.z,
        "p_value": paired.delong.p_value,
    }


def _outcome(case: JudgedCase) -> str:
    return "scored" if case.error is None else case.error.code
