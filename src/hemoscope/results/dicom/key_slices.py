"""The slices that made the score, as a Key Object Selection (PS3.3 A.35.4, TID 2010)."""

from pydicom.dataset import Dataset

from hemoscope.results.dicom.codes import KEY_TITLE
from hemoscope.results.dicom.identity import Identity
from hemoscope.results.dicom.report import conclusion_of, observer
from hemoscope.terms import RESEARCH_USE_ONLY


def make_key_slices(identity: Identity) -> Dataset | None:
    """Make the selection of key slices.

    Args:
        identity: Names it.

    Returns:
        A `highdicom.ko.KeyObjectSelectionDocument`, the strongest slice first; None where there is none.
    """
    from highdicom import ko

    result = identity.answer.result
    headers = [identity.source.headers[place] for place in result.key_slices]
    if not headers:
        return None
    named = {header.SOPInstanceUID: header for header in headers}  # several frames of one file are one object
    content = ko.KeyObjectSelection(
        document_title=KEY_TITLE.as_dicom(),
        referenced_objects=list(named.values()),
        observer_device_context=observer(identity),
        description=f"{RESEARCH_USE_ONLY} {conclusion_of(result)} Slices that made the score, the strongest first.",
    )
    made = ko.KeyObjectSelectionDocument(evidence=list(named.values()), content=content, **identity.common("kos"))
    return identity.stamp(made)
