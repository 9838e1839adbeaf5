"""Files that people with bad intentions send."""

import io
import stat
import zipfile
from pathlib import Path

import pydicom

from hemoscope.datasets.phantom.volume import PhantomSettings, make_phantom
from hemoscope.terms import Label
from hemoscope.writing.dicom import write_series

SCRIPT = "<script>alert(1)</script>"
ATTRIBUTE = '"><img src=x onerror=alert(1)>'


def study(folder: Path, *, name: str = "study", slices: int = 6, seed: int = 5, **tags: str) -> list[Path]:
    """Write a drawn study as DICOM, with tags changed."""
    settings = PhantomSettings(size=128, slices=slices, spacing_mm=1.8, bleeds=(Label.INTRAPARENCHYMAL,), seed=seed)
    phantom = make_phantom(settings)
    paths = write_series(phantom.hu, folder, spacing=(5.0, 1.8, 1.8), name=name)
    for path in paths:
        dataset = pydicom.dcmread(path)
        for keyword, value in tags.items():
            setattr(dataset, keyword, value)
        dataset.save_as(path)
    return paths


def zipped(entries: dict[str, bytes]) -> bytes:
    """Pack files under the names given, whatever those are."""
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in entries.items():
            archive.writestr(zipfile.ZipInfo(name), content, zipfile.ZIP_DEFLATED)
    return stream.getvalue()


def bomb(size: int) -> bytes:
    """A small zip that unpacks to `size` bytes of zeros called an image."""
    return zipped({"slice.dcm": b"\0" * size})


def with_link(target: str) -> bytes:
    """A zip with a symbolic link in it."""
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        link = zipfile.ZipInfo("slice.dcm")
        link.create_system = 3
        link.external_attr = (stat.S_IFLNK | 0o777) << 16
        archive.writestr(link, target)
    return stream.getvalue()


def polyglot() -> bytes:
    """A DICOM preamble that is a web page, before a header of nothing: two kinds of file at once."""
    page = b"<html><script>alert(1)</script>"
    return page.ljust(128, b" ") + b"DICM" + b"<script>alert(2)</script>" * 10
