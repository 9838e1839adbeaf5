"""Write docs/reference/dicom_conformance.md from the code and dicom_conformance.md.jinja; a test holds them together.

python docs/reference/write_dicom_conformance.py
"""

from collections.abc import Iterable
from pathlib import Path
from typing import Any

import pynetdicom.sop_class
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from pydicom.charset import python_encoding
from pydicom.uid import UID
from pynetdicom._globals import APPLICATION_CONTEXT_NAME, DEFAULT_MAX_LENGTH

from hemoscope.deidentification import profile
from hemoscope.pacs import c_store, contexts, dicomweb, listener
from hemoscope.pacs.places import OUR_TITLE
from hemoscope.pacs.settings import ListenSettings
from hemoscope.results.dicom.identity import DESCRIPTIONS, SERIES
from hemoscope.results.dicom.objects import NAMES
from hemoscope.results.dicom.text import UTF_8

PAGE = Path(__file__).with_name("dicom_conformance.md")
STATUSES = {
    "SUCCESS": "Success: the instance is on the disk",
    "NOT_AUTHORIZED": "Refused: not authorized, the peer's title does not come from its address",
    "OUT_OF_RESOURCES": "Refused: out of resources, the instance is too large or the disk full",
    "MISMATCH": "Error: the data set is not of the SOP class or instance that was announced",
    "NOT_UNDERSTOOD": "Error: cannot understand, the data set cannot be read or names no study",
}
"""What each status of the listener means, by its name there."""


def page() -> str:
    """Return the page."""
    place = FileSystemLoader(PAGE.parent)
    environment = Environment(loader=place, undefined=StrictUndefined, keep_trailing_newline=True, autoescape=False)
    return environment.get_template("dicom_conformance.md.jinja").render(**_of_the_listener(), **_of_the_rest())


def _of_the_listener() -> dict[str, Any]:
    settings = ListenSettings()
    classes = contexts.storage_classes()
    return {
        "settings": settings,
        "entity": listener.application_entity(settings),
        "application_context": APPLICATION_CONTEXT_NAME,
        "classes": classes,
        "verification": contexts.VERIFICATION,
        "scored": _table(("SOP class", "UID"), ((name, uid) for uid, name in contexts.SCORED_CLASSES.items())),
        "uncompressed": list(contexts.UNCOMPRESSED.values()),
        "syntaxes": _table(
            ("transfer syntax", "UID"), ((name, uid) for uid, name in contexts.TRANSFER_SYNTAXES.items())
        ),
        "statuses": _table(
            ("status", "meaning"), ((f"{getattr(listener, name):04X}", said) for name, said in STATUSES.items())
        ),
        "storage": _table(("SOP class", "UID"), ((_name(uid), uid) for uid in classes)),
        "tls": listener.OLDEST_TLS.name.removeprefix("TLSv").replace("_", "."),
    }


def _of_the_rest() -> dict[str, Any]:
    objects = ((_name(uid), uid, f"{SERIES[kind]}, {DESCRIPTIONS[kind]}") for uid, kind in NAMES.items())
    return {
        "c_store": c_store,
        "dicomweb": dicomweb,
        "our_title": OUR_TITLE,
        "sent_classes": len(NAMES),
        "sent_syntaxes": [UID(uid).name for uid in c_store.SYNTAXES],
        "sender_pdu": DEFAULT_MAX_LENGTH,
        "written_syntax": "Explicit VR Little Endian, 1.2.840.10008.1.2.1",
        "charsets": [name for name in python_encoding if name.startswith(("ISO_IR", "ISO 2022 IR", "GB"))],
        "utf_8": UTF_8,
        "deidentification_table": profile.TABLE.removeprefix("dicomfields_"),
        "objects": _table(("SOP class", "UID", "series"), objects),
    }


def _name(uid: str) -> str:
    """Return a class's name by PS3.6; for what is newer than pydicom's dictionary, pynetdicom's keyword."""
    known = UID(uid).name
    return known if known != uid else next(key for key, value in vars(pynetdicom.sop_class).items() if value == uid)


def _table(head: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> str:
    lines = [head, ("---",) * len(head), *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines).replace("| --- |", "|---|").replace(" --- |", "---|")


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
