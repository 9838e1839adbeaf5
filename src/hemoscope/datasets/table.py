"""A table of slices: a CSV with the columns path and label, perhaps group, and whatever else is known of each.

    path,label,group,epidural,...,subdural,study,position,frame
    a/1.dcm,1,patient-7,0,...,1,study-3,35.0,

Columns named as the subtypes hold 0, 1 or nothing where nobody has said. `study` and `position` (mm towards the head)
place a slice in its study; `frame` is a slice of a NIfTI volume, counted from 0. Where the column `level` says study in
every line, labels speak of whole studies, and each slice carries that of its study.
"""

import math
import os
from collections.abc import Sequence
from pathlib import Path

from hemoscope.datasets.items import UNKNOWN, Collection, Item, Level, Place
from hemoscope.datasets.rows import Row, read_header, read_rows
from hemoscope.errors import DatasetError
from hemoscope.terms import SUBTYPES

LABEL_FILE = "labels.csv"
NEEDED = ("path", "label")
GROUP, STUDY, POSITION, FRAME, LEVEL = "group", "study", "position", "frame", "level"
_OWN = frozenset({*NEEDED, GROUP, STUDY, POSITION, FRAME, LEVEL, *SUBTYPES})
"""Columns with a meaning of their own; every other one is a detail."""


def find_table(folder: Path) -> Path | None:
    """Return the table if this folder holds one: `labels.csv` with the columns "path" and "label"."""
    table = folder / LABEL_FILE
    return table if table.is_file() and set(NEEDED) <= set(read_header(table)) else None


def load_table(table: Path) -> Collection:
    """Read a table of slices.

    Args:
        table: CSV with the columns "path" (absolute, or from the table's folder), "label" (0 or 1) and, if slices
            belong together, "group" (the patient). Without it each slice is its own group. Columns named as the
            subtypes, "study", "position" and "frame" say what the head of this file says. Every other column is kept
            with its slice.

    Raises:
        DatasetError: "data.columns", "data.unreadable_table", or, with the line, "data.bad_label", "data.missing_file"
            or "data.no_group".
    """
    rows = read_rows(table)
    columns = read_header(table)
    if not set(NEEDED) <= set(columns):
        raise DatasetError(
            "data.columns",
            f'Expected columns "path" and "label" in {table.name}; received {", ".join(columns) or "none"}.',
            "Correct its header; a third column, group, names what belongs together.",
        )
    items = tuple(_item(row, table) for row in rows)
    folder = table.resolve().parent
    name = folder.name if table.name == LABEL_FILE else table.stem
    return Collection(name=name, layout="table", items=items, level=_level(rows, table))


def _level(rows: Sequence[Row], table: Path) -> Level:
    """Read what the labels speak of: the same in every line, and of studies only where each slice has one."""
    said = {row.cells.get(LEVEL, "") or str(Level.SLICE) for row in rows}
    lacks_study = any(not row.cells.get(STUDY) for row in rows)
    if len(said) > 1 or not said <= set(Level) or (said == {str(Level.STUDY)} and lacks_study):
        raise DatasetError(
            "data.bad_label",
            f"{table.name}: expected slice in every line as level, or study in every line, with the study of each; "
            "received others.",
            "Correct the column, or leave it out where each slice has its own label.",
        )
    return Level(said.pop()) if said else Level.SLICE


def _item(row: Row, table: Path) -> Item:
    cells, place = row.cells, f"{table.name}, line {row.line}"
    if cells["label"] not in {"0", "1"}:
        raise DatasetError(
            "data.bad_label", f"{place}: expected 0 or 1; received {cells['label']!r}.", "Correct the line."
        )
    path = table.parent / cells["path"]
    if not cells["path"] or not path.is_file():
        raise DatasetError(
            "data.missing_file",
            f"{place}: there is no file {path.name if cells['path'] else ''!r}.",
            "Correct the path, which counts from the folder of the table, or remove the line.",
        )
    if not cells.get(GROUP, "-"):
        raise DatasetError(
            "data.no_group",
            f"{place}: the group is empty, others are not known to be apart from it.",
            "Name its patient, or give it a group of its own.",
        )
    frame, position = _number(row, FRAME, table), _number(row, POSITION, table)
    key = _key(path, table.parent) + ("" if frame is None else f"#{int(frame)}")
    return Item(
        key=key,
        path=path,
        label=int(cells["label"]),
        group=cells.get(GROUP, key),
        details=tuple((name, cell) for name, cell in cells.items() if name not in _OWN),
        frame=None if frame is None else int(frame),
        subtypes=_subtypes(row, table),
        place=Place(cells[STUDY], position=position) if cells.get(STUDY) else None,
    )


def _subtypes(row: Row, table: Path) -> tuple[float, ...]:
    """Read the columns named as the subtypes; a slice without hemorrhage has none of them."""
    known = {label: row.cells.get(label, "") for label in SUBTYPES}
    for label, cell in known.items():
        if cell not in {"", "0", "1"} or (cell == "1" and row.cells["label"] == "0"):
            what = f"expected 0, 1 or nothing as {label}" if row.cells["label"] == "1" else f"expected no {label}"
            raise DatasetError(
                "data.bad_label",
                f"{table.name}, line {row.line}: {what} where label is {row.cells['label']}; received {cell!r}.",
                "Correct the line.",
            )
    return tuple(UNKNOWN if cell == "" else float(cell) for cell in known.values())


def _number(row: Row, column: str, table: Path) -> float | None:
    cell = row.cells.get(column, "")
    if not cell:
        return None
    try:
        value = float(cell)
        is_right = math.isfinite(value) and (column != FRAME or (value >= 0 and value.is_integer()))
    except ValueError:
        is_right = False
    if not is_right:
        raise DatasetError(
            "data.bad_label",
            f"{table.name}, line {row.line}: expected a number as {column}; received {cell!r}.",
            "Correct the line; slices of a volume count from 0.",
        )
    return value


def _key(path: Path, folder: Path) -> str:
    """Name a slice by its place below the table, so that no report tells where a collection lies."""
    try:
        return Path(os.path.relpath(path, folder)).as_posix()
    except ValueError:  # another drive
        return path.name
