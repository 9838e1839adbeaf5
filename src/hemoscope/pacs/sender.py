"""The sender: takes what is to be delivered, one after another, and sends it in the tongue of its place."""

import logging
import threading
from collections.abc import Callable
from functools import partial
from pathlib import Path

import sqlalchemy as sa
from pydicom import dcmread
from pydicom.dataset import Dataset

from hemoscope.deidentification.key import Key, load_key
from hemoscope.deidentification.letters import declared_letters
from hemoscope.deidentification.profile import deidentify
from hemoscope.deidentification.remaining import find_remaining
from hemoscope.errors import HemoscopeError
from hemoscope.pacs import c_store
from hemoscope.pacs.dicomweb import Web, token_of
from hemoscope.pacs.errors import DeliveryError
from hemoscope.pacs.notices import facts, post, send_hl7
from hemoscope.pacs.places import Tongue, read_place
from hemoscope.reading.quiet import quiet_libraries
from hemoscope.results.dicom.answer import FOLDER
from hemoscope.store.deliveries import DeliveryState, Parcel
from hemoscope.store.store import Store

log = logging.getLogger("hemoscope.pacs.sender")
KEY = "deidentify.key"
"""In the store's folder: what third parties get has the same pseudonyms again and again."""
POLL_S, AWAY_S = 1.0, 5.0


class Sender:
    """Sends the deliveries of a store; several may run, and none sends what another has.

    Args:
        store: Whose.
        stopping: Once set, it ends after what is under way.
    """

    def __init__(self, store: Store, *, stopping: threading.Event) -> None:
        self._store, self._stopping = store, stopping

    def run(self, *, until_empty: bool = False) -> int:
        """Send until told to stop.

        Args:
            until_empty: Whether to end once nothing is due.

        Returns:
            How many deliveries got there.
        """
        sent = 0
        while not self._stopping.is_set():
            try:
                parcel = self._store.deliveries.take()
                if parcel is None and until_empty:
                    break
                if parcel is None:
                    self._stopping.wait(POLL_S)
                    continue
                sent += self._send(parcel)
            except sa.exc.DBAPIError as error:
                log.warning("the database does not answer: %s", type(error).__name__)
                self._stopping.wait(AWAY_S)
        return sent

    def _send(self, parcel: Parcel) -> bool:
        delivery = parcel.delivery
        try:
            with quiet_libraries():
                renew = partial(self._store.deliveries.renew, parcel)
                state = deliver(parcel, key_file=self._store.folder / KEY, on_object=renew)
        except HemoscopeError as error:
            state = self._store.deliveries.try_again(parcel, error.code)
            log.warning("delivery %s: %s, %s", delivery.id, error.code, state)
            return False
        except Exception as error:  # its text may quote patient data
            state = self._store.deliveries.try_again(parcel, "delivery.unexpected")
            log.error("delivery %s: %s", delivery.id, type(error).__name__)
            return False
        self._store.deliveries.end(parcel, state)
        log.info("delivery %s of study %s: %s", delivery.id, delivery.submission_id, state)
        return state is DeliveryState.DELIVERED


def deliver(parcel: Parcel, *, key_file: Path, on_object: Callable[[], None]) -> DeliveryState:
    """Send one delivery.

    Args:
        parcel: What and where to.
        key_file: Of the key for third parties; made where there is none.
        on_object: Called before each object, for sending many may take long.

    Returns:
        DELIVERED, or NOTHING where a study has no objects to send.

    Raises:
        HemoscopeError: It did not go.
    """
    destination = parcel.delivery.destination
    place, secret = read_place(destination.url), token_of(destination.secret_env)
    if place.tongue in (Tongue.WEBHOOK, Tongue.HL7):
        identity = None if destination.is_third_party else _identity(parcel.folder)
        told = facts(parcel, identity, tells_patient=place.tongue is Tongue.HL7)
        if place.tongue is Tongue.WEBHOOK:
            post(place, told, secret=secret)
        else:
            send_hl7(place, told)
        return DeliveryState.DELIVERED
    objects = [dcmread(path) for path in object_files(parcel.folder, destination.kinds)]
    if destination.is_third_party:
        objects = _without_patient(objects, load_key(key_file))
    if not objects:
        return DeliveryState.NOTHING
    if place.tongue is Tongue.C_STORE:
        c_store.store(place, objects, on_object=on_object)
    else:
        Web(place.web, token=secret).store(objects)
    return DeliveryState.DELIVERED


def _without_patient(objects: list[Dataset], key: Key) -> list[Dataset]:
    """De-identify objects; pictures stay here, for something is written in them.

    Raises:
        DeliveryError: "deidentify.remains".
    """
    plain = [one for one in objects if declared_letters(one) is None]
    made = [deidentify(one, key=key) for one in plain]
    for one, source in zip(made, plain, strict=True):
        if remaining := find_remaining(one, source):
            raise DeliveryError(
                "deidentify.remains",
                f"An object would still tell of the patient: {remaining[0].place} {remaining[0].reason}.",
                "Report it with the attribute's name.",
            )
    return made


def object_files(folder: Path, kinds: tuple[str, ...]) -> list[Path]:
    """Return the objects of a result, of some kinds: sr.dcm, seg.dcm, kos.dcm, sc-0001.dcm and so on."""
    found = sorted((folder / FOLDER).glob("*.dcm"))
    return [path for path in found if path.stem.partition("-")[0] in kinds]


def _identity(folder: Path) -> Dataset | None:
    files = object_files(folder, ("sr", "kos", "sc"))
    return dcmread(files[0], stop_before_pixels=True) if files else None
