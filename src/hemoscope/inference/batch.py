"""From what a user names to the files to score."""

import glob
import os
from collections.abc import Iterable
from pathlib import Path

from hemoscope.errors import InputError
from hemoscope.reading import find_images


def find_inputs(names: Iterable[str | os.PathLike[str]]) -> list[Path]:
    """Expand files, folders and glob patterns to files, each once, in the order named.

    Args:
        names: Files are taken as they are; folders give every picture and DICOM file below them; a pattern such as
            "scans/**/*.dcm" gives what it matches.

    Raises:
        InputError: "input.not_found" where a name matches nothing, "input.no_images" where a folder holds none.
    """
    found: dict[Path, None] = {}
    for name in names:
        found.update(dict.fromkeys(_expand(os.fspath(name))))
    return list(found)


def _expand(name: str) -> list[Path]:
    path = Path(name)
    if path.is_dir():
        images = find_images(path)
        if not images:
            raise InputError(
                "input.no_images",
                f"Expected pictures or DICOM files in {path.name!r}; found none.",
                "Name a folder that holds PNG, JPEG, TIFF, BMP or DICOM files.",
            )
        return images
    if path.exists() or not glob.has_magic(name):
        return [path]
    matches = [Path(match) for match in sorted(glob.glob(name, recursive=True))]  # noqa: PTH207  absolute patterns too
    files = [match for match in matches if match.is_file()]
    if not files:
        raise InputError("input.not_found", f"Nothing matches {name!r}.", "Check the pattern; quote it in a shell.")
    return files
