"""CQ500: 491 head CTs of India, each read by three radiologists; labels speak of whole studies.

    reads.csv                                                name,Category,R1:ICH,R1:IPH,...,R3:MidlineShift
    CQ500CT0 CQ500CT0/Unknown Study/CT PLAIN THIN/*.dcm      as it is handed out, a folder per series
    CQ500-CT-0/*.dcm                                         shorter, the series told by the headers

The gold standard is the majority of the three. A study has several series, some with contrast or a bone kernel; one
plain series of each is taken.

Source: Chilamkurthy et al. 2018, doi:10.1016/S0140-6736(18)31645-3.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from statistics import median

import numpy as np

from hemoscope.datasets.headers import Header, Progress, read_headers
from hemoscope.datasets.items import Collection, Item, Level, Place
from hemoscope.datasets.rows import Row, read_header, read_rows
from hemoscope.errors import DatasetError
from hemoscope.records import Notice
from hemoscope.terms import Label

READS = "reads.csv"
READERS = ("R1", "R2", "R3")
FINDINGS = {
    Label.ANY: "ICH",
    Label.EPIDURAL: "EDH",
    Label.INTRAPARENCHYMAL: "IPH",
    Label.INTRAVENTRICULAR: "IVH",
    Label.SUBARACHNOID: "SAH",
    Label.SUBDURAL: "SDH",
}
"""What each label is called in `reads.csv`."""
USUAL_MM = 5.0
"""Distance of slices that most head CT is read at; the plain series nearest to it is taken."""
_STUDY = re.compile(r"CQ500[-_ ]?CT[-_ ]?(\d+)(?!\d)", re.IGNORECASE)
_PRE_CONTRAST = re.compile(r"\b(PRE[ -]?CONTRAST|PLAIN|NON[ -]?CONTRAST)\b", re.IGNORECASE)
_OTHER = re.compile(r"CONTRAST|\bC\b|ORAL|\bCC\b|\d+CC|BONE|HI ?RES|\bHR\b|3D|D3D|ORBIT|I TO S", re.IGNORECASE)
_FEWEST = 8
"""Slices below which a series is a scout or a leftover rather than a head."""


@dataclass(frozen=True, slots=True, eq=False)
class Reads:
    """What the three readers said.

    Attributes:
        names: Of the studies, such as "CQ500-CT-0".
        ratings: 0 or 1, shape (studies, 3 readers, 6 labels), in the order of `Label`.
    """

    names: tuple[str, ...]
    ratings: np.ndarray

    @property
    def majority(self) -> np.ndarray:
        """What two readers or more said: 0 or 1, shape (studies, 6)."""
        return np.asarray(self.ratings.sum(axis=1) >= 2, int)


def find_cq500(folder: Path) -> Path | None:
    """Return the table of readings if this folder holds it: `reads.csv` with the columns "name" and "R1:ICH"."""
    table = folder / READS
    return table if table.is_file() and {"name", "R1:ICH"} <= set(read_header(table)) else None


def read_reads(table: Path) -> Reads:
    """Read what the three readers said of each study.

    Raises:
        DatasetError: "data.columns", "data.bad_label" with the line, or "data.repeated_key".
    """
    needed = [f"{reader}:{finding}" for reader in READERS for finding in FINDINGS.values()]
    missing = [column for column in ("name", *needed) if column not in read_header(table)]
    if missing:
        raise DatasetError(
            "data.columns", f"{table.name} lacks {', '.join(missing[:3])}.", "Fetch reads.csv of CQ500 again."
        )
    names, ratings = [], []
    for row in read_rows(table):
        names.append(_study_of(row, table.name))
        ratings.append([_rating(row, column, table.name) for column in needed])
    twice = next((name for name in names if names.count(name) > 1), None)
    if twice is not None:
        raise DatasetError("data.repeated_key", f"{table.name} has {twice} twice.", "Remove the second line.")
    return Reads(tuple(names), np.array(ratings, int).reshape(-1, len(READERS), len(Label)))


def load_cq500(folder: Path, *, on_progress: Progress | None = None) -> Collection:
    """Read one plain series of each study, with the majority of its readers.

    Each slice carries the labels of its study; the study is the group.

    Args:
        folder: Holds `reads.csv` and the studies' folders, in one of the two layouts or both.
        on_progress: Called with how many headers are read and how many there are; they are read once.

    Raises:
        DatasetError: What `read_reads` raises, or "data.missing_file" where no study is there.
    """
    reads = read_reads(folder / READS)
    folders = _find_studies(folder)
    files = {name: _files_of(folders[name]) for name in reads.names if name in folders}
    files = {name: found for name, found in files.items() if found}
    if not files:
        raise DatasetError(
            "data.missing_file",
            f"Expected folders such as 'CQ500CT0 CQ500CT0' or 'CQ500-CT-0' beside {READS}; found none with DICOM.",
            "Unpack the studies beside the table.",
        )
    flat = [path for found in files.values() for path in found]
    headers = dict(zip(flat, read_headers(folder, flat, on_progress=on_progress), strict=True))
    items: list[Item] = []
    skipped: dict[str, int] = {}
    for name, majority in zip(reads.names, reads.majority.tolist(), strict=True):
        if name in files:
            chosen, others = _choose({path: headers[path] for path in files[name]}, folders[name])
            items += _items(folder, name, chosen, majority)
            skipped[name] = others
    return Collection(
        name=folder.resolve().name,
        layout="CQ500",
        items=tuple(items),
        level=Level.STUDY,
        notices=tuple(_notices(reads, folders, files, headers, skipped)),
        groups_are_patients=True,
    )


def _study_of(row: Row, table: str) -> str:
    found = _STUDY.match(row.cells["name"])
    if found is None:
        raise DatasetError(
            "data.bad_label",
            f"{table}, line {row.line}: expected a name such as CQ500-CT-0; received {row.cells['name']!r}.",
            "Fetch the table again.",
        )
    return f"CQ500-CT-{found[1]}"


def _rating(row: Row, column: str, table: str) -> int:
    if row.cells[column] not in {"0", "1"}:
        raise DatasetError(
            "data.bad_label",
            f"{table}, line {row.line}: expected 0 or 1 as {column}; received {row.cells[column]!r}.",
            "Correct the line.",
        )
    return int(row.cells[column])


def _find_studies(folder: Path) -> dict[str, Path]:
    """Find the folder of each study, at this level or the next: some copies come in parts, "qct01" and so on."""
    found: dict[str, Path] = {}
    above = [folder, *(path for path in sorted(folder.iterdir()) if path.is_dir() and not _STUDY.match(path.name))]
    for path in (path for parent in above for path in sorted(parent.iterdir())):
        named = _STUDY.match(path.name)
        if named is not None and path.is_dir():
            found.setdefault(f"CQ500-CT-{named[1]}", path)
    return found


def _files_of(folder: Path) -> list[Path]:
    from hemoscope.reading import find_images

    return find_images(folder)


@dataclass(frozen=True, slots=True)
class _Series:
    key: str
    name: str
    places: tuple[tuple[Path, float | None], ...]

    @property
    def is_plain(self) -> bool:
        return bool(_PRE_CONTRAST.search(self.name)) or not _OTHER.search(self.name)

    @property
    def distance(self) -> float:
        """Usual distance of its slices in mm; infinite where it cannot be told."""
        along = sorted(position for _, position in self.places if position is not None)
        steps = [upper - lower for lower, upper in pairwise(along) if upper > lower]
        return median(steps) if steps else float("inf")


def _choose(headers: dict[Path, Header], folder: Path) -> tuple[_Series, int]:
    """Take the plain series whose slices lie nearest to the usual distance, and count the others."""
    series = list(_series(headers, folder))
    candidates = [one for one in series if one.is_plain] or series
    whole = [one for one in candidates if len(one.places) >= _FEWEST] or candidates
    return min(whole, key=lambda one: (abs(one.distance - USUAL_MM), one.key)), len(series) - 1


def _series(headers: dict[Path, Header], folder: Path) -> Iterator[_Series]:
    """Part the slices of a study by their folder and the series that their header names."""
    parts: dict[tuple[str, str], list[tuple[Path, float | None]]] = {}
    names: dict[tuple[str, str], str] = {}
    for path, header in headers.items():
        below = path.relative_to(folder).parent.as_posix()
        place = header.place
        key = (below, "" if place is None else place.series)
        parts.setdefault(key, []).append((path, None if place is None else place.position))
        names[key] = f"{Path(below).name} {'' if place is None else place.description}"
    for key, places in parts.items():
        yield _Series("/".join(part for part in key if part not in ("", ".")), names[key], tuple(places))


def _items(folder: Path, name: str, series: _Series, majority: list[int]) -> Iterator[Item]:
    any_hemorrhage, *subtypes = majority
    for path, position in series.places:
        yield Item(
            key=path.relative_to(folder).as_posix(),
            path=path,
            label=any_hemorrhage,
            group=name,
            subtypes=tuple(float(value) for value in subtypes),
            place=Place(name, series.key, position),
        )


def _notices(
    reads: Reads,
    folders: dict[str, Path],
    files: dict[str, list[Path]],
    headers: dict[Path, Header],
    skipped: dict[str, int],
) -> Iterator[Notice]:
    absent = len(reads.names) - len(files)
    yield Notice("data.study_level", "Labels are those of whole studies, by the majority of three readers.")
    if absent:
        yield Notice("data.absent", f"{absent} of {len(reads.names)} studies of {READS} are not there; left out.")
    unread = sorted(set(folders) - set(reads.names))
    if unread:
        yield Notice("data.unlabelled", f"{len(unread)} studies are not in {READS}, first {unread[0]}; left out.")
    others = sum(skipped.values())
    if others:
        yield Notice("data.other_series", f"{others} other series of {len(files)} studies were left out: {_RULE}.")
    broken = sum(header.place is None for header in headers.values())
    if broken:
        yield Notice("data.no_header", f"{broken} files have headers that cannot be read, so no position.")


_RULE = "of each study the plain series with slices nearest to 5 mm apart is taken"
