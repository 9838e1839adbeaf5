"""Headers of many DICOM files, each read once: an index in the user's cache, which goes on where a kill left it.

A line per file: its name below the folder, its size and time of change, then what `SlicePlace` says. No name or number
of a person stands in it.
"""

import csv
import hashlib
import io
import os
import sys
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING

from hemoscope.datasets.cache import cache_folder
from hemoscope.errors import HemoscopeError
from hemoscope.records import ErrorReport

if TYPE_CHECKING:
    from hemoscope.reading.place import SlicePlace

FORMAT = 1
_AT_ONCE = 512
"""Files between two writes: at most their headers are read again after a kill."""
_FIELDS = 9
_LONGEST = 65_536
"""Bytes: longer than any line."""

Progress = Callable[[int, int], None]


@dataclass(frozen=True, slots=True)
class Header:
    """What is known of one file.

    Attributes:
        place: Where the slice belongs; None where the header cannot be read.
        error: The code of the reason; "" where it can.
    """

    place: "SlicePlace | None"
    error: str = ""


def read_headers(folder: Path, files: Sequence[Path], *, on_progress: Progress | None = None) -> list[Header]:
    """Read where each of many DICOM slices belongs, from the index as far as it goes.

    Args:
        folder: Names the index; the files lie below it.
        files: The files. One whose size or time has changed is read again.
        on_progress: Called with how many are done and how many there are, where any has to be read.

    Returns:
        A header per file, in their order.
    """
    index = _index_of(folder)
    _drop_half_line(index)
    known = dict(_read_index(index))
    states = [_state(folder, path) for path in files]
    missing = [(path, state) for path, state in zip(files, states, strict=True) if state not in known]
    if missing:
        known.update(_read_missing(index, missing, already=len(files) - len(missing), on_progress=on_progress))
    return [known[state] for state in states]


State = tuple[str, int, int]
"""A file's name below the folder, its size in bytes and its time of change in ns."""


def _state(folder: Path, path: Path) -> State:
    try:
        found = path.stat()
    except OSError:  # reading it will say why
        return path.relative_to(folder).as_posix(), -1, -1
    return path.relative_to(folder).as_posix(), found.st_size, found.st_mtime_ns


def _read_missing(
    index: Path, missing: Sequence[tuple[Path, State]], *, already: int, on_progress: Progress | None
) -> Iterator[tuple[State, Header]]:
    """Read headers, and add them to the index as they come."""
    index.parent.mkdir(parents=True, exist_ok=True)
    done, total, waiting = already, already + len(missing), iter(missing)
    with ThreadPoolExecutor() as pool, index.open("ab", buffering=0) as file:
        while block := list(islice(waiting, _AT_ONCE)):
            headers = list(pool.map(_read_one, (path for path, _ in block)))
            found = [(state, header) for (_, state), header in zip(block, headers, strict=True)]
            file.write(_lines(found))  # at once, so that two that index one folder do not mix their lines
            yield from found
            done += len(block)
            if on_progress is not None:
                on_progress(done, total)


def _read_one(path: Path) -> Header:
    from hemoscope.reading.place import read_place

    try:
        return Header(read_place(path))
    except HemoscopeError as error:
        return Header(None, ErrorReport.of(error).code)


def _lines(found: "Sequence[tuple[State, Header]]") -> bytes:
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerows([*state, *_cells(header)] for state, header in found)
    return text.getvalue().encode("utf-8", errors="surrogateescape")


def _cells(header: Header) -> list[str]:
    place = header.place
    if place is None:
        return ["", "", "", "", "", header.error]
    position = "" if place.position is None else repr(place.position)
    description = " ".join(place.description.split())
    return [place.patient, place.study, place.series, position, description, "short" if place.is_short else ""]


def _read_index(index: Path) -> Iterator[tuple[State, Header]]:
    """Read the lines that are whole: a kill may have left half of one."""
    if not index.is_file():
        return
    with index.open(newline="", encoding="utf-8", errors="surrogateescape") as file:
        for cells in csv.reader(file):
            if len(cells) == _FIELDS and cells[1].lstrip("-").isdigit() and cells[2].lstrip("-").isdigit():
                yield (cells[0], int(cells[1]), int(cells[2])), _header(cells[3:])


def _header(cells: Sequence[str]) -> Header:
    from hemoscope.reading.place import SlicePlace

    patient, study, series, position, description, state = cells
    if state not in ("", "short"):
        return Header(None, state)
    along = float(position) if position else None
    # a study's slices say the same many times
    patient, study, series, description = (sys.intern(text) for text in (patient, study, series, description))
    return Header(SlicePlace(patient, study, series, along, description, is_short=state == "short"))


def _drop_half_line(index: Path) -> None:
    """Cut off what a kill left of a line, so that the next one stands alone."""
    if not index.is_file():
        return
    with index.open("rb+") as file:
        end = file.seek(0, os.SEEK_END)
        file.seek(max(0, end - _LONGEST))
        tail = file.read()
        file.truncate(end - len(tail) + tail.rfind(b"\n") + 1)


def _index_of(folder: Path) -> Path:
    """Name the index by a digest of the folder's place: no report tells where a collection lies."""
    digest = hashlib.sha256(os.fsencode(folder.resolve())).hexdigest()[:16]
    return cache_folder() / f"headers-{FORMAT}-{digest}.csv"
