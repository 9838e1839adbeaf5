"""Results as the one documented JSON, and back. Schema: predictions.schema.json beside this file."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict
from typing import Any

from hemoscope.records import Decision, SliceResult, Status, StudyResult
from hemoscope.results.study_document import study_as_json
from hemoscope.results.values import (
    error_from_json,
    notices_from_json,
    point_as_json,
    point_from_json,
    rebuilding,
    subtypes_as_json,
    subtypes_from_json,
)
from hemoscope.results.wording import check_probability, encodable
from hemoscope.terms import RESEARCH_USE_ONLY

SCHEMA = "hemoscope.predictions"
SCHEMA_VERSION = "1.3"


def as_document(
    results: Iterable[SliceResult | StudyResult],
    *,
    model: Mapping[str, object],
    objects: Mapping[str, Sequence[str]] | None = None,
) -> dict[str, Any]:
    """Return results as plain JSON values; docs/reference/json.md explains every key.

    Args:
        results: Of slices by themselves and of studies, in the order to list each.
        model: What scored, as `Bundle.summary` tells it.
        objects: Files that were made of studies, by their inputs; none unless given.

    Returns:
        A new dict of dicts, lists, strings, finite numbers and None, valid by predictions.schema.json.

    Raises:
        BundleError: "result.not_a_probability": a number is NaN, infinite or outside [0, 1].
    """
    results = list(results)
    return {
        "schema": SCHEMA,
        "schema_version": SCHEMA_VERSION,
        "research_use_only": RESEARCH_USE_ONLY,
        "model": dict(model),
        "results": [result_as_json(result) for result in results if isinstance(result, SliceResult)],
        "studies": [study_as_json(result) for result in results if isinstance(result, StudyResult)],
        "objects": [
            {"input": encodable(name), "files": [encodable(file) for file in files]}
            for name, files in (objects or {}).items()
        ],
    }


def result_as_json(result: SliceResult) -> dict[str, Any]:
    r"""Return one result as plain JSON values, every key present.

    Raises:
        BundleError: "result.not_a_probability": a number is NaN, infinite or outside [0, 1].

    >>> from hemoscope.records import ErrorReport
    >>> result_as_json(SliceResult("a.png", Status.FAILED, error=ErrorReport("read.empty", "No bytes.", "Fetch it.")))
    ... # doctest: +NORMALIZE_WHITESPACE
    {'input': 'a.png', 'status': 'failed', 'probability': None, 'decision': None, 'operating_point': None,
     'subtypes': None, 'warnings': [],
     'error': {'code': 'read.empty', 'message': 'No bytes.', 'next_step': 'Fetch it.'}}
    """
    return {
        "input": encodable(result.input),
        "status": str(result.status),
        "probability": check_probability(result.probability, of="any hemorrhage"),
        "decision": None if result.decision is None else str(result.decision),
        "operating_point": point_as_json(result.operating_point),
        "subtypes": subtypes_as_json(result.subtypes),
        "warnings": [asdict(notice) for notice in result.warnings],
        "error": None if result.error is None else asdict(result.error),
    }


def result_from_json(values: Mapping[str, Any]) -> SliceResult:
    """Rebuild a result from one entry of a document's "results".

    Keys that a later minor version may have added are left out, as docs/reference/json.md promises.

    Args:
        values: What `result_as_json` returned, or the same read from a file.

    Returns:
        The result that was written. In `input`, bytes that are no UTF-8 stay written out.

    Raises:
        InputError: "result.malformed": a key is missing, or a value is none that this version writes.
    """
    with rebuilding():
        decision = values["decision"]
        return SliceResult(
            input=values["input"],
            status=Status(values["status"]),
            probability=values["probability"],
            decision=None if decision is None else Decision(decision),
            operating_point=point_from_json(values["operating_point"]),
            subtypes=subtypes_from_json(values["subtypes"]),
            warnings=notices_from_json(values["warnings"]),
            error=error_from_json(values["error"]),
        )
