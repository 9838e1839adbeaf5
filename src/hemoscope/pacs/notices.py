"""Notifications for a worklist: the probability as JSON to a webhook, or as HL7 v2 ORU^R01 over MLLP.

Source: HL7 v2.5.1, chapters 2 (separators, escapes, ACK) and 7 (ORU^R01); MLLP, release 1.
"""

import hashlib
import hmac
import json
import socket
import urllib.error
import urllib.request
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from pydicom.dataset import Dataset

from hemoscope.pacs.errors import DeliveryError
from hemoscope.pacs.places import Place
from hemoscope.store.deliveries import Parcel
from hemoscope.terms import RESEARCH_USE_ONLY

TIMEOUT_S = 30.0
_STUDY = ("StudyInstanceUID", "AccessionNumber")
_PATIENT = ("PatientID",)
"""What a receiver of HL7 files an observation by; no notification holds a name."""
SIGNATURE = "X-Hemoscope-Signature"
_ESCAPES = {"\\": "\\E\\", "|": "\\F\\", "^": "\\S\\", "&": "\\T\\", "~": "\\R\\"}
_ACCEPTED = ("AA", "CA")
START, END, MOST_BYTES = b"\x0b", b"\x1c\r", 1 << 16
"""What begins and ends a block of MLLP, and how long an acknowledgment may be."""


class _NoRedirect(urllib.request.HTTPRedirectHandler):
    """A redirected POST becomes a GET without its body: the notification would be lost and count as sent."""

    def redirect_request(self, *_: Any) -> None:
        """Follow none."""


_OPENER = urllib.request.build_opener(_NoRedirect)


def facts(parcel: Parcel, identity: Dataset | None, *, tells_patient: bool = False) -> dict[str, Any]:
    """Return what a notification says, as plain JSON values.

    Args:
        parcel: The delivery.
        identity: A data set with the study's identity; None where nothing may tell it.
        tells_patient: Whether the patient's ID stands beside the study's UID and accession number.
    """
    result = parcel.document
    names = (*_STUDY, *_PATIENT) if tells_patient else _STUDY
    told = {name: str(identity.get(name, "") or "") for name in names} if identity is not None else None
    return {
        "schema": "hemoscope.notice",
        "schema_version": "1.0",
        "research_use_only": RESEARCH_USE_ONLY,
        "delivery": parcel.delivery.id,
        "submission": parcel.delivery.submission_id,
        "status": result["status"],
        "probability": result.get("probability"),
        "decision": result.get("decision"),
        "operating_point": result.get("operating_point"),
        "subtypes": result.get("subtypes"),
        "error": result.get("error"),
        "model": {name: parcel.model[name] for name in ("name", "version")},
        "study": told,
    }


def post(place: Place, told: Mapping[str, Any], *, secret: str | None) -> None:
    """Post a notification to a webhook; with a secret, signed by HMAC-SHA256 of the body.

    Raises:
        DeliveryError: "delivery.unreachable" or "delivery.refused".
    """
    body = json.dumps(told, ensure_ascii=False).encode("utf-8")
    headers = {"Content-Type": "application/json", "User-Agent": "Hemoscope"}
    if secret is not None:
        headers[SIGNATURE] = "sha256=" + hmac.new(secret.encode("utf-8"), body, hashlib.sha256).hexdigest()
    request = urllib.request.Request(place.web, data=body, headers=headers, method="POST")
    try:
        with _OPENER.open(request, timeout=TIMEOUT_S) as answer:
            answer.read(1 << 16)
    except urllib.error.HTTPError as error:
        with error:
            raise DeliveryError(
                "delivery.refused", f"The webhook answers HTTP {error.code}.", "See its log."
            ) from error
    except (OSError, ValueError) as error:
        raise DeliveryError("delivery.unreachable", "The webhook does not answer.", "Check its address.") from error


def send_hl7(place: Place, told: Mapping[str, Any]) -> None:
    """Send a notification as ORU^R01 and wait for its acknowledgment.

    Raises:
        DeliveryError: "delivery.unreachable" or "delivery.refused".
    """
    try:
        with socket.create_connection((place.host, place.port or 0), timeout=TIMEOUT_S) as connection:
            connection.sendall(START + oru(told).encode("utf-8") + END)
            answer = _read_block(connection)
    except OSError as error:
        raise DeliveryError("delivery.unreachable", "The HL7 receiver does not answer.", "Check it.") from error
    code = acknowledged(answer.decode("utf-8", "replace"))
    if code not in _ACCEPTED:
        raise DeliveryError("delivery.refused", f"The HL7 receiver answers {code or 'nothing'}.", "See its log.")


def _read_block(connection: socket.socket) -> bytes:
    """Read up to the end of a block, or of the connection."""
    read = b""
    while END not in read and len(read) < MOST_BYTES:
        piece = connection.recv(4096)
        if not piece:
            break
        read += piece
    return read


def oru(told: Mapping[str, Any], *, at: datetime | None = None) -> str:
    """Write an unsolicited, preliminary observation: probability and decision.

    Args:
        told: As `facts` returned it.
        at: Time of the message; now unless given.
    """
    moment = (at or datetime.now(UTC)).strftime("%Y%m%d%H%M%S+0000")
    study = told["study"] or {}
    model = escaped(f"{told['model']['name']} {told['model']['version']}")
    point = told["operating_point"] or {}
    lines = [
        f"MSH|^~\\&|HEMOSCOPE||||{moment}||ORU^R01^ORU_R01|{told['delivery']}|P|2.5.1||||||UNICODE UTF-8",
        f"PID|1||{escaped(study.get('PatientID', ''))}||",
        f"OBR|1||{escaped(study.get('AccessionNumber', ''))}|HEMOSCOPE^Intracranial hemorrhage detection^L|||{moment}"
        f"||||||||||||||||||P",
        f"OBX|1|ST|STUDY^Study Instance UID^L||{escaped(study.get('StudyInstanceUID', ''))}||||||P",
    ]
    if told["probability"] is not None:
        said = f"{told['decision']}^{told['decision']} at {escaped(point.get('name', ''))}^L"
        lines += [
            f"OBX|2|NM|PROBABILITY^Probability of hemorrhage^L||{told['probability']:.4f}||||||P|||||{model}",
            f"OBX|3|CWE|DECISION^Decision at {escaped(point.get('name', ''))}^L||{said}||||||P|||||{model}",
        ]
    else:
        lines.append(f"OBX|2|ST|STATUS^Status^L||{escaped(told['status'])}||||||P|||||{model}")
    lines.append(f"NTE|1||{escaped(RESEARCH_USE_ONLY)}")
    return "\r".join(lines) + "\r"


def escaped(text: str) -> str:
    r"""Escape what separates (2.7.1), and drop what would end a segment.

    >>> escaped("a|b^c\\d")
    'a\\F\\b\\S\\c\\E\\d'
    """
    return "".join(_ESCAPES.get(sign, sign) for sign in text if sign >= " ")


def acknowledged(text: str) -> str:
    """Return the acknowledgment code of an ACK, MSA-1; "" where there is none."""
    for segment in text.strip("\x0b\x1c\r\n").split("\r"):
        fields = segment.split("|")
        if fields[0] == "MSA" and len(fields) > 1:
            return fields[1]
    return ""
