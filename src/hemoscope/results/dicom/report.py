"""The structured report: for each label its probability, whether it is there, and the slices that say so.

Comprehensive 3D SR (PS3.3 A.35.13) by TID 1500, one TID 1501 group per label, as IHE's profile AI Results encodes
qualitative findings.
"""

from typing import TYPE_CHECKING

from pydicom.dataset import Dataset

from hemoscope.records import Decision, StudyResult
from hemoscope.results.dicom.codes import (
    CATEGORY,
    CERTAINTY,
    COMMENT,
    CT_HEAD,
    DECISIONS,
    FINDINGS,
    INTRACRANIAL,
    NO_UNITS,
    REPORT_TITLE,
)
from hemoscope.results.dicom.identity import Identity
from hemoscope.results.wording import percent
from hemoscope.terms import MANUFACTURER, RESEARCH_USE_ONLY, SUBTYPES, Label

if TYPE_CHECKING:
    from highdicom import sr


def make_report(identity: Identity) -> Dataset:
    """Make the structured report of a scored study.

    Args:
        identity: Names it.

    Returns:
        A `highdicom.sr.Comprehensive3DSR`, complete, preliminary and unverified.
    """
    from highdicom import sr

    result = identity.answer.result
    groups = [_group(identity, label) for label in labels_of(result)]
    content = sr.MeasurementReport(
        observation_context=sr.ObservationContext(observer_device_context=observer(identity)),
        procedure_reported=CT_HEAD.as_dicom(),
        imaging_measurements=groups,
        title=REPORT_TITLE.as_dicom(),
        referenced_images=_library(identity),
    )
    for words in (RESEARCH_USE_ONLY, conclusion_of(result)):
        item = sr.TextContentItem(COMMENT.as_dicom(), words, sr.RelationshipTypeValues.CONTAINS)
        content[0].ContentSequence.append(item)
    made = sr.Comprehensive3DSR(
        evidence=list(identity.source.headers),
        content=content[0],
        is_complete=True,
        is_final=False,
        is_verified=False,
        **identity.common("sr"),
    )
    return identity.stamp(made)


def labels_of(result: StudyResult) -> tuple[Label, ...]:
    """Return the labels that a scored study has probabilities of, in their order."""
    subtypes = result.subtypes or {}
    return (Label.ANY, *(label for label in SUBTYPES if label in subtypes))


def probability_of(result: StudyResult, label: Label) -> float:
    """Return the calibrated probability of a label of a scored study."""
    value = result.probability if label is Label.ANY else (result.subtypes or {})[label]
    assert value is not None
    return value


def decision_of(result: StudyResult, label: Label) -> Decision:
    """Say whether a label is there.

    Only `any` has an operating point. Where that says negative no subtype can be there; elsewhere subtypes are told by
    their probability alone.
    """
    decision = result.decision
    assert decision is not None
    if label is Label.ANY or decision is Decision.NEGATIVE:
        return decision
    return Decision.UNCERTAIN


def slices_of(result: StudyResult, label: Label) -> tuple[int, ...]:
    """Return the places of the slices that speak for a label: the key slices, of a subtype the highest one."""
    if label is Label.ANY:
        return result.key_slices
    told = {place: (one.subtypes or {}).get(label) for place, one in enumerate(result.slices)}
    values = {place: value for place, value in told.items() if value is not None}
    if not values:
        return result.key_slices[:1]
    highest = max(values.values())
    tied = [place for place, value in values.items() if value == highest]
    return (tied[len(tied) // 2],)  # the slices of a section have one value: its middle stands for it


def conclusion_of(result: StudyResult) -> str:
    """Say in a sentence what was answered."""
    point = result.operating_point
    assert point is not None
    assert result.probability is not None
    sentence = (
        f"Intracranial hemorrhage: {result.decision}, probability {percent(result.probability)}, at the operating "
        f"point {point.name}, threshold {point.threshold:.4g}."
    )
    if result.decision is not Decision.NEGATIVE and result.subtypes:
        return f"{sentence} Subtypes have probabilities but no threshold of their own."
    return sentence


def observer(identity: Identity) -> "sr.ObserverContext":
    """Name the network as what observed."""
    from highdicom import sr
    from pydicom.sr.codedict import codes

    device = sr.DeviceObserverIdentifyingAttributes(
        uid=identity.device_uid,
        name=identity.network,
        manufacturer_name=MANUFACTURER,
        model_name=str(identity.answer.model["name"]),
        serial_number=identity.bundle_hash,
    )
    return sr.ObserverContext(observer_type=codes.DCM.Device, observer_identifying_attributes=device)


def _group(identity: Identity, label: Label) -> "sr.MeasurementsAndQualitativeEvaluations":
    """Put together what is said of one label (TID 1501)."""
    from highdicom import sr

    result, finding = identity.answer.result, FINDINGS[label].as_dicom()
    decision = decision_of(result, label)
    return sr.MeasurementsAndQualitativeEvaluations(
        tracking_identifier=sr.TrackingIdentifier(
            uid=identity.uid("tracking", label), identifier=f"hemorrhage {label}"
        ),
        finding_category=CATEGORY.as_dicom(),
        finding_type=finding,
        finding_sites=[sr.FindingSite(INTRACRANIAL.as_dicom())],
        algorithm_id=_algorithm(identity, label),
        measurements=[
            sr.Measurement(name=CERTAINTY.as_dicom(), value=probability_of(result, label), unit=NO_UNITS.as_dicom())
        ],
        qualitative_evaluations=[sr.QualitativeEvaluation(name=finding, value=DECISIONS[decision].as_dicom())],
        source_images=[_reference(identity, place) for place in slices_of(result, label)] or None,
    )


def _algorithm(identity: Identity, label: Label) -> "sr.AlgorithmIdentification":
    """Name the network, and how it decides (TID 4019)."""
    from highdicom import sr

    point = identity.answer.point
    parameters = [f"bundle sha256: {identity.bundle_hash}", f"software: hemoscope {identity.answer.software}"]
    if label is Label.ANY:
        parameters += [f"operating point: {point.name}", f"threshold: {point.threshold!r}"]
        if point.uncertain_from is not None:
            parameters.append(f"uncertain from: {point.uncertain_from!r}")
    else:
        parameters.append("operating point: none of its own")
    model = identity.answer.model
    return sr.AlgorithmIdentification(
        name=str(model["name"]), version=str(model["version"]), parameters=parameters, manufacturer=MANUFACTURER
    )


def _reference(identity: Identity, place: int) -> "sr.SourceImageForMeasurementGroup":
    from highdicom import sr

    header, frame = identity.source.headers[place], identity.source.frames[place]
    return sr.SourceImageForMeasurementGroup(
        referenced_sop_class_uid=header.SOPClassUID,
        referenced_sop_instance_uid=header.SOPInstanceUID,
        referenced_frame_numbers=None if frame is None else [frame],
    )


def _library(identity: Identity) -> list[Dataset] | None:
    """List the slices that the report refers to, where they say where they lie (TID 1600 and 1604)."""
    source, result = identity.source, identity.answer.result
    if not source.has_geometry or any(frame is not None for frame in source.frames):
        return None
    places = dict.fromkeys(place for label in labels_of(result) for place in slices_of(result, label))
    return [source.headers[place] for place in places] or None
