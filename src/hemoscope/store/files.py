"""The files beside the database: what came, and what is shown of each result; whole before any row tells of them."""

import hashlib
import os
import shutil
import time
from collections.abc import Container, Iterator
from pathlib import Path

ARRIVING, INCOMING, MAKING, RESULTS = "arriving", "incoming", "making", "results"


def default_folder() -> Path:
    """Return where a store lies unless another folder is named, in the user's own data (XDG Base Directory)."""
    home = os.environ.get("XDG_DATA_HOME") or os.environ.get("LOCALAPPDATA")
    return (Path(home) if home else Path.home() / ".local" / "share") / "hemoscope"


class Files:
    """The folders of one store.

    Args:
        root: Holds them; made, for its owner alone.
    """

    def __init__(self, root: Path) -> None:
        self.root = root
        root.mkdir(parents=True, exist_ok=True, mode=0o700)
        for name in (ARRIVING, INCOMING, MAKING, RESULTS):
            (root / name).mkdir(exist_ok=True, mode=0o700)

    def arriving(self, submission: str) -> Path:
        """Name the folder of an upload that is not accepted yet."""
        return self.root / ARRIVING / submission

    def incoming(self, submission: str) -> Path:
        """Name the folder of an upload that is accepted."""
        return self.root / INCOMING / submission

    def making(self, result: str) -> Path:
        """Name the folder of a result that is being made."""
        return self.root / MAKING / result

    def result(self, result: str) -> Path:
        """Name the folder of a result."""
        return self.root / RESULTS / result

    def sweep(self, *, submissions: Container[str], results: Container[str], older_than_s: float) -> int:
        """Remove what a kill left behind: folders that no row tells of, and that nothing was written to for a while.

        Args:
            submissions: Ids that have rows.
            results: Likewise.
            older_than_s: Seconds since the last writing; what is younger may belong to a process at work.

        Returns:
            How many folders were removed.
        """
        latest = time.time() - older_than_s
        known: dict[str, Container[str]] = {ARRIVING: (), MAKING: (), INCOMING: submissions, RESULTS: results}
        removed = 0
        for kind, ids in known.items():
            for folder in (self.root / kind).iterdir():
                if folder.name not in ids and last_written(folder) <= latest:
                    remove(folder)
                    removed += 1
        return removed


def settle(made: Path, place: Path) -> None:
    """Move a folder to where it belongs, once its content would outlast a power cut.

    Args:
        made: Whole.
        place: On the same disk; what lies there is replaced.
    """
    for path in _walk(made):
        sync(path)
    if place.exists():
        remove(place)
    made.replace(place)
    sync(place.parent)


def remove(folder: Path) -> None:
    """Remove a folder with all in it; nothing happens where it is gone."""
    shutil.rmtree(folder, ignore_errors=True)


def last_written(folder: Path) -> float:
    """Return when something in a folder was last written, in seconds since the epoch; 0 where it is gone."""
    return max((_modified(path) for path in (folder, *_walk(folder))), default=0.0)


def _modified(path: Path) -> float:
    try:
        return path.lstat().st_mtime
    except OSError:
        return 0.0


def digest(path: Path) -> str:
    """Return the SHA-256 of a file, 64 hexadecimal digits."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _walk(folder: Path) -> Iterator[Path]:
    """Give the files below a folder, then its folders, itself last; what goes meanwhile is passed over."""
    for directory, _, names in os.walk(folder, topdown=False):
        yield from (Path(directory, name) for name in names)
        yield Path(directory)


def sync(path: Path) -> None:
    """Let a file, or the list of what a folder holds, outlast a power cut; links are passed over."""
    if path.is_symlink():
        return
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
