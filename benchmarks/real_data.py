"""Where the benchmarks find real head CT: the folder HEMOSCOPE_DATA, else ../shared/data."""

import os
import sys
import tempfile
import zipfile
from collections.abc import Iterator
from pathlib import Path

from hemoscope.errors import HemoscopeError
from hemoscope.reading import find_images, read_slice
from hemoscope.records import Slice


def folder(name: str) -> Path:
    """Return a folder or file of the real data, or end the program saying what is missing."""
    path = Path(os.environ.get("HEMOSCOPE_DATA", "../shared/data")) / name
    if not path.exists():
        sys.exit(f"{name} is not here: name the folder that holds it in HEMOSCOPE_DATA.")
    return path


def rsna_slices() -> Iterator[tuple[str, Slice]]:
    """Yield every RSNA slice that can be read, with its file name: the single slices, then the study."""
    with tempfile.TemporaryDirectory() as temporary:
        with zipfile.ZipFile(folder("rsna-2019-slices") / "slices.zip") as archive:
            archive.extractall(temporary)
        for path in [*find_images(temporary), *find_images(folder("rsna-2019-study"))]:
            try:
                yield path.name, read_slice(path)
            except HemoscopeError:
                continue
