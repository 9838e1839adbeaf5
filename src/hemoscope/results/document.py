"""Results as the one documented JSON, and back. Schema: predictions.schema.json beside this file."""

import math
from collections.abc import Iterable, Mapping
from dataclasses import asdict
from typing import Any

from hemoscope.records import Decision, ErrorReport, Notice, OperatingPoint, SliceResult, Status
from hemoscope.terms import RESEARCH_USE_ONLY, Label

SCHEMA = "hemoscope.predictions"
SCHEMA_VERSION = "1.0"


def as_document(results: Iterable[SliceResult], *, model: Mapping[str, object]) -> dict[str, Any]:
    """Return results as plain JSON values; docs/reference/json.md explains every key.

    Args:
        results: In the order to list them.
        model: What `Bundle.summary` says of the model.

    Raises:
        ValueError: A probability is not finite, which no model may give.
    """
    return {
        "schema": SCHEMA,
        "schema_version": SCHEMA_VERSION,
        "research_use_only": RESEARCH_USE_ONLY,
        "model": dict(model),
        "results": [result_as_json(result) for result in results],
    }


def result_as_json(result: SliceResult) -> dict[str, Any]:
    """Return one result as plain JSON values, every key present."""
    return {
        "input": result.input,
        "status": str(result.status),
        "probability": _finite(result.probability),
        "decision": None if result.decision is None else str(result.decision),
        "operating_point": None if result.operating_point is None else asdict(result.operating_point),
        "subtypes": None
        if result.subtypes is None
        else {str(label): _finite(value) for label, value in result.subtypes.items()},
        "warnings": [asdict(notice) for notice in result.warnings],
        "error": None if result.error is None else asdict(result.error),
    }


def result_from_json(values: Mapping[str, Any]) -> SliceResult:
    """Rebuild a result from `result_as_json`."""
    point, subtypes, error, decision = (values[name] for name in ("operating_point", "subtypes", "error", "decision"))
    return SliceResult(
        input=values["input"],
        status=Status(values["status"]),
        probability=values["probability"],
        decision=None if decision is None else Decision(decision),
        operating_point=None if point is None else OperatingPoint(**point),
        subtypes=None if subtypes is None else {Label(name): value for name, value in subtypes.items()},
        warnings=tuple(Notice(**notice) for notice in values["warnings"]),
        error=None if error is None else ErrorReport(**error),
    )


def _finite(value: float | None) -> float | None:
    if value is not None and not math.isfinite(value):
        raise ValueError(f"Expected a finite probability; received {value}.")
    return value
