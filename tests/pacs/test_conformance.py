"""What the conformance statement says of negotiation, over real associations: docs/reference/dicom_conformance.md."""

import pytest
from pydicom import dcmread
from pydicom.uid import UID
from pynetdicom import AE, evt
from pynetdicom.pdu_primitives import (
    AsynchronousOperationsWindowNegotiation,
    SCP_SCU_RoleSelectionNegotiation,
    SOPClassExtendedNegotiation,
    UserIdentityNegotiation,
)
from pynetdicom.sop_class import (
    CTImageStorage,
    ModalityWorklistInformationFind,
    StorageCommitmentPushModel,
    StudyRootQueryRetrieveInformationModelMove,
)

from hemoscope.pacs import c_store
from hemoscope.pacs.contexts import TRANSFER_SYNTAXES, UNCOMPRESSED, VERIFICATION, storage_classes
from hemoscope.pacs.places import read_place
from hemoscope.results.dicom.objects import NAMES, write_objects
from tests.results.dicom.drawn import draw_study, objects_of

from .conftest import IGNORED, listening

pytestmark = IGNORED


def ask(port, contexts, *, items=()):
    """Ask for contexts in one association; give it, released."""
    entity = AE(ae_title="SCANNER")
    for uid, syntaxes in contexts:
        entity.add_requested_context(uid, syntaxes)
    association = entity.associate("127.0.0.1", port, ae_title="HEMOSCOPE", ext_neg=list(items))
    if association.is_established:
        association.release()
    return association


def asked_for_more():
    """All that can be negotiated beyond a plain association."""
    roles = SCP_SCU_RoleSelectionNegotiation()
    roles.sop_class_uid, roles.scu_role, roles.scp_role = CTImageStorage, False, True
    window = AsynchronousOperationsWindowNegotiation()
    window.maximum_number_operations_invoked = window.maximum_number_operations_performed = 5
    extended = SOPClassExtendedNegotiation()
    extended.sop_class_uid, extended.service_class_application_information = CTImageStorage, b"\x02\x00\x03\x00\x01\x00"
    user = UserIdentityNegotiation()
    user.user_identity_type, user.primary_field, user.positive_response_requested = 1, b"somebody", True
    return roles, window, extended, user


def test_whatever_is_negotiated_beside_contexts_the_defaults_hold(store):
    with listening(store) as listener:
        association = ask(listener.port, [(CTImageStorage, list(UNCOMPRESSED))], items=asked_for_more())
    told = association.acceptor
    assert [type(item).__name__ for item in told.user_information] == [
        "MaximumLengthNotification",
        "ImplementationClassUIDNotification",
        "ImplementationVersionNameNotification",
    ]
    assert (told.maximum_length, told.asynchronous_operations) == (128 << 10, (1, 1))
    (context,) = association.accepted_contexts
    assert (context.as_scu, context.as_scp) == (True, False)


def test_of_the_syntaxes_of_one_context_the_listeners_first_is_taken(store):
    offered = list(reversed(TRANSFER_SYNTAXES))
    with listening(store) as listener:
        (context,) = ask(listener.port, [(CTImageStorage, offered)]).accepted_contexts
    assert context.transfer_syntax == ["1.2.840.10008.1.2.1"]


def test_every_storage_class_is_accepted_in_every_syntax(store):
    wanted = [(uid, [syntax]) for uid in storage_classes() for syntax in TRANSFER_SYNTAXES]
    accepted = set()
    with listening(store) as listener:
        for start in range(0, len(wanted), 128):  # contexts have odd numbers of one byte
            association = ask(listener.port, wanted[start : start + 128])
            accepted |= {(one.abstract_syntax, one.transfer_syntax[0]) for one in association.accepted_contexts}
    assert accepted == {(uid, syntaxes[0]) for uid, syntaxes in wanted}


@pytest.mark.parametrize(
    "uid",
    [
        StorageCommitmentPushModel,
        ModalityWorklistInformationFind,
        StudyRootQueryRetrieveInformationModelMove,
        "1.2.3.4",
    ],
)
def test_services_that_the_statement_denies_are_not_accepted(store, uid):
    with listening(store) as listener:
        association = ask(listener.port, [(uid, list(UNCOMPRESSED)), (VERIFICATION, list(UNCOMPRESSED))])
    assert [one.abstract_syntax for one in association.rejected_contexts] == [uid]
    assert [one.abstract_syntax for one in association.accepted_contexts] == [VERIFICATION]


def test_the_sender_asks_for_each_class_in_each_syntax_and_for_nothing_more(tmp_path):
    made = [one for some in objects_of(draw_study(tmp_path / "in")).values() for one in some]
    objects = [dcmread(path) for path in write_objects(tuple(made), tmp_path / "out")]
    asked, entity = [], AE(ae_title="PACS")
    for uid in NAMES:
        entity.add_supported_context(uid, c_store.SYNTAXES)
    handlers = [(evt.EVT_C_STORE, lambda _: 0), (evt.EVT_ACCEPTED, lambda event: asked.append(event.assoc.requestor))]
    server = entity.start_server(("127.0.0.1", 0), block=False, evt_handlers=handlers)
    try:
        place = read_place(f"dicom://PACS@127.0.0.1:{server.server_address[1]}")
        c_store.store(place, objects, on_object=lambda: None)
    finally:
        server.shutdown()
    (requestor,) = asked
    contexts = {(one.abstract_syntax, *one.transfer_syntax) for one in requestor.requested_contexts}
    assert contexts == {(uid, syntax) for uid in NAMES for syntax in c_store.SYNTAXES}
    assert {UID(one.file_meta.TransferSyntaxUID) for one in objects} == {UID("1.2.840.10008.1.2.1")}
    assert (requestor.ae_title, requestor.maximum_length) == ("HEMOSCOPE", 16382)
    assert (requestor.role_selection, requestor.sop_class_extended, requestor.user_identity) == ({}, {}, None)
