"""Results as the one documented JSON, and back. Schema: predictions.schema.json beside this file."""

from collections.abc import Iterable, Mapping
from dataclasses import asdict
from typing import Any

from hemoscope.errors import InputError
from hemoscope.records import Decision, ErrorReport, Notice, OperatingPoint, SliceResult, Status
from hemoscope.results.wording import check_probability, encodable
from hemoscope.terms import RESEARCH_USE_ONLY, Label

SCHEMA = "hemoscope.predictions"
SCHEMA_VERSION = "1.1"


def as_document(results: Iterable[SliceResult], *, model: Mapping[str, object]) -> dict[str, Any]:
    """Return results as plain JSON values; docs/reference/json.md explains every key.

    Args:
        results: In the order to list them.
        model: What scored, as `Bundle.summary` tells it.

    Returns:
        A new dict of dicts, lists, strings, finite numbers and None, valid by predictions.schema.json.

    Raises:
        BundleError: "result.not_a_probability": a number is NaN, infinite or outside [0, 1].
    """
    return {
        "schema": SCHEMA,
        "schema_version": SCHEMA_VERSION,
        "research_use_only": RESEARCH_USE_ONLY,
        "model": dict(model),
        "results": [result_as_json(result) for result in results],
    }


def result_as_json(result: SliceResult) -> dict[str, Any]:
    r"""Return one result as plain JSON values, every key present.

    Raises:
        BundleError: "result.not_a_probability": a number is NaN, infinite or outside [0, 1].

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
        "operating_point": _point_as_json(result.operating_point),
        "subtypes": _subtypes_as_json(result.subtypes),
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
    try:
        return _rebuild(values)
    except KeyError as error:
        raise _malformed(f"found no key {error}") from error
    except (TypeError, ValueError, AttributeError) as error:
        raise _malformed(str(error)) from error


def _rebuild(values: Mapping[str, Any]) -> SliceResult:
    decision, point, subtypes, error = (values[key] for key in ("decision", "operating_point", "subtypes", "error"))
    return SliceResult(
        input=values["input"],
        status=Status(values["status"]),
        probability=values["probability"],
        decision=None if decision is None else Decision(decision),
        operating_point=None if point is None else OperatingPoint.from_json(point),
        subtypes=None if subtypes is None else {Label(name): value for name, value in subtypes.items()},
        warnings=tuple(Notice(notice["code"], notice["message"]) for notice in values["warnings"]),
        error=None if error is None else ErrorReport(error["code"], error["message"], error["next_step"]),
    )


def _point_as_json(point: OperatingPoint | None) -> dict[str, Any] | None:
    if point is None:
        return None
    check_probability(point.threshold, of="the threshold")
    check_probability(point.uncertain_from, of="the threshold of uncertainty")
    for name, figure in (("sensitivity", point.sensitivity), ("specificity", point.specificity)):
        for value in figure or ():
            check_probability(value, of=name)
    return point.as_json()


def _subtypes_as_json(subtypes: Mapping[Label, float] | None) -> dict[str, float | None] | None:
    """Return the subtypes in the order of `Label`, however they came."""
    if subtypes is None:
        return None
    return {str(label): check_probability(subtypes[label], of=label) for label in Label if label in subtypes}


def _malformed(received: str) -> InputError:
    return InputError(
        "result.malformed",
        f"Expected a result as hemoscope predict --json writes it; {received}.",
        "Validate the file against hemoscope/results/predictions.schema.json.",
    )
