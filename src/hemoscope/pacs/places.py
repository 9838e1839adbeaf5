"""Where results are sent, as addresses: which tongue is spoken there, and what is wrong with one that cannot be.

dicom://AET@host:port             C-STORE; dicoms:// over TLS; ?calling=AET for another title of our own
https://host/dicom-web            STOW-RS; http:// on this machine alone
webhook+https://host/path         a notification as JSON; webhook+http:// likewise
mllp://host:port                  a notification as HL7 v2 ORU^R01
"""

from dataclasses import dataclass
from enum import StrEnum
from urllib.parse import parse_qs, urlsplit

from hemoscope.addresses import is_loopback
from hemoscope.errors import InputError
from hemoscope.pacs.settings import ae_title

OUR_TITLE = "HEMOSCOPE"


class Tongue(StrEnum):
    """How a place is spoken to."""

    C_STORE = "c-store"
    STOW = "stow-rs"
    WEBHOOK = "webhook"
    HL7 = "hl7"


_TONGUES = {
    "dicom": Tongue.C_STORE,
    "dicoms": Tongue.C_STORE,
    "http": Tongue.STOW,
    "https": Tongue.STOW,
    "webhook+http": Tongue.WEBHOOK,
    "webhook+https": Tongue.WEBHOOK,
    "mllp": Tongue.HL7,
}


@dataclass(frozen=True, slots=True)
class Place:
    """An address that was read.

    Attributes:
        tongue: How it is spoken to.
        host: Name or address.
        port: Its port; None where the address names none.
        web: The address for HTTP; "" for others.
        title: AE title that is called; "" for others than DICOM.
        calling: AE title of ours.
        is_tls: Whether DICOM is spoken over TLS.
    """

    tongue: Tongue
    host: str
    port: int | None
    web: str = ""
    title: str = ""
    calling: str = OUR_TITLE
    is_tls: bool = False


def read_place(url: str) -> Place:
    """Read an address.

    Args:
        url: See above. A user name before "@" is an AE title; a password is never taken: secrets come from the
            environment.

    Raises:
        InputError: "destination.bad_url", "destination.clear_text", or "listen.bad_title" for a title that cannot be.

    >>> read_place("dicom://PACS@192.0.2.5:104").title
    'PACS'
    """
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError as error:
        raise _bad(url) from error
    tongue = _TONGUES.get(parts.scheme)
    if tongue is None or not parts.hostname or parts.password is not None:
        raise _bad(url)
    if tongue in (Tongue.C_STORE, Tongue.HL7) and port is None:
        raise _bad(url)
    if tongue is Tongue.C_STORE:
        calling = parse_qs(parts.query).get("calling", [OUR_TITLE])[0]
        title = ae_title(parts.username or "")
        return Place(tongue, parts.hostname, port, "", title, ae_title(calling), parts.scheme == "dicoms")
    if parts.username is not None:
        raise _bad(url)
    if parts.scheme.endswith("http") and not is_loopback(parts.hostname):
        raise InputError(
            "destination.clear_text",
            "Expected HTTPS to another machine: over HTTP everybody on the way reads what is sent.",
            "Begin the address with https://.",
        )
    return Place(tongue, parts.hostname, port, url.removeprefix("webhook+"))


def _bad(url: str) -> InputError:
    return InputError(
        "destination.bad_url",
        "Expected dicom://AET@host:port, https://host/dicom-web, webhook+https://host/path or mllp://host:port, "
        f"without a password; received one that begins with {url.partition(':')[0][:20]!r}.",
        "Correct it; name a secret by --secret-env.",
    )
