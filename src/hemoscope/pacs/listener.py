"""The listener: a Storage and Verification SCP (PS3.4 A and B) that keeps what it acknowledges."""

import contextlib
import logging
import shutil
import ssl
import tempfile
import threading
import time
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import sqlalchemy as sa

from hemoscope.errors import MissingExtraError, ServiceError
from hemoscope.pacs.coming import Coming
from hemoscope.pacs.contexts import accepted_contexts
from hemoscope.pacs.identity import NotHeldError
from hemoscope.pacs.settings import ListenSettings, Tls
from hemoscope.pacs.spool import Spool
from hemoscope.store.store import Store

log = logging.getLogger("hemoscope.pacs.listener")
SUCCESS, NOT_AUTHORIZED, OUT_OF_RESOURCES, MISMATCH, NOT_UNDERSTOOD = 0x0000, 0x0124, 0xA700, 0xA900, 0xC000
"""Status of C-STORE (PS3.4 B.2.3, PS3.7 C.5)."""
ACSE_S = 30.0
"""Seconds for a peer to ask for an association once it is connected, and to end one."""
OLDEST_TLS = ssl.TLSVersion.TLSv1_2
_LOOK_S, _AWAY_S, _REFUSALS_S = 0.25, 5.0, 60.0


class Listener:
    """Receives studies as long as it is entered.

    Args:
        store: Gets them.
        settings: Who it is and who may send.

    Raises:
        MissingExtraError: pynetdicom is not installed.
        ServiceError: "listen.in_use".
    """

    def __init__(self, store: Store, settings: ListenSettings) -> None:
        try:
            import pynetdicom  # noqa: F401
        except ImportError as error:
            raise MissingExtraError(feature="Listening for a PACS", extra="pacs") from error
        self._store, self._settings = store, settings
        self._spool = Spool(store)
        self._studies = Coming(settings.quiet_s)
        self._stopping = threading.Event()
        self._server: Any = None
        self._collector = threading.Thread(target=self._collect, name="collector", daemon=True)
        self._before: tuple[str | None, bool] = (None, False)
        self._refused_at = -_REFUSALS_S

    def __enter__(self) -> Self:
        """Begin to listen, and take up what a kill left.

        Raises:
            ServiceError: "listen.cannot_listen" or "listen.bad_certificate".
        """
        from pynetdicom import _config

        self._before = tempfile.tempdir, _config.STORE_RECV_CHUNKED_DATASET
        tempfile.tempdir, _config.STORE_RECV_CHUNKED_DATASET = str(self._spool.incoming), True
        try:
            self._server = self._serve()
        except BaseException:
            self._end()
            raise
        for study in self._spool.studies():
            self._studies.seen(study)
        self._collector.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Refuse what comes, abort what is under way, and submit what was complete; the rest waits on the disk."""
        self._stopping.set()
        for association in list(self._server.active_associations):
            if association.is_established:
                association.abort()
            else:
                association.kill()
        self._server.shutdown()
        self._collector.join()
        self._end()

    @property
    def port(self) -> int:
        """The port that it listens at."""
        return int(self._server.server_address[1])

    def _serve(self) -> Any:
        from pynetdicom import evt

        from hemoscope.pacs.server import Server

        settings, entity = self._settings, application_entity(self._settings)
        handlers = [
            (evt.EVT_C_STORE, self._on_store),
            (evt.EVT_C_ECHO, lambda _: SUCCESS),
            (evt.EVT_REJECTED, self._on_refused),
            (evt.EVT_CONN_CLOSE, lambda event: self._studies.left(id(event.assoc))),
            (evt.EVT_ABORTED, lambda event: self._studies.left(id(event.assoc))),
            (evt.EVT_RELEASED, lambda event: self._studies.left(id(event.assoc))),
        ]
        context = None if settings.tls is None else tls_context(settings.tls)
        try:
            server = Server(entity, settings, context, handlers)
        except OSError as error:
            raise ServiceError(
                "listen.cannot_listen",
                f"Expected to listen at {settings.host}, port {settings.port}: {error.strerror or 'no reason given'}.",
                "Name another --port, or an address of this machine as --host.",
            ) from error
        entity._servers.append(server)
        threading.Thread(target=server.serve_forever, name="listener", daemon=True).start()
        return server

    def _on_store(self, event: Any) -> int:
        """Keep an instance and say so, or say why not."""
        path = Path(event.dataset_path)
        try:
            return self._keep(event, path)
        except NotHeldError as error:
            log.warning("an instance was not taken: %s", error.code)
            return MISMATCH if error.code == "listen.mismatch" else NOT_UNDERSTOOD
        except OSError as error:
            log.error("an instance could not be kept: %s", error.strerror)
            return OUT_OF_RESOURCES
        finally:
            path.unlink(missing_ok=True)

    def _keep(self, event: Any, path: Path) -> int:
        requestor, bounds = event.assoc.requestor, self._settings.bounds
        sender = str(requestor.ae_title).strip()
        if not self._settings.knows(sender, str(requestor.address)):
            return NOT_AUTHORIZED
        if path.stat().st_size > bounds.instance_bytes:
            return OUT_OF_RESOURCES
        if shutil.disk_usage(path.parent).free < bounds.spare_bytes:
            log.error("an instance could not be kept: the disk is nearly full")
            return OUT_OF_RESOURCES
        request = event.request
        held = self._spool.hold(
            path,
            sender=sender,
            instance=str(request.AffectedSOPInstanceUID),
            instance_class=str(request.AffectedSOPClassUID),
        )
        self._studies.seen(held.study, association=id(event.assoc), expected=held.expected)
        return SUCCESS

    def _on_refused(self, event: Any) -> None:
        """Note that a peer was refused, once a minute at most: it must not fill the audit trail."""
        log.warning("an association was refused")
        at = time.monotonic()
        if at - self._refused_at >= _REFUSALS_S:
            self._refused_at = at
            with contextlib.suppress(sa.exc.DBAPIError):
                self._store.audit.note("peer_refused", actor="listener")

    def _collect(self) -> None:
        """Put complete studies into the queue, until told to stop."""
        pause, is_recovered = _LOOK_S, False
        while not self._stopping.wait(pause):
            pause = _LOOK_S
            try:
                is_recovered = is_recovered or self._recover()
                for study in self._studies.complete(self._spool.count):
                    self._submit(study)
            except (sa.exc.DBAPIError, OSError) as error:
                log.warning("a study waits to be submitted: %s", type(error).__name__)
                pause, is_recovered = _AWAY_S, False

    def _recover(self) -> bool:
        found = self._spool.recover()
        if found:
            log.info("%d studies that were complete before are submitted", found)
        return True

    def _submit(self, study: str) -> None:
        submission = self._spool.complete(study)
        self._studies.done(study)
        if submission is None:
            log.info("a study came again, with nothing new in it")
        else:
            log.info("study %s: complete", submission)

    def _end(self) -> None:
        from pynetdicom import _config

        tempfile.tempdir, _config.STORE_RECV_CHUNKED_DATASET = self._before
        self._spool.close()


def application_entity(settings: ListenSettings) -> Any:
    """Make the application entity: what it accepts, from whom, and how long it waits."""
    from pynetdicom import AE

    bounds = settings.bounds
    entity = AE(ae_title=settings.title)
    entity.supported_contexts = accepted_contexts()
    entity.require_called_aet = True
    entity.require_calling_aet = sorted({peer.title for peer in settings.peers})
    entity.maximum_associations, entity.maximum_pdu_size = bounds.associations, bounds.pdu_bytes
    entity.acse_timeout, entity.dimse_timeout, entity.network_timeout = ACSE_S, bounds.dimse_s, bounds.network_s
    return entity


def tls_context(tls: Tls) -> ssl.SSLContext:
    """Make the listener's side of TLS 1.2 or newer (BCP 195, PS3.15 B.12).

    Raises:
        ServiceError: "listen.bad_certificate".
    """
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.minimum_version = OLDEST_TLS
    try:
        context.load_cert_chain(tls.certificate, tls.key)
        if tls.authorities is not None:
            context.load_verify_locations(tls.authorities)
            context.verify_mode = ssl.CERT_REQUIRED
    except (OSError, ssl.SSLError) as error:
        raise ServiceError(
            "listen.bad_certificate", "The certificate, its key or the authorities cannot be used.", "Check the files."
        ) from error
    return context
