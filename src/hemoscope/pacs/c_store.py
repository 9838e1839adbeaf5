"""C-STORE to an archive: the objects of a result in one association (PS3.4 B)."""

import ssl
from collections.abc import Callable, Sequence

from pydicom.dataset import Dataset
from pydicom.uid import ExplicitVRLittleEndian, ImplicitVRLittleEndian

from hemoscope.pacs.errors import DeliveryError
from hemoscope.pacs.places import Place

SYNTAXES = [ExplicitVRLittleEndian, ImplicitVRLittleEndian]
"""Our objects are not compressed, so either will do; each in a context of its own, so that they go as they are."""
CONNECT_S, REPLY_S = 15, 60


def store(place: Place, objects: Sequence[Dataset], *, on_object: Callable[[], None]) -> None:
    """Send objects.

    Args:
        place: Where to.
        objects: With their file meta; at least one.
        on_object: Called before each.

    Raises:
        DeliveryError: "delivery.unreachable", "delivery.refused" or "delivery.not_stored".
    """
    from pynetdicom import AE, build_context

    entity = AE(ae_title=place.calling)
    entity.connection_timeout, entity.acse_timeout = CONNECT_S, CONNECT_S
    entity.dimse_timeout = entity.network_timeout = REPLY_S
    kinds = sorted({str(one.SOPClassUID) for one in objects})
    entity.requested_contexts = [build_context(uid, syntax) for uid in kinds for syntax in SYNTAXES]
    tls = (ssl.create_default_context(), place.host) if place.is_tls else None
    association = entity.associate(place.host, place.port, ae_title=place.title, tls_args=tls)
    if association.is_rejected:
        raise DeliveryError(
            "delivery.refused", "The archive refused the association.", "Let it know our AE title and address."
        )
    if not association.is_established:
        raise DeliveryError("delivery.unreachable", "The archive does not answer.", "Check its address.")
    try:
        for one in objects:
            on_object()
            _store(association, one)
    finally:
        if association.is_established:
            association.release()


def _store(association: object, one: Dataset) -> None:
    """Send one object; a warning means that it is stored (PS3.4 B.2.3)."""
    try:
        status = association.send_c_store(one).get("Status")  # type: ignore[attr-defined]
    except (ValueError, RuntimeError) as error:  # no context for its class, or the association has gone
        raise DeliveryError(
            "delivery.not_stored", "The archive does not take this kind of object.", "Choose other --kinds for it."
        ) from error
    if status is None:
        raise DeliveryError("delivery.unreachable", "The archive did not answer in time.", "Check it.")
    if status != 0x0000 and status >> 12 != 0xB:
        raise DeliveryError(
            "delivery.not_stored", f"The archive did not store an object: status {status:04X}.", "See its log."
        )
