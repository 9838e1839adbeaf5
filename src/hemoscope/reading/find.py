"""Which files in a folder are worth reading."""

import os
from pathlib import Path

from hemoscope.errors import InputError
from hemoscope.reading.sniff import HEAD_BYTES, identify
from hemoscope.reading.source import name_of, open_source

IMAGE_EXTENSIONS = frozenset({".png", ".jpg", ".jpeg", ".jpe", ".tif", ".tiff", ".bmp", ".dcm", ".dicom", ".ima"})
"""A file with one of these is kept whatever it holds, so that a broken one is reported instead of missing."""

_SKIPPED_FOLDERS = frozenset({"__MACOSX"})
_MEDIA_DIRECTORY_UID = b"1.2.840.10008.1.3.10"
"""Media Storage Directory Storage, PS3.4 B.5: a DICOMDIR lists images and holds none."""


def find_images(folder: str | os.PathLike[str]) -> list[Path]:
    """List the images under a folder, recursively, in sorted order.

    Args:
        folder: The folder to search; hidden files and folders in it are skipped, links to folders not followed.

    Returns:
        Files that start like an image or a DICOM, or that carry an extension of one.

    Raises:
        InputError: "input.not_found", "input.not_a_folder" or "input.unreadable".
    """
    root = Path(folder)
    _check_folder(root)
    found: list[Path] = []
    for directory, subfolders, names in os.walk(root):
        subfolders[:] = [name for name in subfolders if not is_hidden(name) and not is_skipped_folder(name)]
        files = (Path(directory, name) for name in names if not is_hidden(name))
        found.extend(path for path in files if _is_worth_reading(path))
    return sorted(found)


def _check_folder(root: Path) -> None:
    name = name_of(root)
    try:
        with os.scandir(root):
            pass
    except (FileNotFoundError, ValueError):
        raise InputError(
            "input.not_found", f"Expected a folder, found nothing called {name}.", "Check the path."
        ) from None
    except NotADirectoryError:
        raise InputError(
            "input.not_a_folder", f"Expected a folder, received the file {name}.", "Read it with read_slice instead."
        ) from None
    except OSError as error:
        raise InputError(
            "input.unreadable",
            f"Expected a readable folder, received {name}: {error.strerror}.",
            "Copy the folder to a place where you may read it and try again.",
        ) from None


def is_hidden(name: str) -> bool:
    """Whether a file or folder is one that the system hides."""
    return name.startswith(".")


def is_skipped_folder(name: str) -> bool:
    """Whether a folder holds only what a packer left behind."""
    return name in _SKIPPED_FOLDERS


def _is_worth_reading(path: Path) -> bool:
    if path.suffix.lower() in IMAGE_EXTENSIONS:
        return True
    try:
        with open_source(path) as file:
            head = file.read(HEAD_BYTES)
    except InputError:
        return False
    return identify(head) is not None and _MEDIA_DIRECTORY_UID not in head
