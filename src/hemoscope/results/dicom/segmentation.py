"""Where blood is seen, as a Segmentation (PS3.3 A.51): binary, one segment for all of it and one for each subtype."""

from collections.abc import Sequence
from copy import deepcopy
from typing import TYPE_CHECKING

import numpy as np
from pydicom.dataset import Dataset
from pydicom.sequence import Sequence as DicomSequence
from pydicom.uid import CTImageStorage

from hemoscope.results.dicom.codes import AI, CATEGORY, FINDINGS, INTRACRANIAL
from hemoscope.results.dicom.identity import Identity
from hemoscope.results.palette import COLORS, LIMIT, labels_in, number_of
from hemoscope.terms import MANUFACTURER, RESEARCH_USE_ONLY, Label

if TYPE_CHECKING:
    from highdicom import seg


def make_segmentation(identity: Identity) -> Dataset | None:
    """Make the segmentation of what is seen in a study.

    A voxel is in the segment `any` where the map is drawn at all, and in that of a subtype where it is drawn in its
    color: as `hemoscope.results.palette.find_areas` says, from `LIMIT` on. Each frame lies on its source slice, pixel
    on pixel, as that is stored; no slice is resampled, whatever its tilt and distance to the next.

    Args:
        identity: Names it.

    Returns:
        A `highdicom.seg.Segmentation` of the slices in which anything is seen; None where nothing is, or where the
        slices do not say where they lie.
    """
    from highdicom import seg

    source = identity.source
    if not source.has_geometry:
        return None
    places, planes = _planes(identity)
    if not places:
        return None
    labels = _found(planes)
    pixels = np.zeros((len(planes), *planes[0].shape, len(labels)), np.bool_)
    for number, label in enumerate(labels):
        for place, plane in enumerate(planes):
            pixels[place, ..., number] = plane > 0 if label is Label.ANY else plane == number_of(label)
    made = seg.Segmentation(
        source_images=[_single(identity, place) for place in places],
        pixel_array=pixels,
        segmentation_type=seg.SegmentationTypeValues.BINARY,
        segment_descriptions=[_describe(identity, label, number) for number, label in enumerate(labels, 1)],
        content_label="HEMORRHAGE",
        content_description=RESEARCH_USE_ONLY,
        **identity.common("seg"),
    )
    _refer_to_frames(made, identity, places)
    organization = identity.uid("seg", "dimensions")  # highdicom draws it by lot
    for item in (*made.DimensionOrganizationSequence, *made.DimensionIndexSequence):
        item.DimensionOrganizationUID = organization
    return identity.stamp(made)


def _planes(identity: Identity) -> tuple[list[int], list[np.ndarray]]:
    """Return the places at which anything is seen, and what, as the slices are stored."""
    places, planes = [], []
    for place in range(len(identity.source.headers)):
        areas = identity.answer.areas(place)
        if areas is not None and areas.any():
            places.append(place)
            planes.append(identity.source.turn.undo(areas))
    return places, planes


def _single(identity: Identity, place: int) -> Dataset:
    """Return the header of a slice; of a frame one as if it were a file, since highdicom takes files by their UIDs."""
    header, frame = identity.source.headers[place], identity.source.frames[place]
    if frame is None:
        return header
    single = deepcopy(header)
    single.SOPInstanceUID = identity.uid("frame", header.SOPInstanceUID, frame)
    single.SOPClassUID = CTImageStorage
    return single


def _refer_to_frames(made: Dataset, identity: Identity, places: Sequence[int]) -> None:
    """Put, in place of frames taken as files, the file that they are in with their numbers (PS3.3 C.7.6.16.2.6)."""
    headers, frames = identity.source.headers, identity.source.frames
    known = {str(_single(identity, place).SOPInstanceUID): place for place in places if frames[place] is not None}
    if not known:
        return
    for groups in made.PerFrameFunctionalGroupsSequence:
        for item in groups.DerivationImageSequence[0].SourceImageSequence:
            place = known.get(str(item.ReferencedSOPInstanceUID))
            if place is None:  # the frames of several segments share their items: this one has been changed
                continue
            item.ReferencedSOPClassUID = headers[place].SOPClassUID
            item.ReferencedSOPInstanceUID = headers[place].SOPInstanceUID
            item.ReferencedFrameNumber = frames[place]
    for one in made.ReferencedSeriesSequence:
        files = {str(headers[place].SOPInstanceUID): str(headers[place].SOPClassUID) for place in places}
        one.ReferencedInstanceSequence = DicomSequence([_reference(uid, files[uid]) for uid in files])


def _reference(instance: str, sop_class: str) -> Dataset:
    item = Dataset()
    item.ReferencedSOPClassUID, item.ReferencedSOPInstanceUID = sop_class, instance
    return item


def _found(planes: Sequence[np.ndarray]) -> list[Label]:
    """Return `any`, and the subtypes that are seen somewhere, in their order."""
    seen = {label for plane in planes for label in labels_in(plane)}
    return [label for label in Label if label is Label.ANY or label in seen]


def _describe(identity: Identity, label: Label, number: int) -> "seg.SegmentDescription":
    from highdicom import AlgorithmIdentificationSequence, seg
    from highdicom.color import CIELabColor

    model = identity.answer.model
    algorithm = AlgorithmIdentificationSequence(
        name=str(model["name"]),
        family=AI.as_dicom(),
        version=str(model["version"]),
        source=MANUFACTURER,
        parameters={"bundle sha256": identity.bundle_hash, "map limit": str(LIMIT)},
    )
    return seg.SegmentDescription(
        segment_number=number,
        segment_label=FINDINGS[label].meaning,
        segmented_property_category=CATEGORY.as_dicom(),
        segmented_property_type=FINDINGS[label].as_dicom(),
        algorithm_type=seg.SegmentAlgorithmTypeValues.AUTOMATIC,
        algorithm_identification=algorithm,
        tracking_uid=identity.uid("tracking", label),
        tracking_id=f"hemorrhage {label}",
        anatomic_regions=[INTRACRANIAL.as_dicom()],
        display_color=CIELabColor.from_rgb(*COLORS[label].rgb),
    )
