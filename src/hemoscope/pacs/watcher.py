"""A folder that is watched: what is put into it becomes a submission once nobody writes to it any more.

By looking again and again, not by the system's notices of changes: those do not come over network shares, which is
where scanners and export stations put files.
"""

import hashlib
import json
import logging
import os
import shutil
import threading
import time
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path

import sqlalchemy as sa

from hemoscope.errors import InputError
from hemoscope.store.records import Arrival
from hemoscope.store.rows import new_id
from hemoscope.store.store import Store
from hemoscope.writing.atomic import write_text

log = logging.getLogger("hemoscope.pacs.watcher")
WATCHED, WHO = "watched", "watch"
LOOK_S, AWAY_S = 1.0, 5.0


@dataclass(frozen=True, slots=True)
class _Content:
    """What tells whether something was changed.

    Attributes:
        files: How many there are.
        size: Bytes of all.
        changed: When the newest was written, in nanoseconds since the epoch.
    """

    files: int
    size: int
    changed: int


class Watcher:
    """Submits what is put into a folder, each entry of it once, and again when it was changed.

    Args:
        store: Whose queue.
        folder: To watch; nothing in it is changed or removed.
        quiet_s: Seconds for which an entry must not have changed.
        stopping: Once set, it ends.

    Raises:
        InputError: "input.not_found", or "watch.same_place" where the store lies in the folder.
    """

    def __init__(self, store: Store, folder: Path, *, quiet_s: float, stopping: threading.Event) -> None:
        self._folder = folder.resolve()
        if not self._folder.is_dir():
            raise InputError("input.not_found", "Expected a folder to watch.", "Check the path.")
        if self._folder in (store.folder.resolve(), *store.folder.resolve().parents):
            raise InputError(
                "watch.same_place", "The store lies within the folder that is to be watched.", "Name another folder."
            )
        self._store, self._quiet_s, self._stopping = store, quiet_s, stopping
        self._notes = store.files.root / WATCHED
        self._notes.mkdir(mode=0o700, exist_ok=True)
        self._seen: dict[str, tuple[_Content, float]] = {}

    def run(self) -> None:
        """Watch until told to stop."""
        while not self._stopping.is_set():
            pause = LOOK_S
            try:
                self.look()
            except (sa.exc.DBAPIError, OSError) as error:
                log.warning("what is there waits to be submitted: %s", type(error).__name__)
                pause = AWAY_S
            self._stopping.wait(pause)

    def look(self) -> int:
        """Look once; return how many entries were submitted."""
        there = {path.name: path for path in sorted(self._folder.iterdir()) if not path.name.startswith(".")}
        self._seen = {name: seen for name, seen in self._seen.items() if name in there}
        return sum(self._consider(path) for path in there.values())

    def _consider(self, path: Path) -> bool:
        content, at = _content(path), time.monotonic()
        if content is None:
            return False
        before, since = self._seen.get(path.name, (None, at))
        if content != before:
            self._seen[path.name] = (content, at)
            since = at
        if at - since < self._quiet_s or self._is_done(path, content):
            return False
        return self._submit(path, content)

    def _note(self, path: Path) -> Path:
        return self._notes / f"{hashlib.sha256(os.fsencode(path)).hexdigest()[:32]}.json"

    def _is_done(self, path: Path, content: _Content) -> bool:
        """Whether just this was submitted, as far as the note and the store agree."""
        try:
            note = json.loads(self._note(path).read_text(encoding="utf-8"))
        except (FileNotFoundError, ValueError):
            return False
        if note["content"] != asdict(content):
            return False
        return bool(note["is_done"]) or self._store.submissions.has(note["submission"])

    def _submit(self, path: Path, content: _Content) -> bool:
        """Copy an entry, and accept the copy; the note is written before, so that a kill submits nothing twice."""
        submission = new_id()
        arrival = Arrival(submission, self._store.files.arriving(submission))
        try:
            files = _copy(path, arrival.folder)
            if _content(path) != content:
                self._store.submissions.abandon(arrival)
                return False
            self._write(path, content, submission, is_done=False)
            self._store.submissions.accept(arrival, name=path.name, who=WHO, files=files, size=content.size)
        except BaseException:
            self._store.submissions.abandon(arrival)
            raise
        self._write(path, content, submission, is_done=True)
        log.info("study %s: found", submission)
        return True

    def _write(self, path: Path, content: _Content, submission: str, *, is_done: bool) -> None:
        told = {"content": asdict(content), "submission": submission, "is_done": is_done}
        write_text(self._note(path), json.dumps(told))


def _files(path: Path) -> Iterator[Path]:
    """Give the files of an entry; links are not followed, for they may lead anywhere."""
    if path.is_symlink():
        return
    if path.is_file():
        yield path
        return
    for directory, _, names in os.walk(path):
        yield from (Path(directory, name) for name in sorted(names) if not Path(directory, name).is_symlink())


def _content(path: Path) -> _Content | None:
    """Look at an entry; None where it is empty, or goes meanwhile."""
    try:
        told = [file.stat() for file in _files(path)]
    except OSError:
        return None
    if not told:
        return None
    return _Content(len(told), sum(one.st_size for one in told), max(one.st_mtime_ns for one in told))


def _copy(path: Path, folder: Path) -> int:
    """Copy the files of an entry by numbers, with the ends of their names, which may tell what they are."""
    folder.mkdir(mode=0o700)
    count = 0
    for count, file in enumerate(_files(path), start=1):
        end = "".join(file.suffixes[-2:]).lower() if file.name.lower().endswith((".nii.gz", ".tar.gz")) else file.suffix
        shutil.copyfile(file, folder / f"{count:06d}{end}")
    return count
