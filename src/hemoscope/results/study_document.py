"""The answer to a study as plain JSON values, and back. Schema: predictions.schema.json beside this file."""

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from hemoscope.errors import BundleError
from hemoscope.records import Decision, SeriesChoice, SliceOfStudy, Status, StudyResult
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
from hemoscope.terms import Label


def study_as_json(result: StudyResult) -> dict[str, Any]:
    """Return the answer to a study as plain JSON values, every key present; docs/reference/json.md explains them.

    Raises:
        BundleError: "result.not_a_probability": a number is NaN, infinite or outside [0, 1]; "result.not_a_volume": a
            volume is NaN, infinite or below 0.
    """
    return {
        "input": encodable(result.input),
        "study_uid": result.study_uid,
        "status": str(result.status),
        "series": None if result.series is None else _series_as_json(result.series),
        "probability": check_probability(result.probability, of="any hemorrhage"),
        "decision": None if result.decision is None else str(result.decision),
        "operating_point": point_as_json(result.operating_point),
        "subtypes": subtypes_as_json(result.subtypes),
        "volumes_ml": _volumes_as_json(result.volumes_ml),
        "key_slices": list(result.key_slices),
        "slices": [_slice_as_json(one) for one in result.slices],
        "warnings": [asdict(notice) for notice in result.warnings],
        "error": None if result.error is None else asdict(result.error),
    }


def study_from_json(values: Mapping[str, Any]) -> StudyResult:
    """Rebuild the answer to a study from one entry of a document's "studies"; unknown keys are left out.

    Raises:
        InputError: "result.malformed": a key is missing, or a value is none that this version writes.
    """
    with rebuilding():
        decision, series, volumes = (values[key] for key in ("decision", "series", "volumes_ml"))
        return StudyResult(
            input=values["input"],
            study_uid=values["study_uid"],
            status=Status(values["status"]),
            series=None if series is None else _series_from_json(series),
            probability=values["probability"],
            decision=None if decision is None else Decision(decision),
            operating_point=point_from_json(values["operating_point"]),
            subtypes=subtypes_from_json(values["subtypes"]),
            volumes_ml=None if volumes is None else {Label(name): float(value) for name, value in volumes.items()},
            slices=tuple(_slice_from_json(one) for one in values["slices"]),
            key_slices=tuple(int(place) for place in values["key_slices"]),
            warnings=notices_from_json(values["warnings"]),
            error=error_from_json(values["error"]),
        )


def _series_as_json(series: SeriesChoice) -> dict[str, Any]:
    return {
        "uid": series.uid,
        "name": encodable(series.name),
        "reason": encodable(series.reason),
        "passed_over": [{"name": encodable(name), "reason": encodable(why)} for name, why in series.passed_over],
        "spacing_mm": series.spacing_mm,
        "pixel_spacing_mm": None if series.pixel_spacing_mm is None else list(series.pixel_spacing_mm),
        "tilt_degrees": series.tilt_degrees,
    }


def _series_from_json(values: Mapping[str, Any]) -> SeriesChoice:
    spacing = values["pixel_spacing_mm"]
    return SeriesChoice(
        uid=values["uid"],
        name=values["name"],
        reason=values["reason"],
        passed_over=tuple((other["name"], other["reason"]) for other in values["passed_over"]),
        spacing_mm=values["spacing_mm"],
        pixel_spacing_mm=None if spacing is None else (float(spacing[0]), float(spacing[1])),
        tilt_degrees=values["tilt_degrees"],
    )


def _slice_as_json(one: SliceOfStudy) -> dict[str, Any]:
    return {
        "name": encodable(one.name),
        "instance_uid": one.instance_uid,
        "position_mm": one.position_mm,
        "section": one.section,
        "status": str(one.status),
        "probability": check_probability(one.probability, of="any hemorrhage"),
        "subtypes": subtypes_as_json(one.subtypes),
        "warnings": [asdict(notice) for notice in one.warnings],
        "error": None if one.error is None else asdict(one.error),
    }


def _slice_from_json(values: Mapping[str, Any]) -> SliceOfStudy:
    return SliceOfStudy(
        name=values["name"],
        instance_uid=values["instance_uid"],
        position_mm=values["position_mm"],
        section=int(values["section"]),
        status=Status(values["status"]),
        probability=values["probability"],
        subtypes=subtypes_from_json(values["subtypes"]),
        warnings=notices_from_json(values["warnings"]),
        error=error_from_json(values["error"]),
    )


def _volumes_as_json(volumes: Mapping[Label, float] | None) -> dict[str, float] | None:
    if volumes is None:
        return None
    for label, volume in volumes.items():
        if not 0 <= volume < float("inf"):
            raise BundleError(
                "result.not_a_volume",
                f"Expected a volume of {label} of at least 0 mL; received {volume}.",
                "Please report it with a study that shows it, if it may be shared.",
            )
    return {str(label): float(volumes[label]) for label in Label if label in volumes}
