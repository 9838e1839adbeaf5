"""ZIP archives: encrypted, overlapping and special entries told apart before a byte is unpacked."""

import stat
import zipfile
from itertools import pairwise
from pathlib import Path

from hemoscope.errors import ReadingError
from hemoscope.reading.archive import Account, check_name, damaged, is_system_failure, special_entry

_LOCAL_HEADER = 30
"""Bytes before the name in the header of each entry. Source: APPNOTE.TXT 6.3.10, 4.3.7."""
_IS_ENCRYPTED = 0x1
"""General purpose bit 0. Source: APPNOTE.TXT 6.3.10, 4.4.4."""


def unpack_zip(path: Path, account: Account) -> None:
    """Unpack a ZIP archive into an account's workspace.

    Args:
        path: The archive.
        account: Takes the files, and the problems of entries that were left out.

    Raises:
        ReadingError: It is damaged as a whole, overlaps itself or exceeds a bound; nothing of it is to be used.
    """
    try:
        with zipfile.ZipFile(path) as archive:
            entries = archive.infolist()
            account.count_entries(len(entries))
            _refuse_overlap(entries, account.source)
            for entry in entries:
                if not entry.filename.endswith("/"):
                    _unpack_entry(archive, entry, account)
    except ReadingError:
        raise
    except Exception as error:
        # zipfile raises almost every builtin exception on damaged directories; none may reach the user bare.
        if is_system_failure(error):
            raise
        raise damaged(account.source) from error


def _unpack_entry(archive: zipfile.ZipFile, entry: zipfile.ZipInfo, account: Account) -> None:
    try:
        _check_entry(entry, account)
    except ReadingError as error:
        account.leave_out(entry.filename, error)
        return
    try:
        with archive.open(entry) as stream:
            account.store(stream, entry.filename)
    except ReadingError:
        raise
    except Exception as error:
        # A bad checksum, a damaged stream or a method that zipfile lacks (LZMA damage raises its own kind): one entry.
        if is_system_failure(error):
            raise
        account.leave_out(entry.filename, damaged(account.source))


def _check_entry(entry: zipfile.ZipInfo, account: Account) -> None:
    check_name(entry.orig_filename, account.source)
    if entry.flag_bits & _IS_ENCRYPTED:
        raise ReadingError(
            "archive.encrypted",
            f"Expected files without a password in {account.source}, received an encrypted one.",
            "Unpack it with its password, and read the folder.",
        )
    mode = entry.external_attr >> 16
    if stat.S_IFMT(mode) not in (0, stat.S_IFREG):
        raise special_entry(account.source, "a link" if stat.S_ISLNK(mode) else "a device or pipe")


def _refuse_overlap(entries: list[zipfile.ZipInfo], source: str) -> None:
    """Refuse entries that share bytes, by which a small file can unpack to any size (Fifield, WOOT 2019)."""
    ordered = sorted(entries, key=lambda entry: entry.header_offset)
    for before, after in pairwise(ordered):
        least_end = before.header_offset + _LOCAL_HEADER + before.compress_size
        if after.header_offset < least_end:
            raise ReadingError(
                "archive.overlap",
                f"Expected files one after another in {source}, received files that share bytes, as archives made "
                "to fill a disk do.",
                "Ask the sender for an archive made by an ordinary program.",
            )
