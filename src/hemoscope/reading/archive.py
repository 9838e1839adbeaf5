"""Archives unpacked within bounds: how much may come out, what must not, and where it goes until it is read.

No name from an archive ever becomes a path: each file is stored under a number, its own name kept for records alone.
"""

import errno
import shutil
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath
from typing import Protocol

from hemoscope.errors import ReadingError
from hemoscope.reading.study import FileProblem
from hemoscope.records import ErrorReport

_CHUNK = 1 << 20
_LONGEST_NAME = 100


@dataclass(frozen=True, slots=True)
class ArchiveLimits:
    """How much may come out of all archives of one input together.

    Attributes:
        entries: Files at most.
        total_bytes: Bytes of all files.
        file_bytes: Bytes of one file.
        ratio: Unpacked bytes for each packed byte of an archive, judged from `ratio_from` bytes on.
        ratio_from: Bytes up to which no ratio is judged: a small file of one value packs a thousandfold.
        depth: How many archives may lie inside one another below the first.
    """

    entries: int = 20_000
    total_bytes: int = 16 << 30
    file_bytes: int = 4 << 30
    ratio: float = 200.0
    ratio_from: int = 64 << 20
    depth: int = 1


DEFAULT_LIMITS = ArchiveLimits()


class Readable(Protocol):
    """Anything that gives bytes piece by piece."""

    def read(self, size: int, /) -> bytes:
        """Return at most `size` bytes, none at the end."""


@dataclass(frozen=True, slots=True)
class Unpacked:
    """A file that came out of an archive.

    Attributes:
        path: Where it is for now.
        name: Its path inside the archive.
    """

    path: Path
    name: str


@dataclass(slots=True)
class Workspace:
    """A temporary folder and what all archives of one input have put there so far.

    Attributes:
        root: The folder; who made it removes it.
        limits: The bounds.
        entries: Files so far.
        total_bytes: Bytes so far.
    """

    root: Path
    limits: ArchiveLimits = DEFAULT_LIMITS
    entries: int = 0
    total_bytes: int = 0
    _number: int = 0

    def next_folder(self) -> Path:
        """Name a new folder."""
        self._number += 1
        return self.root / f"{self._number:06d}"


@dataclass(slots=True)
class Account:
    """What one archive takes of the workspace.

    Attributes:
        workspace: Where it goes.
        source: Name of the archive for messages.
        packed_bytes: Size of the archive.
        files: What came out so far.
        problems: Entries that were left out, and why.
        unpacked_bytes: Bytes so far.
    """

    workspace: Workspace
    source: str
    packed_bytes: int
    files: list[Unpacked] = field(default_factory=list)
    problems: list[FileProblem] = field(default_factory=list)
    unpacked_bytes: int = 0

    def count_entries(self, count: int) -> None:
        """Take note of so many more entries, wanted or not.

        Raises:
            ReadingError: "archive.too_many_files".
        """
        self.workspace.entries += count
        most = self.workspace.limits.entries
        if self.workspace.entries > most:
            raise ReadingError(
                "archive.too_many_files",
                f"Expected at most {most:,} files in archives, received more in {self.source}.",
                "Unpack it, and read one study at a time.",
            )

    def count_bytes(self, count: int) -> None:
        """Take note of so many more unpacked bytes.

        Raises:
            ReadingError: "archive.too_large" or "archive.ratio".
        """
        limits = self.workspace.limits
        self.unpacked_bytes += count
        self.workspace.total_bytes += count
        if self.workspace.total_bytes > limits.total_bytes:
            raise _too_large(self.source, limits.total_bytes, "all files together")
        allowed = max(limits.ratio_from, limits.ratio * self.packed_bytes)
        if self.unpacked_bytes > allowed:
            raise ReadingError(
                "archive.ratio",
                f"Expected an archive that unpacks to at most {limits.ratio:g} times its size, received {self.source}, "
                "which unpacks to more, as archives made to fill a disk do.",
                "Do not unpack it unless you trust its sender; then read the unpacked folder.",
            )

    def store(self, stream: Readable, name: str) -> Path:
        """Store one file, counting what really comes out, whatever the archive claims.

        Args:
            stream: The file.
            name: Its path inside the archive.

        Returns:
            Where it was stored.

        Raises:
            ReadingError: A bound is exceeded, or the disk is full: "archive.disk_full".
        """
        folder = self.workspace.next_folder()
        path = folder / _file_name(name)
        try:
            folder.mkdir(parents=True)
            with path.open("wb") as out:
                self.copy(stream, out.write)
        except OSError as error:
            shutil.rmtree(folder, ignore_errors=True)
            if error.errno in (errno.ENOSPC, errno.EDQUOT):
                raise _disk_full(self.source) from error
            raise
        except BaseException:
            shutil.rmtree(folder, ignore_errors=True)
            raise
        self.files.append(Unpacked(path, name))
        return path

    def leave_out(self, name: str, error: ReadingError) -> None:
        """Report an entry instead of unpacking it."""
        self.problems.append(FileProblem(f"{self.source}/{PurePosixPath(name).name}", ErrorReport.of(error)))

    def discard(self) -> None:
        """Remove everything that came out, and give its bytes back."""
        for file in self.files:
            shutil.rmtree(file.path.parent, ignore_errors=True)
        self.workspace.total_bytes -= self.unpacked_bytes
        self.workspace.entries = max(0, self.workspace.entries - len(self.files))
        self.files.clear()

    def copy(self, stream: Readable, write: Callable[[bytes], object]) -> None:
        """Copy one file piece by piece, counting what really comes out.

        Args:
            stream: The file.
            write: Takes each piece.

        Raises:
            ReadingError: "archive.too_large" or "archive.ratio".
        """
        most, copied = self.workspace.limits.file_bytes, 0
        while chunk := stream.read(_CHUNK):
            copied += len(chunk)
            if copied > most:
                raise _too_large(self.source, most, "one file")
            self.count_bytes(len(chunk))
            write(chunk)


def check_name(name: str, source: str) -> None:
    """Refuse the name of an entry that leads out of its folder.

    Args:
        name: As the archive has it.
        source: Name of the archive for the message.

    Raises:
        ReadingError: "archive.unsafe_path".
    """
    plain = name.replace("\\", "/")
    has_drive = len(plain) > 1 and plain[1] == ":"
    if plain.startswith("/") or has_drive or ".." in plain.split("/") or "\x00" in plain:
        raise ReadingError(
            "archive.unsafe_path",
            f"Expected names inside {source} that stay inside it, received one that leads elsewhere; it was left out.",
            "Ask the sender for an archive made by an ordinary program.",
        )


def is_system_failure(error: BaseException) -> bool:
    """Whether it is the disk that failed, not the archive: only the system sets errno, EINVAL for offsets that lie."""
    return isinstance(error, OSError) and error.errno not in (None, errno.EINVAL)


def special_entry(source: str, what: str) -> ReadingError:
    """Build the error for an entry that is no plain file."""
    return ReadingError(
        "archive.special_entry",
        f"Expected plain files in {source}, received {what}; it was left out.",
        "Pack the files themselves.",
    )


def damaged(source: str) -> ReadingError:
    """Build the error for an archive, or a part of one, that cannot be unpacked."""
    return ReadingError(
        "archive.damaged",
        f"Expected an archive that can be unpacked, received damaged or unusual data in {source}.",
        "Fetch the archive again, or unpack it and read the folder.",
    )


def cut_short(source: str) -> ReadingError:
    """Build the error for an archive that ends early; what came before is kept."""
    return ReadingError(
        "archive.truncated",
        f"Expected a whole archive, but {source} ends early; the files before that were read.",
        "Fetch the archive again.",
    )


def nested(source: str, depth: int) -> ReadingError:
    """Build the error for an archive too deep inside others."""
    return ReadingError(
        "archive.nested",
        f"Expected at most {depth} archive inside another, received {source} still deeper; it was not unpacked.",
        "Unpack the outer archives, and read the folder.",
    )


def _file_name(name: str) -> str:
    plain = PurePosixPath(name.replace("\\", "/")).name
    safe = "".join(letter if letter.isprintable() else "_" for letter in plain)
    return safe[-_LONGEST_NAME:] if safe not in ("", ".", "..") else "file"


def _too_large(source: str, most: int, what: str) -> ReadingError:
    return ReadingError(
        "archive.too_large",
        f"Expected {what} from archives to hold at most {most:,} bytes, received more in {source}.",
        "Unpack it, and read one study at a time.",
    )


def _disk_full(source: str) -> ReadingError:
    return ReadingError(
        "archive.disk_full",
        f"Expected room to unpack {source}, but the disk of temporary files is full.",
        "Free some space, or name another place in the environment variable TMPDIR.",
    )
