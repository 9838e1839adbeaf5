"""A single file packed by gzip, bzip2 or xz, unpacked within bounds: into a workspace, or into memory."""

import io
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from hemoscope.errors import ReadingError
from hemoscope.reading.archive import Account, ArchiveLimits, Workspace, is_system_failure
from hemoscope.reading.archive_tar import DAMAGE, is_packed, open_packed
from hemoscope.reading.source import io_failed, open_source

IN_MEMORY = ArchiveLimits(entries=1, total_bytes=2 << 30, file_bytes=2 << 30)
"""What is unpacked into memory may be large as four thousand slices of 512 x 512 in 16 bits."""
_HEAD = 6


def is_packed_file(path: Path) -> bool:
    """Whether a file starts as gzip, bzip2 or xz does, whatever its name.

    Raises:
        InputError: The path names no readable file.
    """
    with open_source(path) as file:
        return is_packed(file.read(_HEAD))


@contextmanager
def open_single(path: Path) -> Iterator[IO[bytes]]:
    """Open what a packed file holds as a stream.

    Args:
        path: The packed file.

    Raises:
        InputError: The path names no readable file.
        ReadingError: "archive.truncated" where damage is met in reading the stream, or "read.io_failed".
    """
    try:
        with open_source(path) as file:
            yield open_packed(file)
    except (*DAMAGE, OSError) as error:
        if isinstance(error, OSError) and is_system_failure(error):
            raise io_failed(path.name, error) from error
        raise ReadingError(
            "archive.truncated",
            f"Expected a whole file, but {path.name} cannot be unpacked to its end.",
            "Fetch the file again.",
        ) from error


def unpack_single(path: Path, account: Account) -> Path:
    """Unpack a packed file into an account's workspace.

    Args:
        path: The packed file; its name without the packer's suffix tells what is in it.
        account: Where it goes.

    Returns:
        Where it was stored.

    Raises:
        InputError: The path names no readable file.
        ReadingError: As `open_single` and `Account.store`; nothing is left behind then.
    """
    account.count_entries(1)
    try:
        with open_single(path) as stream:
            return account.store(stream, path.stem)
    except BaseException:
        account.discard()
        raise


def unpack_to_memory(path: Path) -> io.BytesIO:
    """Unpack a packed file into memory, within `IN_MEMORY`.

    Args:
        path: The packed file.

    Returns:
        What it holds, at its start.

    Raises:
        InputError: The path names no readable file.
        ReadingError: As `open_single`, or "archive.too_large" or "archive.ratio".
    """
    account, memory = Account(Workspace(Path(), IN_MEMORY), path.name, path.stat().st_size), io.BytesIO()
    with open_single(path) as stream:
        account.copy(stream, memory.write)
    memory.seek(0)
    return memory
