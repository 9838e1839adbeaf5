"""Tables that users bring: labels and groups as CSV, with a typed error for what is no table."""

import csv
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from hemoscope.errors import DatasetError

if TYPE_CHECKING:
    from _csv import Reader as CsvReader

DELIMITERS = (",", ";", "\t")
"""What spreadsheets write between cells, by the country they are set to."""


@dataclass(frozen=True, slots=True)
class Row:
    """One line of a table.

    Attributes:
        line: Its number in the file, the header being 1.
        cells: By column name; names and cells without the space around them, missing ones empty.
    """

    line: int
    cells: dict[str, str]


def read_header(path: Path) -> tuple[str, ...]:
    """Return the column names of a table; nothing where it is empty or no text.

    Raises:
        DatasetError: "data.unreadable_table" where it cannot be opened.
    """
    try:
        with path.open(newline="", encoding="utf-8-sig", errors="replace") as stream:
            first = stream.readline()
    except OSError as error:
        raise _unreadable(path.name, error.strerror or "the system gave no reason") from error
    return tuple(name.strip() for name in next(csv.reader([first], delimiter=_delimiter(first)), []))


def read_rows(path: Path) -> list[Row]:
    """Read a table: UTF-8, a header, cells parted by commas, semicolons or tabs. Columns without a name are left out.

    Args:
        path: The file.

    Raises:
        DatasetError: "data.unreadable_table" where it cannot be opened, is no UTF-8 text, names a column twice, or has
            a line with more cells than the header.
    """
    return list(stream_rows(path))


def stream_rows(path: Path) -> Iterator[Row]:
    """Read a table as `read_rows` does, row by row, so that millions of them need no memory.

    Raises:
        DatasetError: As `read_rows`, when the line is reached.
    """
    try:
        with path.open(newline="", encoding="utf-8-sig") as stream:
            delimiter = _delimiter(stream.readline())
            stream.seek(0)
            yield from _parse(csv.reader(stream, delimiter=delimiter, strict=True), name=path.name)
    except OSError as error:
        raise _unreadable(path.name, error.strerror or "the system gave no reason") from error
    except UnicodeDecodeError as error:
        raise _unreadable(path.name, "it is no UTF-8 text") from error
    except csv.Error as error:
        raise _unreadable(path.name, str(error)) from error


def _parse(reader: "CsvReader", *, name: str) -> Iterator[Row]:
    header = [column.strip() for column in next(reader, [])]
    named = [column for column in header if column]
    if len(set(named)) < len(named):
        raise _unreadable(name, "its header names a column twice")
    columns = [(place, column) for place, column in enumerate(header) if column]
    for cells in reader:
        if len(cells) > len(header):
            raise _unreadable(name, f"line {reader.line_num} has {len(cells)} cells, the header {len(header)}")
        stripped = [cell.strip() for cell in cells]
        if any(stripped):
            stripped += [""] * (len(header) - len(stripped))
            yield Row(reader.line_num, {column: stripped[place] for place, column in columns})


def _delimiter(header: str) -> str:
    return max(DELIMITERS, key=header.count)


def _unreadable(name: str, reason: str) -> DatasetError:
    return DatasetError(
        "data.unreadable_table",
        f"{name} cannot be read as a table: {reason}.",
        "Save it as CSV in UTF-8, with one header line.",
    )
