"""How the listener is set: who it is, who may send, and every bound."""

import ipaddress
import re
from dataclasses import dataclass, field
from pathlib import Path

from hemoscope.addresses import is_loopback
from hemoscope.errors import InputError, ServiceError

_TITLE = re.compile(r"[ -\[\]-~]{1,16}")
"""(PS3.5 6.2, AE) the default character repertoire without backslash and control characters."""


@dataclass(frozen=True, slots=True)
class Peer:
    """Who may send.

    Attributes:
        title: AE title.
        address: The IP address that it calls from; any for None.
    """

    title: str
    address: str | None = None

    @classmethod
    def parse(cls, text: str) -> "Peer":
        """Read "AET" or "AET@address".

        Raises:
            InputError: "listen.bad_peer".

        >>> Peer.parse("SCANNER@192.0.2.7")
        Peer(title='SCANNER', address='192.0.2.7')
        """
        title, at, address = text.partition("@")
        try:
            return cls(ae_title(title), str(ipaddress.ip_address(address)) if at else None)
        except ValueError as error:
            raise InputError(
                "listen.bad_peer", f"Expected AET or AET@address, with an IP address; received {text!r}.", "Correct it."
            ) from error


@dataclass(frozen=True, slots=True)
class Bounds:
    """How much a peer may take.

    Attributes:
        associations: At once.
        pdu_bytes: Of a protocol data unit.
        instance_bytes: Of one instance.
        network_s: Seconds without a byte, after which an association is aborted.
        dimse_s: Seconds for the next message of one that has begun.
        spare_bytes: Of the disk, that receiving leaves free.
    """

    associations: int = 50
    pdu_bytes: int = 128 << 10
    instance_bytes: int = 2 << 30
    network_s: float = 60.0
    dimse_s: float = 30.0
    spare_bytes: int = 256 << 20


@dataclass(frozen=True, slots=True)
class Tls:
    """Certificates, PEM files.

    Attributes:
        certificate: Of the listener.
        key: Of it.
        authorities: Who signs the peers' certificates, which then must have one; None asks for none.
    """

    certificate: Path
    key: Path
    authorities: Path | None = None


@dataclass(frozen=True, slots=True)
class ListenSettings:
    """What `hemoscope listen` was told.

    Attributes:
        title: AE title, which peers must call.
        host: Address to listen at.
        port: Port; 0 takes any that is free.
        peers: Who may send; everybody on this machine where there are none.
        quiet_s: Seconds without a new instance after which a study is complete.
        tls: Certificates; None for a plain connection.
        bounds: Of what a peer may take.

    Raises:
        InputError: "listen.bad_title".
        ServiceError: "listen.needs_peers" at an address that others can reach.
    """

    title: str = "HEMOSCOPE"
    host: str = "127.0.0.1"
    port: int = 11112
    peers: tuple[Peer, ...] = ()
    quiet_s: float = 20.0
    tls: Tls | None = None
    bounds: Bounds = field(default_factory=Bounds)

    def __post_init__(self) -> None:
        ae_title(self.title)
        if not self.peers and not is_loopback(self.host):
            raise ServiceError(
                "listen.needs_peers",
                f"Expected a list of peers where others than this machine can send ({self.host}); there is none.",
                "Name each: --peer AET, or --peer AET@address.",
            )

    def knows(self, title: str, address: str) -> bool:
        """Whether a peer may send, by its title and its address."""
        return not self.peers or any(
            peer.title == title.strip() and peer.address in (None, address) for peer in self.peers
        )

    def may_connect(self, address: str) -> bool:
        """Whether anybody who may send calls from an address."""
        return not self.peers or any(peer.address in (None, address) for peer in self.peers)


def ae_title(text: str) -> str:
    """Return an AE title without leading and trailing spaces.

    Raises:
        InputError: "listen.bad_title".
    """
    title = text.strip()
    if not _TITLE.fullmatch(title):
        raise InputError(
            "listen.bad_title",
            "Expected an AE title of 1 to 16 letters, digits and signs without a backslash.",
            "Name another.",
        )
    return title
