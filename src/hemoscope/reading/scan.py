"""What lies in a place: every file once, told by its first bytes, links to folders not followed."""

import os
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from hemoscope.reading.find import IMAGE_EXTENSIONS, is_hidden, is_skipped_folder
from hemoscope.reading.sniff import HEAD_BYTES, MediaFormat, identify, name_foreign
from hemoscope.reading.source import name_of, open_source

_MEDIA_DIRECTORY_UID = b"1.2.840.10008.1.3.10"


class Kind(StrEnum):
    """What to do with a file."""

    DICOM = "dicom"
    NIFTI = "nifti"
    PICTURE = "picture"
    OTHER = "other"
    """No image: a viewer's program, a text, a DICOMDIR."""


@dataclass(frozen=True, slots=True)
class Source:
    """One file.

    Attributes:
        path: Where it is.
        name: Its path below the input, with "/": what to call it in records.
        kind: What it is.
    """

    path: Path
    name: str
    kind: Kind


def list_sources(path: str | os.PathLike[str]) -> list[Source]:
    """List a folder recursively in sorted order, or one file."""
    root = Path(path)
    if not root.is_dir():
        return [Source(root, name_of(root), kind_of(root))]
    found: list[Source] = []
    for directory, subfolders, names in os.walk(root):
        subfolders[:] = sorted(name for name in subfolders if not is_hidden(name) and not is_skipped_folder(name))
        files = [Path(directory, name) for name in sorted(names) if not is_hidden(name)]
        found.extend(Source(file, file.relative_to(root).as_posix(), kind_of(file)) for file in files)
    return found


def kind_of(path: Path) -> Kind:
    """Tell what a file is from its first bytes."""
    with open_source(path) as file:
        head = file.read(HEAD_BYTES)
    media_format = identify(head)
    if media_format is MediaFormat.DICOM:
        return Kind.OTHER if _MEDIA_DIRECTORY_UID in head else Kind.DICOM
    if media_format is not None or path.suffix.lower() in IMAGE_EXTENSIONS:
        return Kind.PICTURE
    if name_foreign(head) == "NIfTI" or path.name.lower().endswith(".nii.gz"):
        return Kind.NIFTI
    return Kind.OTHER
