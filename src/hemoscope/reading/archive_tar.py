"""TAR archives, packed by gzip, bzip2 or xz or not: read as a stream, once, each byte counted."""

import bz2
import gzip
import io
import lzma
import tarfile
import zlib
from pathlib import Path
from typing import IO, Any, BinaryIO

from hemoscope.errors import ReadingError
from hemoscope.reading.archive import Account, check_name, cut_short, damaged, is_system_failure, special_entry

BLOCK = tarfile.BLOCKSIZE
_MOST_HEADER = 1 << 16
"""Bytes that a long name or the extended attributes of an entry may take: they are held in memory."""
_EXTENSIONS = frozenset(
    {
        tarfile.GNUTYPE_LONGNAME,
        tarfile.GNUTYPE_LONGLINK,
        tarfile.XHDTYPE,
        tarfile.XGLTYPE,
        tarfile.SOLARIS_XHDTYPE,
    }
)
PACKERS: dict[bytes, Any] = {b"\x1f\x8b": gzip.open, b"BZh": bz2.open, b"\xfd7zXZ\x00": lzma.open}
"""By the first bytes: RFC 1952 2.3.1, the bzip2 and the .xz format."""
DAMAGE = (tarfile.TarError, EOFError, zlib.error, lzma.LZMAError, gzip.BadGzipFile)


def open_packed(file: BinaryIO) -> IO[bytes]:
    """Return a stream of what a file holds once gzip, bzip2 or xz is undone, or the file itself."""
    head = file.read(6)
    file.seek(0)
    opener = next((opener for magic, opener in PACKERS.items() if head.startswith(magic)), None)
    return file if opener is None else opener(file)


def is_packed(head: bytes) -> bool:
    """Whether a file starts as gzip, bzip2 or xz does."""
    return any(head.startswith(magic) for magic in PACKERS)


def is_tar(head: bytes) -> bool:
    """Whether these 512 bytes are the header of an entry: its checksum is right (POSIX.1-1988 ustar)."""
    try:
        tarfile.TarInfo.frombuf(head[:BLOCK], "utf-8", "surrogateescape")
    except (tarfile.HeaderError, ValueError):
        return False
    return True


def unpack_tar(path: Path, account: Account) -> None:
    """Unpack a TAR archive into an account's workspace.

    Args:
        path: The archive.
        account: Takes the files, and the problems of entries that were left out. What came before a break is kept, with
            "archive.truncated".

    Raises:
        ReadingError: Nothing can be unpacked, or a bound is exceeded; nothing of it is to be used.
    """
    with path.open("rb") as file:
        stream = _Counted(open_packed(file), account)
        try:
            with tarfile.open(fileobj=stream, mode="r|", tarinfo=_BoundedInfo) as archive:
                for entry in archive:
                    account.count_entries(1)
                    _unpack_entry(archive, entry, account)
        except ReadingError:
            raise
        except Exception as error:
            # tarfile and the unpackers raise many kinds on damaged bytes; none may reach the user bare.
            if is_system_failure(error):
                raise
            if not account.files:
                raise damaged(account.source) from error
            account.leave_out(account.source, cut_short(account.source))
            return
        if stream.count - archive.offset < BLOCK:
            # tarfile takes the end of the bytes for the end of the archive; a whole one has a block of zeros there.
            account.leave_out(account.source, cut_short(account.source))


def _unpack_entry(archive: tarfile.TarFile, entry: tarfile.TarInfo, account: Account) -> None:
    if entry.isdir():
        return
    try:
        check_name(entry.name, account.source)
        if entry.issym() or entry.islnk():
            raise special_entry(account.source, "a link")
        if not entry.isreg() or entry.issparse():
            raise special_entry(account.source, "a device, a pipe or a sparse file")
    except ReadingError as error:
        account.leave_out(entry.name, error)
        return
    stream = archive.extractfile(entry)
    if stream is not None:
        account.store(stream, entry.name)


class _BoundedInfo(tarfile.TarInfo):
    """An entry whose extended header may not fill the memory."""

    @classmethod
    def frombuf(cls, buf: bytes | bytearray, encoding: str, errors: str) -> "_BoundedInfo":
        found = super().frombuf(buf, encoding, errors)
        if found.type in _EXTENSIONS and found.size > _MOST_HEADER:
            raise ReadingError(
                "archive.too_large",
                f"Expected names and attributes of at most {_MOST_HEADER:,} bytes, received {found.size:,}.",
                "Ask the sender for an archive made by an ordinary program.",
            )
        return found


class _Counted(io.RawIOBase):
    """A stream that counts skipped bytes too, so that what is not stored cannot go on for ever either."""

    def __init__(self, stream: IO[bytes], account: Account) -> None:
        super().__init__()
        self._stream = stream
        self._limits = account.workspace.limits
        self._account = account
        self.count = 0

    def read(self, size: int = -1, /) -> bytes:
        data = self._stream.read(size)
        self.count += len(data)
        limits, packed = self._limits, self._account.packed_bytes
        if self.count > max(2 * limits.ratio_from, 2 * limits.ratio * packed) or self.count > 2 * limits.total_bytes:
            self._account.count_bytes(self.count)
        return data
