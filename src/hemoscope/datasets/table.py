"""A table of slices: a CSV with the columns path and label, perhaps group, and whatever else is known of each."""

import os
from pathlib import Path

from hemoscope.datasets.items import Collection, Item
from hemoscope.datasets.rows import Row, read_header, read_rows
from hemoscope.errors import DatasetError

LABEL_FILE = "labels.csv"
NEEDED = ("path", "label")
GROUP = "group"


def find_table(folder: Path) -> Path | None:
    """Return the table if this folder holds one: `labels.csv` with the columns "path" and "label"."""
    table = folder / LABEL_FILE
    return table if table.is_file() and set(NEEDED) <= set(read_header(table)) else None


def load_table(table: Path) -> Collection:
    """Read a table of slices.

    Args:
        table: CSV with the columns "path" (absolute, or from the table's folder), "label" (0 or 1) and, if slices
            belong together, "group" (the patient). Without it each slice is its own group. Every other column is kept
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
    return Collection(name=folder.name if table.name == LABEL_FILE else table.stem, layout="table", items=items)


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
    key = _key(path, table.parent)
    details = tuple((name, cell) for name, cell in cells.items() if name not in (*NEEDED, GROUP))
    return Item(key=key, path=path, label=int(cells["label"]), group=cells.get(GROUP, key), details=details)


def _key(path: Path, folder: Path) -> str:
    """Name a slice by its place below the table, so that no report tells where a collection lies."""
    try:
        return Path(os.path.relpath(path, folder)).as_posix()
    except ValueError:  # another drive
        return path.name
