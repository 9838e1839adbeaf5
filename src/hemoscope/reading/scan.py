"""What lies in a place: every file once, told by its first bytes; archives opened, links to folders not followed."""

import os
from collections.abc import Callable
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path, PurePosixPath

from hemoscope.errors import HemoscopeError, InputError
from hemoscope.reading.archive import Account, Workspace, damaged, nested
from hemoscope.reading.find import IMAGE_EXTENSIONS, is_hidden, is_skipped_folder
from hemoscope.reading.read import unknown_format
from hemoscope.reading.sniff import MediaFormat, identify, name_foreign
from hemoscope.reading.source import name_of, open_source
from hemoscope.reading.study import FileProblem
from hemoscope.records import ErrorReport

_MEDIA_DIRECTORY_UID = b"1.2.840.10008.1.3.10"
"""Media Storage Directory Storage, PS3.4 B.5: a DICOMDIR lists images and holds none."""
_HEAD = 512
"""Bytes: the header of a TAR entry is the longest thing that tells a format."""


class Kind(StrEnum):
    """What to do with a file."""

    DICOM = "dicom"
    NIFTI = "nifti"
    PICTURE = "picture"
    DIRECTORY = "dicomdir"
    ZIP = "zip"
    TAR = "tar"
    PACKED = "packed"
    """One file packed by gzip, bzip2 or xz."""
    OTHER = "other"
    """No image: a viewer's program, a text."""


@dataclass(frozen=True, slots=True)
class Source:
    """One file to read.

    Attributes:
        path: Where it is.
        name: Its path below the input, with "/": what to call it in records.
        kind: DICOM, NIFTI or PICTURE.
    """

    path: Path
    name: str
    kind: Kind


@dataclass(slots=True)
class Scan:
    """What was found so far.

    Attributes:
        workspace: Takes what comes out of archives.
        sources: Files to read.
        problems: Files that cannot be.
        ignored: Files that are no images, by their path below the input.
    """

    workspace: Workspace
    sources: list[Source] = field(default_factory=list)
    problems: list[FileProblem] = field(default_factory=list)
    ignored: list[str] = field(default_factory=list)

    def add_place(self, path: str | os.PathLike[str]) -> None:
        """Add a folder with all that is in it, or a file; a DICOMDIR stands for the folder it is in.

        Raises:
            InputError: Nothing readable is there.
        """
        root = Path(path)
        if _is_folder(root):
            self.add_folder(root)
            return
        with open_source(root) as file:
            head = file.read(_HEAD)
        if kind_of(head, root.name) is Kind.DIRECTORY:
            # What it lists lies below its own folder (PS3.10 8.2 to 8.6); looking there also finds what it forgot.
            self.add_folder(root.parent)
        elif kind_of(head, root.name) is Kind.OTHER:
            self.problems.append(FileProblem(name_of(root), ErrorReport.of(unknown_format(head, name_of(root)))))
        else:
            self.add_file(root, name_of(root), depth=0)

    def add_folder(self, root: Path) -> None:
        """Add every file under a folder, in sorted order, hidden ones left out."""

        def report(error: OSError) -> None:
            place = Path(error.filename or root)
            name = _below(place, root)
            self._fail(name, _no_entry(place.name, error))

        for directory, subfolders, names in os.walk(root, onerror=report):
            subfolders[:] = sorted(name for name in subfolders if not is_hidden(name) and not is_skipped_folder(name))
            for name in sorted(name for name in names if not is_hidden(name)):
                file = Path(directory, name)
                self.add_file(file, _below(file, root), depth=0)

    def add_file(self, path: Path, name: str, *, depth: int) -> None:
        """Add one file, and what is in it where it is an archive.

        Args:
            path: Where it is.
            name: Its path below the input.
            depth: How many archives it lies in.
        """
        try:
            with open_source(path) as file:
                kind = kind_of(file.read(_HEAD), path.name)
            if kind is Kind.PACKED:
                kind = self._kind_of_packed(path, name, depth)
            if kind in (Kind.ZIP, Kind.TAR):
                self._add_archive(path, name, kind, depth)
            elif kind is Kind.OTHER:
                self.ignored.append(name)
            elif kind in (Kind.DICOM, Kind.NIFTI, Kind.PICTURE):
                self.sources.append(Source(path, name, kind))
        except HemoscopeError as error:
            self._fail(name, error)
        except OSError as error:
            self._fail(name, _no_entry(path.name, error))

    def _add_archive(self, path: Path, name: str, kind: Kind, depth: int) -> None:
        most = self.workspace.limits.depth
        if depth > most:
            raise nested(path.name, most)
        self._unpack(path, name, _unpacker(kind), depth)

    def _unpack(self, path: Path, name: str, unpack: Callable[[Path, Account], None], depth: int) -> None:
        account = Account(self.workspace, path.name, path.stat().st_size)
        try:
            unpack(path, account)
        except BaseException:
            # An archive that breaks a bound is not to be trusted in part.
            account.discard()
            raise
        self.problems.extend(account.problems)
        for file in sorted(account.files, key=lambda file: file.name):
            if not any(is_hidden(part) or is_skipped_folder(part) for part in PurePosixPath(file.name).parts):
                self.add_file(file.path, f"{name}/{file.name}", depth=depth + 1)

    def _kind_of_packed(self, path: Path, name: str, depth: int) -> Kind:
        """Look into a packed file; anything but a TAR is unpacked to the workspace and added from there."""
        from hemoscope.reading.archive_single import unpack_single
        from hemoscope.reading.archive_tar import DAMAGE, is_tar, open_packed

        try:
            with open_source(path) as file:
                head = open_packed(file).read(_HEAD)
        except (*DAMAGE, OSError) as error:
            raise damaged(path.name) from error
        if is_tar(head):
            return Kind.TAR
        inner = kind_of(head, path.name)
        if inner in (Kind.DICOM, Kind.NIFTI, Kind.PICTURE):
            account = Account(self.workspace, path.name, path.stat().st_size)
            self.sources.append(Source(unpack_single(path, account), name, inner))
            return Kind.DIRECTORY
        if inner in (Kind.ZIP, Kind.PACKED):
            raise nested(path.name, self.workspace.limits.depth)
        return Kind.OTHER

    def _fail(self, name: str, error: HemoscopeError) -> None:
        self.problems.append(FileProblem(name, ErrorReport.of(error)))


def kind_of(head: bytes, name: str) -> Kind:
    """Tell what a file is from its first 512 bytes; its name counts only where they tell nothing."""
    from hemoscope.reading.archive_tar import is_packed, is_tar

    media_format = identify(head)
    if media_format is MediaFormat.DICOM:
        return Kind.DIRECTORY if _MEDIA_DIRECTORY_UID in head else Kind.DICOM
    if media_format is not None:
        return Kind.PICTURE
    if head.startswith((b"PK\x03\x04", b"PK\x05\x06")):
        return Kind.ZIP
    if is_packed(head):
        return Kind.PACKED
    if name_foreign(head) == "NIfTI":
        return Kind.NIFTI
    if len(head) >= _HEAD and is_tar(head):
        return Kind.TAR
    is_named_image = Path(name).suffix.lower() in IMAGE_EXTENSIONS
    return Kind.PICTURE if is_named_image else Kind.OTHER


def _unpacker(kind: Kind) -> Callable[[Path, Account], None]:
    from hemoscope.reading.archive_tar import unpack_tar
    from hemoscope.reading.archive_zip import unpack_zip

    return unpack_zip if kind is Kind.ZIP else unpack_tar


def _is_folder(root: Path) -> bool:
    try:
        return root.is_dir()
    except (OSError, ValueError):
        return False


def _below(path: Path, root: Path) -> str:
    return path.relative_to(root).as_posix() if path.is_relative_to(root) else path.name


def _no_entry(name: str, error: OSError) -> InputError:
    return InputError(
        "input.unreadable",
        f"Expected something readable, received {name}: {error.strerror or 'the system gave no reason'}.",
        "Copy it to a place where you may read it and try again.",
    )


def holds_studies(path: str | os.PathLike[str]) -> bool:
    """Whether studies are to be looked for in a place, as in a folder, an archive or a volume, unlike in one slice.

    Raises:
        InputError: Nothing readable is there.
    """
    root = Path(path)
    if _is_folder(root):
        return True
    with open_source(root) as file:
        kind = kind_of(file.read(_HEAD), root.name)
    return kind not in (Kind.DICOM, Kind.PICTURE, Kind.OTHER)
