"""Uploads, streamed to disk within bounds. No name from a client becomes a path: files are stored under numbers."""

import os
import shutil
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath
from typing import BinaryIO

from python_multipart.exceptions import FormParserError
from python_multipart.multipart import MultipartParser, parse_options_header
from starlette.concurrency import run_in_threadpool

from hemoscope.errors import ServiceError
from hemoscope.results.wording import encodable, printable
from hemoscope.store.files import sync
from hemoscope.web.settings import UploadBounds

SUFFIXES = (
    ".nii.gz", ".tar.gz", ".tar.bz2", ".tar.xz", ".tgz", ".zip", ".tar", ".gz", ".bz2", ".xz", ".nii",
    ".dcm", ".dicom", ".ima", ".png", ".jpg", ".jpeg", ".jpe", ".tif", ".tiff", ".bmp",
)  # fmt: skip
"""Endings that a stored file keeps, for they say what to make of a file whose first bytes say nothing."""
LONGEST_NAME = 120
FRESH = "input"


@dataclass(frozen=True, slots=True)
class Upload:
    """What came.

    Attributes:
        files: Names below the folder, in the order sent.
        name: What to call it on the page: the client's own name of the one file, or of the folder that all were in.
        size: Bytes of all files.
    """

    files: tuple[str, ...]
    name: str
    size: int


@dataclass(slots=True)
class _Part:
    """A part of the form that is being read."""

    header: bytearray = field(default_factory=bytearray)
    value: bytearray = field(default_factory=bytearray)
    disposition: bytes = b""
    out: BinaryIO | None = None


class Intake:
    """A multipart body that is written into a folder piece by piece.

    Args:
        content_type: Of the request.
        folder: Where files go; it is empty.
        bounds: How many there may be.

    Raises:
        ServiceError: "service.wrong_media_type".
    """

    def __init__(self, content_type: str, folder: Path, *, bounds: UploadBounds) -> None:
        kind, options = parse_options_header(content_type)
        if kind != b"multipart/form-data" or not options.get(b"boundary"):
            raise ServiceError(
                "service.wrong_media_type",
                "Expected an upload as multipart/form-data with a boundary.",
                'Send it as a form does: curl -F "files=@head-ct.zip".',
            )
        self._folder, self._bounds = folder, bounds
        self._files: list[str] = []
        self._names: list[str] = []
        self._size, self._is_whole = 0, False
        self._part = _Part()
        try:
            self._parser = MultipartParser(
                options[b"boundary"],
                {
                    "on_part_begin": self._begin,
                    "on_header_begin": self._begin_header,
                    "on_header_field": self._take_field,
                    "on_header_value": self._take_value,
                    "on_header_end": self._end_header,
                    "on_headers_finished": self._open,
                    "on_part_data": self._write,
                    "on_part_end": self._close,
                    "on_end": self._end,
                },
            )
        except FormParserError as error:
            raise _malformed() from error

    def feed(self, chunk: bytes) -> None:
        """Take the next piece.

        Raises:
            ServiceError: "service.bad_upload", "service.too_many_files" or "service.disk_full".
        """
        try:
            self._parser.write(chunk)
        except FormParserError as error:
            raise _malformed() from error
        except OSError as error:
            raise disk_full() from error

    def finish(self) -> Upload:
        """Return what came, once it is on the disk and would stay there if the power went.

        Raises:
            ServiceError: "service.bad_upload" where it ends early or holds no file.
        """
        if not self._is_whole:
            raise _malformed()
        if not self._files:
            raise ServiceError(
                "service.bad_upload",
                "The upload holds no file.",
                'Send at least one: curl -F "files=@head-ct.zip".',
            )
        sync(self._folder)
        return Upload(tuple(self._files), name_of_upload(self._names), self._size)

    def close(self) -> None:
        """Let go of a file that is still open, as after an error."""
        if self._part.out is not None:
            self._part.out.close()
            self._part.out = None

    def _begin(self) -> None:
        self._part = _Part()

    def _begin_header(self) -> None:
        self._part.header.clear()
        self._part.value.clear()

    def _take_field(self, data: bytes, start: int, end: int) -> None:
        self._part.header += data[start:end]

    def _take_value(self, data: bytes, start: int, end: int) -> None:
        self._part.value += data[start:end]

    def _end_header(self) -> None:
        if self._part.header.lower() == b"content-disposition":
            self._part.disposition = bytes(self._part.value)

    def _open(self) -> None:
        _, options = parse_options_header(self._part.disposition)
        if b"filename" not in options:
            return  # a field of the form that is no file; nobody asked for it
        if len(self._files) >= self._bounds.max_files:
            raise ServiceError(
                "service.too_many_files",
                f"Expected at most {self._bounds.max_files:,} files in one upload.",
                "Pack them into a zip, or send one study at a time.",
            )
        sent = options[b"filename"].decode("utf-8", "replace")
        stored = f"{len(self._files) + 1:06d}{_suffix(sent)}"
        self._files.append(stored)
        self._names.append(sent)
        self._part.out = (self._folder / stored).open("xb")

    def _write(self, data: bytes, start: int, end: int) -> None:
        if self._part.out is not None:
            self._size += end - start
            self._part.out.write(memoryview(data)[start:end])

    def _close(self) -> None:
        if self._part.out is not None:
            self._part.out.flush()
            os.fsync(self._part.out.fileno())
            self.close()

    def _end(self) -> None:
        self._is_whole = True


async def take_in(
    chunks: AsyncIterator[bytes], *, content_type: str, declared: int, folder: Path, bounds: UploadBounds
) -> Upload:
    """Write an upload into a folder that nothing else uses; what was written stays when it fails, for the caller.

    Args:
        chunks: The body; whoever gives it bounds its bytes and seconds.
        content_type: Of the request.
        declared: Bytes that the request says it has, 0 where it does not.
        folder: Where files go; made here.
        bounds: Of files and of the disk.

    Raises:
        ServiceError: "service.wrong_media_type", "service.bad_upload", "service.too_many_files" or
            "service.disk_full".
    """
    folder.mkdir(parents=True)
    intake = Intake(content_type, folder, bounds=bounds)
    check_room(folder, declared, bounds)
    unchecked = 0
    try:
        async for chunk in chunks:
            unchecked += len(chunk)
            if unchecked > bounds.spare_bytes // 4:
                check_room(folder, 0, bounds)
                unchecked = 0
            await run_in_threadpool(intake.feed, chunk)
        return await run_in_threadpool(intake.finish)
    finally:
        intake.close()


def check_room(folder: Path, wanted: int, bounds: UploadBounds) -> None:
    """Leave the disk the room that the database and everybody else need.

    Raises:
        ServiceError: "service.disk_full".
    """
    if shutil.disk_usage(folder).free < wanted + bounds.spare_bytes:
        raise disk_full()


def disk_full() -> ServiceError:
    """Build the error for an upload that the disk has no room for."""
    return ServiceError(
        "service.disk_full",
        "The server's disk has no room for this upload.",
        "Try again later; whoever runs the server frees space, or keeps pixels for fewer days.",
    )


def name_of_upload(names: list[str]) -> str:
    """Choose what to call an upload on the page.

    >>> name_of_upload(["head.zip"]), name_of_upload(["s1/a.dcm", "s1/b.dcm"]), name_of_upload(["a.png", "b.png"])
    ('head.zip', 's1', 'a.png and 1 more')
    """
    paths = [PurePosixPath(name.replace("\\", "/")) for name in names]
    folders = {path.parts[0] if len(path.parts) > 1 else "" for path in paths}
    if len(paths) > 1 and len(folders) == 1 and (folder := folders.pop()) not in ("", "/", "..", "."):
        return showable(folder)
    first = showable(paths[0].name or "upload")
    return first if len(paths) == 1 else f"{first} and {len(paths) - 1} more"


def showable(name: str) -> str:
    """Return a client's name without what would mislead the eye, and not too long."""
    said = printable(encodable(name)).strip()
    return said if len(said) <= LONGEST_NAME else said[: LONGEST_NAME - 1] + "…"


def _suffix(name: str) -> str:
    lower = name.lower()
    return next((suffix for suffix in SUFFIXES if lower.endswith(suffix)), "")


def _malformed() -> ServiceError:
    return ServiceError(
        "service.bad_upload", "The upload is not whole, or no form as browsers send them.", "Send it again."
    )
