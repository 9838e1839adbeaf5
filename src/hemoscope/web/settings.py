"""How the service is set: every bound and every door, frozen before the first request."""

from dataclasses import dataclass, field
from pathlib import Path

from hemoscope.addresses import is_loopback
from hemoscope.inference.predictor import DEFAULT_OPERATING_POINT

LOOPBACK_NAMES = frozenset({"localhost", "127.0.0.1", "::1"})


@dataclass(frozen=True, slots=True)
class UploadBounds:
    """How much one request may bring.

    Attributes:
        max_bytes: Of an upload, its multipart frame included.
        max_files: In an upload.
        total_s: Seconds for the whole of it.
        idle_s: Seconds without a byte.
        json_bytes: Of any other request.
        infer_bytes: Of a request for the bare network.
        spare_bytes: Of the disk, that an upload must leave free.
    """

    max_bytes: int = 2 << 30
    max_files: int = 5000
    total_s: float = 900.0
    idle_s: float = 20.0
    json_bytes: int = 64 << 10
    infer_bytes: int = 8 << 20
    spare_bytes: int = 256 << 20


@dataclass(frozen=True, slots=True)
class Rates:
    """How often one address may ask, in the notation of the library `limits`.

    Attributes:
        requests: Of any kind.
        submissions: Of studies.
        wrong_tokens: Before even a right one is no longer looked at.
    """

    requests: str = "12000/minute"
    submissions: str = "1200/minute"
    wrong_tokens: str = "10/minute"


@dataclass(frozen=True, slots=True)
class Connections:
    """How patient the server is with slow or silent clients.

    Attributes:
        head_s: Seconds for the head of a request, from its first byte or the opening of the connection.
        send_s: Seconds without a byte taken by a client to whom something is sent.
        linger_s: Seconds for a client that sends on after it was refused, so that it can read why.
        most: Connections at once; who comes then is told to come later.
    """

    head_s: float = 10.0
    send_s: float = 30.0
    linger_s: float = 5.0
    most: int = 1000


@dataclass(frozen=True, slots=True)
class ServiceSettings:
    """What `hemoscope serve` was told.

    Attributes:
        folder: Where studies lie.
        store_url: Of the database; SQLite in `folder` unless given.
        host: Address to listen at.
        port: Port to listen at.
        workers: Processes that score.
        bundle: Of the network; the shipped one unless given.
        operating_point: What decides.
        keep_pixels_days: Days after which pixels are removed, 0 for at once; None keeps them.
        allowed_paths: Folders whose content may be submitted by path; none unless given.
        allowed_hosts: Names that the server answers to besides its own address.
        requires_tokens: Whether even loopback needs a token.
        tls_certificate: PEM file, for HTTPS.
        tls_key: PEM file.
        uploads: Bounds of requests.
        rates: Bounds of how often.
        connections: Bounds of slow clients.
    """

    folder: Path
    store_url: str | None = None
    host: str = "127.0.0.1"
    port: int = 8642
    workers: int = 1
    bundle: Path | None = None
    operating_point: str = DEFAULT_OPERATING_POINT
    keep_pixels_days: int | None = None
    allowed_paths: tuple[Path, ...] = ()
    allowed_hosts: tuple[str, ...] = ()
    requires_tokens: bool = False
    tls_certificate: Path | None = None
    tls_key: Path | None = None
    uploads: UploadBounds = field(default_factory=UploadBounds)
    rates: Rates = field(default_factory=Rates)
    connections: Connections = field(default_factory=Connections)

    @property
    def needs_token(self) -> bool:
        """Whether a request must carry a token: always where others than this machine can ask."""
        return self.requires_tokens or not is_loopback(self.host)

    @property
    def is_open_to_any_name(self) -> bool:
        """Whether requests for any host name are answered.

        Where tokens are needed, a page of another site that had its name pointed here has none to send, so it gains
        nothing by it.
        """
        return self.needs_token and not self.allowed_hosts

    @property
    def own_names(self) -> frozenset[str]:
        """Host names that the server answers to."""
        own = LOOPBACK_NAMES if is_loopback(self.host) else {self.host}
        return frozenset({*own, *(name.lower() for name in self.allowed_hosts)})
