"""A study's result as a FHIR R4 Bundle: what was examined, what examined it, and what it found. Plain JSON values.

Source: HL7 FHIR Release 4 (4.0.1), resources Bundle, ImagingStudy, Device, Observation and DiagnosticReport.
"""

import re
from collections.abc import Sequence
from typing import Any
from uuid import UUID

from pydicom.dataset import Dataset

from hemoscope.records import Decision
from hemoscope.results.dicom.codes import CERTAINTY, CT_HEAD, DECISIONS, FINDINGS, NO_UNITS, SYSTEMS
from hemoscope.results.dicom.identity import DESCRIPTIONS, SERIES, Identity
from hemoscope.results.dicom.report import conclusion_of, decision_of, labels_of, probability_of, slices_of
from hemoscope.terms import MANUFACTURER, RESEARCH_USE_ONLY, Label

_ID = re.compile(r"[A-Za-z0-9.-]{1,64}")
_OID = re.compile(r"[0-2](\.(0|[1-9]\d*))+")
_HL7 = "http://terminology.hl7.org/CodeSystem"
_INTERPRETATIONS = {
    Decision.POSITIVE: ("POS", "Positive"),
    Decision.NEGATIVE: ("NEG", "Negative"),
    Decision.UNCERTAIN: ("IND", "Indeterminate"),
}


def fhir_bundle(identity: Identity, made: Sequence[Dataset]) -> dict[str, Any]:
    """Tell a scored study as a FHIR R4 Bundle of the type "collection".

    Args:
        identity: Names everything, always the same for the same result.
        made: The DICOM objects of the result, which the ImagingStudy lists beside the series that was scored.

    Returns:
        A new dict of dicts, lists, strings and finite numbers: a Device, an ImagingStudy, an Observation per label and
        a DiagnosticReport, which is preliminary. The patient is told by ID alone, never by name.
    """
    resources = [_device(identity), _study(identity, made)]
    observations = [_observation(identity, label) for label in labels_of(identity.answer.result)]
    resources += [*observations, _report(identity, observations)]
    return {
        "resourceType": "Bundle",
        "type": "collection",
        "identifier": {"system": "urn:ietf:rfc:3986", "value": _urn(identity, "bundle")},
        "entry": [{"fullUrl": f"urn:uuid:{one['id']}", "resource": one} for one in resources],
    }


def _device(identity: Identity) -> dict[str, Any]:
    model = identity.answer.model
    return {
        "resourceType": "Device",
        "id": _id(identity.device_uid),
        "identifier": [{"system": "urn:ietf:rfc:3986", "value": f"urn:oid:{identity.device_uid}"}],
        "status": "active",
        "manufacturer": MANUFACTURER,
        "serialNumber": identity.bundle_hash,
        "deviceName": [{"name": str(model["name"]), "type": "model-name"}],
        "version": [{"value": str(model["version"])}, {"value": f"hemoscope {identity.answer.software}"}],
        "note": [{"text": RESEARCH_USE_ONLY}],
    }


def _study(identity: Identity, made: Sequence[Dataset]) -> dict[str, Any]:
    source = identity.source
    study: dict[str, Any] = {
        "resourceType": "ImagingStudy",
        "id": _id(identity.uid("fhir", "study")),
        "identifier": [_uid_identifier(str(source.first.StudyInstanceUID))],
        "status": "available",
        "subject": _subject(identity),
        "modality": [_modality("CT")],
    }
    if day := source.first.get("StudyDate"):
        study["started"] = _date(day)
    series = [_series(source.headers, "CT", None)]
    for kind, number in SERIES.items():
        members = [one for one in made if int(one.SeriesNumber) == number]
        if members:
            series.append(_series(members, str(members[0].Modality), f"Hemoscope {DESCRIPTIONS[kind]}"))
    told = [one for one in series if one is not None]
    if told:
        study["series"] = told
    return study


def _series(members: Sequence[Dataset], modality: str, description: str | None) -> dict[str, Any] | None:
    """Tell a series with its instances; nothing where its UIDs are none that FHIR takes."""
    uids = dict.fromkeys((str(one.SOPInstanceUID), str(one.SOPClassUID)) for one in members)
    uid = str(members[0].SeriesInstanceUID)
    if not all(_ID.fullmatch(one) for one in (uid, *(instance for instance, _ in uids))):
        return None
    series: dict[str, Any] = {
        "uid": uid,
        "modality": _modality(modality),
        "numberOfInstances": len(uids),
        "instance": [
            {"uid": instance, "sopClass": {"system": "urn:ietf:rfc:3986", "code": f"urn:oid:{sop_class}"}}
            for instance, sop_class in uids
        ],
    }
    return series if description is None else {**series, "description": description}


def _observation(identity: Identity, label: Label) -> dict[str, Any]:
    result, point = identity.answer.result, identity.answer.point
    decision = decision_of(result, label)
    code, display = _INTERPRETATIONS[decision]
    components: list[dict[str, Any]] = [
        {
            "code": {"coding": [CERTAINTY.as_fhir()], "text": "Calibrated probability"},
            "valueQuantity": _quantity(probability_of(result, label)),
        }
    ]
    if label is Label.ANY:
        components.append({"code": {"text": "Operating point"}, "valueString": point.name})
        components.append({"code": {"text": "Threshold"}, "valueQuantity": _quantity(point.threshold)})
        if point.uncertain_from is not None:
            components.append({"code": {"text": "Uncertain from"}, "valueQuantity": _quantity(point.uncertain_from)})
    keys = [str(identity.source.headers[place].SOPInstanceUID) for place in slices_of(result, label)]
    return {
        "resourceType": "Observation",
        "id": _id(identity.uid("fhir", "observation", label)),
        "status": "preliminary",
        "category": [{"coding": [_coding("observation-category", "imaging", "Imaging")]}],
        "code": {"coding": [FINDINGS[label].as_fhir()], "text": f"hemorrhage {label}"},
        "subject": _subject(identity),
        "device": {"reference": f"urn:uuid:{_id(identity.device_uid)}"},
        "derivedFrom": [_study_reference(identity)],
        "valueCodeableConcept": {"coding": [DECISIONS[decision].as_fhir()]},
        "interpretation": [{"coding": [_coding("v3-ObservationInterpretation", code, display)]}],
        "component": components,
        "note": [{"text": RESEARCH_USE_ONLY}, {"text": f"Slices that speak for it: {', '.join(keys) or 'none'}."}],
    }


def _report(identity: Identity, observations: Sequence[dict[str, Any]]) -> dict[str, Any]:
    result = identity.answer.result
    report: dict[str, Any] = {
        "resourceType": "DiagnosticReport",
        "id": _id(identity.uid("fhir", "report")),
        "status": "preliminary",
        "category": [{"coding": [_coding("v2-0074", "RAD", "Radiology")]}],
        "code": {"coding": [CT_HEAD.as_fhir()]},
        "subject": _subject(identity),
        "effectiveDateTime": _date(identity.when[0]),
        "imagingStudy": [_study_reference(identity)],
        "result": [{"reference": f"urn:uuid:{one['id']}"} for one in observations],
        "conclusion": f"{RESEARCH_USE_ONLY} {conclusion_of(result)}",
    }
    if result.decision is Decision.POSITIVE:
        report["conclusionCode"] = [{"coding": [FINDINGS[Label.ANY].as_fhir()]}]
    return report


def _subject(identity: Identity) -> dict[str, Any]:
    patient = identity.source.first.get("PatientID")
    return (
        {"type": "Patient", "identifier": {"value": patient}} if patient else {"type": "Patient", "display": "unknown"}
    )


def _study_reference(identity: Identity) -> dict[str, Any]:
    return {"reference": f"urn:uuid:{_id(identity.uid('fhir', 'study'))}"}


def _uid_identifier(uid: str) -> dict[str, str]:
    """Name a study as FHIR does (ImagingStudy, 5.1.4.1); a UID that is none as it stands."""
    return {"system": "urn:dicom:uid", "value": f"urn:oid:{uid}" if _OID.fullmatch(uid) else uid}


def _coding(system: str, code: str, display: str) -> dict[str, str]:
    return {"system": f"{_HL7}/{system}", "code": code, "display": display}


def _modality(code: str) -> dict[str, str]:
    return {"system": SYSTEMS["DCM"], "code": code}


def _quantity(value: float) -> dict[str, Any]:
    return {"value": value, "system": SYSTEMS[NO_UNITS.scheme], "code": NO_UNITS.value}


def _date(day: str) -> str:
    """Turn DA into a FHIR date; a time would need a time zone, which DICOM rarely tells.

    >>> _date("20260102")
    '2026-01-02'
    """
    return f"{day[:4]}-{day[4:6]}-{day[6:8]}"


def _id(uid: str) -> str:
    """Turn a UID of ours, 2.25 and a number of 128 bits, into the UUID that it is (PS3.5 B.2).

    >>> _id("2.25.1")
    '00000000-0000-0000-0000-000000000001'
    """
    return str(UUID(int=int(uid.removeprefix("2.25."))))


def _urn(identity: Identity, what: str) -> str:
    return f"urn:uuid:{_id(identity.uid('fhir', what))}"
