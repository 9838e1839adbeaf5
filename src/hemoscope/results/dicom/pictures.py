"""Key slices with outlines burnt in, as Secondary Captures (PS3.3 A.8), for viewers that show nothing else."""

from collections.abc import Iterator
from dataclasses import replace

import numpy as np
from pydicom.dataset import Dataset
from pydicom.sequence import Sequence

from hemoscope.records import Shown
from hemoscope.results.caption import Caption, caption_in_study
from hemoscope.results.dicom.codes import SOURCE_IMAGE
from hemoscope.results.dicom.identity import Identity
from hemoscope.results.dicom.report import conclusion_of
from hemoscope.results.overlay import lay_out
from hemoscope.results.slice_picture import draw_slice
from hemoscope.results.wording import percents
from hemoscope.terms import RESEARCH_USE_ONLY


def make_pictures(identity: Identity) -> Iterator[Dataset]:
    """Make a picture of each key slice, the strongest first; one that cannot be read again is left out.

    Args:
        identity: Names them.

    Yields:
        `highdicom.sc.SCImage`, 8 bits RGB: the slice in the brain window with its outlines, its probability and the
        study's, and the notice of research use. No name of a patient or file stands in it.
    """
    answer = identity.answer
    for number, place in enumerate(answer.result.key_slices, 1):
        shown = answer.show(place)
        if shown is not None:
            caption = caption_in_study(answer.result, place, shown)
            yield _picture(identity, place, number, shown, _words(identity, caption))


def _words(identity: Identity, caption: Caption) -> Caption:
    """Say what was answered for the study in place of a file's name, and in full below."""
    result, point = identity.answer.result, identity.answer.point
    assert result.probability is not None
    figure, *_ = percents(result.probability, point.threshold)
    headline = f"Study: {figure}, {result.decision}"
    return replace(caption, name=headline, notes=(*caption.notes, conclusion_of(result)))


def _picture(identity: Identity, place: int, number: int, shown: Shown, caption: Caption) -> Dataset:
    from highdicom.sc import SCImage

    header, edges = identity.source.headers[place], shown.image.edges
    made = SCImage.from_ref_dataset(
        header,
        pixel_array=np.asarray(draw_slice(lay_out(shown), caption).convert("RGB"), np.uint8),
        photometric_interpretation="RGB",
        bits_allocated=8,
        coordinate_system="PATIENT",
        patient_orientation=("L", "P") if edges is None else (edges.right, edges.bottom),
        transfer_syntax_uid="1.2.840.10008.1.2.1",
        **identity.common("sc", number),
    )
    if edges is None:
        made.PatientOrientation = None  # type 2C, PS3.3 C.7.6.1.1.1: not known
    made.BodyPartExamined = "HEAD"
    made.ImageType = ["DERIVED", "SECONDARY"]
    made.BurnedInAnnotation = "NO"  # nothing in it tells who or when, PS3.3 C.7.6.1.1.5
    made.DerivationDescription = f"Overlay of what the network sees. {RESEARCH_USE_ONLY}"
    made.SourceImageSequence = Sequence([_source_image(header, identity.source.frames[place])])
    return identity.stamp(made)


def _source_image(header: Dataset, frame: int | None) -> Dataset:
    item, code = Dataset(), Dataset()
    item.ReferencedSOPClassUID, item.ReferencedSOPInstanceUID = header.SOPClassUID, header.SOPInstanceUID
    if frame is not None:
        item.ReferencedFrameNumber = frame
    code.CodeValue, code.CodingSchemeDesignator, code.CodeMeaning = SOURCE_IMAGE
    item.PurposeOfReferenceCodeSequence = Sequence([code])
    return item
