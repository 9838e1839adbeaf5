"""Instances on the disk from the moment that they are acknowledged until their study is in the queue.

    receiving/incoming/            files that are still coming in; what a kill left there was never acknowledged
    receiving/studies/STUDY/       instances of a study that is not complete, and who sends it
    receiving/closing/STUDY-ID/    a complete one that is put into the queue as the submission ID
    receiving/known/STUDY.json     what was submitted of a study last, by hash

Names are hashes, so that nothing a peer says becomes a path or tells of a patient. Each step is one rename, and each is
taken up again after a kill: a study that is closing has its submission's id, so that it is never submitted twice.
"""

import hashlib
import json
import os
import shutil
import threading
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from hemoscope.errors import ServiceError
from hemoscope.pacs.identity import Identity, NotHeldError, identify
from hemoscope.store.files import digest, sync
from hemoscope.store.records import Arrival
from hemoscope.store.rows import new_id
from hemoscope.store.store import Store
from hemoscope.writing.atomic import write_text

RECEIVING, ABOUT = "receiving", "about.json"


@dataclass(frozen=True, slots=True)
class _Known:
    """What was submitted of a study last: the submission, and the SHA-256 of each file in it."""

    submission: str = ""
    instances: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Held:
    """An instance that is safe.

    Attributes:
        study: Hash of its study.
        expected: How many instances the study has, where the instance says.
    """

    study: str
    expected: int | None = None


class Spool:
    """What was received and is not in the queue yet; one process at a time has it.

    Args:
        store: Gets complete studies.

    Raises:
        ServiceError: "listen.in_use" where another process has it.
    """

    def __init__(self, store: Store) -> None:
        self._store, self._root = store, store.files.root / RECEIVING
        for name in ("incoming", "studies", "closing", "known"):
            (self._root / name).mkdir(parents=True, exist_ok=True, mode=0o700)
        self._lock = threading.Lock()
        self._guard: int | None = _take(self._root / "lock")
        self._sweep()

    @property
    def incoming(self) -> Path:
        """Folder for files that are still coming in, on the same disk."""
        return self._root / "incoming"

    def close(self) -> None:
        """Let another process have it."""
        if self._guard is not None:
            os.close(self._guard)
            self._guard = None

    def studies(self) -> list[str]:
        """Return the studies that are not complete."""
        return sorted(path.name for path in (self._root / "studies").iterdir())

    def count(self, study: str) -> int:
        """Return how many instances of an incomplete study are there."""
        return sum(path.suffix == ".dcm" for path in _entries(self._root / "studies" / study))

    def hold(self, file: Path, *, sender: str, instance: str | None = None, instance_class: str | None = None) -> Held:
        """Keep an instance: once this returns, no kill loses it.

        Args:
            file: A DICOM file in `incoming`; moved.
            sender: AE title.
            instance: SOP Instance UID that the peer announced.
            instance_class: SOP Class UID that it announced.

        Raises:
            NotHeldError: "listen.not_dicom" or "listen.mismatch".
            OSError: The disk fails or is full.
        """
        identity = identify(file)
        if instance not in (None, identity.instance) or instance_class not in (None, identity.instance_class):
            raise NotHeldError(
                "listen.mismatch", "The instance is another one than the peer announced.", "Send it again."
            )
        study, name = _hash(identity.study), f"{_hash(identity.instance)}.dcm"
        sync(file)
        with self._lock:
            folder = self._root / "studies" / study
            if not folder.exists():
                self._open(folder, identity, sender)
            file.replace(folder / name)
            sync(folder)
        return Held(study, identity.expected)

    def complete(self, study: str) -> str | None:
        """Put a complete study into the queue.

        Args:
            study: Hash of it.

        Returns:
            Id of its submission; None where everything in it was submitted before, and where there is no such study.
        """
        with self._lock:
            folder = self._root / "studies" / study
            if not folder.exists():
                return None
            closing = self._root / "closing" / f"{study}-{new_id()}"
            folder.replace(closing)
            sync(closing.parent)
        return self._submit(closing)

    def recover(self) -> int:
        """Submit what was closing when a kill came; return how many studies."""
        found = sorted((self._root / "closing").iterdir())
        return sum(self._submit(closing) is not None for closing in found)

    def _open(self, folder: Path, identity: Identity, sender: str) -> None:
        """Make the folder of a study whole: it must not stand there without saying who sends it."""
        made = self.incoming / f"study-{folder.name}"
        shutil.rmtree(made, ignore_errors=True)
        made.mkdir(mode=0o700)
        about = {"sender": sender, "date": identity.date, "accession": identity.accession}
        (made / ABOUT).write_text(json.dumps(about), encoding="utf-8")
        sync(made / ABOUT)
        made.replace(folder)
        sync(folder.parent)

    def _submit(self, closing: Path) -> str | None:
        study, _, submission = closing.name.partition("-")
        about = json.loads((closing / ABOUT).read_text(encoding="utf-8"))
        own = {path.name: path for path in _entries(closing) if path.suffix == ".dcm"}
        digests = {name: digest(path) for name, path in own.items()}
        before = self._known(study)
        is_done = self._store.submissions.has(submission)
        if not is_done and all(before.instances.get(name) == told for name, told in digests.items()):
            shutil.rmtree(closing)
            return None
        files = {**self._kept(before.submission), **own}
        if not is_done:
            self._accept(submission, files, about)
        instances = {name: told for name, told in before.instances.items() if name in files} | digests
        write_text(
            self._root / "known" / f"{study}.json", json.dumps({"submission": submission, "instances": instances})
        )
        shutil.rmtree(closing)
        return submission

    def _accept(self, submission: str, files: dict[str, Path], about: dict[str, str]) -> None:
        arrival = Arrival(submission, self._store.files.arriving(submission))
        shutil.rmtree(arrival.folder, ignore_errors=True)
        arrival.folder.mkdir(mode=0o700)
        for name, path in files.items():
            _link(path, arrival.folder / name)
        self._store.submissions.accept(
            arrival,
            name=" ".join(filter(None, ("Study", about["accession"], about["date"], "from", about["sender"]))),
            who=f"dicom:{about['sender']}",
            files=len(files),
            size=sum(path.stat().st_size for path in files.values()),
        )

    def _known(self, study: str) -> _Known:
        """What was submitted of a study last; nothing where that was deleted since."""
        try:
            told = json.loads((self._root / "known" / f"{study}.json").read_text(encoding="utf-8"))
        except (FileNotFoundError, ValueError):
            return _Known()
        return _Known(**told) if self._store.submissions.has(told["submission"]) else _Known()

    def _kept(self, submission: str) -> dict[str, Path]:
        """Return the files of the last submission, as long as they are kept: late ones are read with them."""
        folder = self._store.files.incoming(submission)
        return {path.name: path for path in _entries(folder) if path.suffix == ".dcm"} if submission else {}

    def _sweep(self) -> None:
        """Remove what was coming in when a kill came: nobody was told that it is safe."""
        for left in self.incoming.iterdir():
            shutil.rmtree(left) if left.is_dir() else left.unlink()


def _hash(uid: str) -> str:
    return hashlib.sha256(uid.encode("utf-8", "replace")).hexdigest()[:32]


def _entries(folder: Path) -> Iterator[Path]:
    try:
        yield from sorted(folder.iterdir())
    except OSError:  # gone meanwhile, or never there
        return


def _link(source: Path, target: Path) -> None:
    """A second name costs no room; where the disk knows none, a copy does."""
    try:
        os.link(source, target)
    except OSError:
        shutil.copyfile(source, target)


def _take(path: Path) -> int:
    """Hold a lock that the system lets go of with the process."""
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        import fcntl
    except ImportError:  # no such locks there; the port can be taken once only, which mostly says the same
        return descriptor
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as error:
        os.close(descriptor)
        raise ServiceError(
            "listen.in_use", "Another listener receives into this store.", "End it, or name another --folder."
        ) from error
    return descriptor
