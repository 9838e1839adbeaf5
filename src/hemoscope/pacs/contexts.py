"""What the listener accepts: one list for the code, the conformance statement and the tests."""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pynetdicom.presentation import PresentationContext

VERIFICATION = "1.2.840.10008.1.1"
SCORED_CLASSES = {
    "1.2.840.10008.5.1.4.1.1.2": "CT Image Storage",
    "1.2.840.10008.5.1.4.1.1.2.1": "Enhanced CT Image Storage",
    "1.2.840.10008.5.1.4.1.1.2.2": "Legacy Converted Enhanced CT Image Storage",
}
"""Of these are studies scored. All other storage classes are kept with their study, so that one can be sent whole."""
UNCOMPRESSED = {
    "1.2.840.10008.1.2.1": "Explicit VR Little Endian",
    "1.2.840.10008.1.2": "Implicit VR Little Endian",
    "1.2.840.10008.1.2.2": "Explicit VR Big Endian",
}
TRANSFER_SYNTAXES = {
    **UNCOMPRESSED,
    "1.2.840.10008.1.2.1.99": "Deflated Explicit VR Little Endian",
    "1.2.840.10008.1.2.5": "RLE Lossless",
    "1.2.840.10008.1.2.4.70": "JPEG Lossless, First-Order Prediction",
    "1.2.840.10008.1.2.4.57": "JPEG Lossless, Process 14",
    "1.2.840.10008.1.2.4.80": "JPEG-LS Lossless",
    "1.2.840.10008.1.2.4.81": "JPEG-LS Near-Lossless",
    "1.2.840.10008.1.2.4.90": "JPEG 2000 Lossless",
    "1.2.840.10008.1.2.4.91": "JPEG 2000",
    "1.2.840.10008.1.2.4.50": "JPEG Baseline",
    "1.2.840.10008.1.2.4.51": "JPEG Extended",
}
"""All that `hemoscope.reading` decodes, uncompressed first (PS3.6 Annex A)."""


def storage_classes() -> tuple[str, ...]:
    """Return the UIDs of every storage class that is accepted, those that are scored first."""
    from pynetdicom import AllStoragePresentationContexts

    known = (str(context.abstract_syntax) for context in AllStoragePresentationContexts)
    return (*SCORED_CLASSES, *(uid for uid in known if uid not in SCORED_CLASSES))


def accepted_contexts() -> "list[PresentationContext]":
    """Return the presentation contexts of the listener."""
    from pynetdicom import build_context

    contexts = [build_context(VERIFICATION, list(UNCOMPRESSED))]
    return contexts + [build_context(uid, list(TRANSFER_SYNTAXES)) for uid in storage_classes()]
