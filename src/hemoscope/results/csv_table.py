"""Results as a CSV table: a row per slice or study, safe to open in a spreadsheet."""

import csv
import os
from collections.abc import Iterable
from pathlib import Path
from typing import Protocol

from hemoscope.records import SliceResult, StudyResult
from hemoscope.results.wording import check_probability, encodable
from hemoscope.terms import SUBTYPES, Label
from hemoscope.writing.atomic import write_atomically

COLUMNS = (
    "input",
    "status",
    "probability",
    "decision",
    "operating_point",
    "threshold",
    *(str(label) for label in SUBTYPES),
    "warnings",
    "error_code",
    "error_message",
    "next_step",
    "uncertain_from",  # later columns come last, so that none of earlier versions moved
    "slices",
    "key_slices",
    "volume_ml",
)
# Source: OWASP, CSV injection; the full-width forms are formulas in East Asian locales. The apostrophe itself is in
# the list so that taking one leading apostrophe away always gives the text back.
_GUARDED_STARTS = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠", "'")


class TextStream(Protocol):
    """What text can be written to."""

    def write(self, text: str, /) -> object:
        """Take some text."""


def write_csv(results: Iterable[SliceResult | StudyResult], destination: str | os.PathLike[str] | TextStream) -> None:
    r"""Write one row per input under the header `COLUMNS`; what is not known is an empty cell.

    Of a study it tells the number of slices, the names of the key slices, joined by ";", and the volume of all blood.
    The file is UTF-8 with CRLF line ends (RFC 4180). Numbers are written in full. `warnings` holds the codes, joined
    by ";". A spreadsheet runs a cell such as "=cmd()" as a formula, and a file can have that name, so text that
    begins with = + - @ (or their full-width forms), a tab, a line break or an apostrophe gets an apostrophe in front;
    take one leading apostrophe away to have the text back. Numbers are never negative and need no guard.

    Args:
        results: In the order of the rows.
        destination: A file to write or replace, whole or not at all; or a text stream such as sys.stdout, best opened
            with newline="".

    Raises:
        BundleError: "result.not_a_probability": a number is NaN, infinite or outside [0, 1].

    >>> import io
    >>> from hemoscope.records import Status
    >>> stream = io.StringIO(newline="")
    >>> write_csv([SliceResult("=cmd().png", Status.FAILED)], stream)
    >>> stream.getvalue().splitlines()[1]
    "'=cmd().png,failed,,,,,,,,,,,,,,,,,"
    """
    rows = [row_of(result) for result in results]
    if isinstance(destination, str | os.PathLike):
        write_atomically(Path(destination), lambda temporary: _write_file(temporary, rows))
    else:
        _write_rows(destination, rows)


def row_of(result: SliceResult | StudyResult) -> dict[str, str | float | None]:
    """Return the cells of one result by column, guarded against formulas.

    Raises:
        BundleError: "result.not_a_probability": a number is NaN, infinite or outside [0, 1].
    """
    return {column: guard(cell) for column, cell in zip(COLUMNS, cells_of(result), strict=True)}


def cells_of(result: SliceResult | StudyResult) -> tuple[str | float | None, ...]:
    """Return the cells of one result in the order of `COLUMNS`, not guarded.

    Raises:
        BundleError: "result.not_a_probability": a number is NaN, infinite or outside [0, 1].
    """
    point, error, subtypes = result.operating_point, result.error, result.subtypes or {}
    return (
        result.input,
        str(result.status),
        check_probability(result.probability, of="any hemorrhage"),
        None if result.decision is None else str(result.decision),
        None if point is None else point.name,
        None if point is None else check_probability(point.threshold, of="the threshold"),
        *(check_probability(subtypes.get(label), of=label) for label in SUBTYPES),
        ";".join(notice.code for notice in result.warnings),
        None if error is None else error.code,
        None if error is None else error.message,
        None if error is None else error.next_step,
        None if point is None else check_probability(point.uncertain_from, of="the threshold of uncertainty"),
        *_of_study(result),
    )


def _of_study(result: SliceResult | StudyResult) -> tuple[int | None, str | None, float | None]:
    """Return the cells that only a study has."""
    if isinstance(result, SliceResult):
        return None, None, None
    names = ";".join(result.slices[place].name for place in result.key_slices)
    return len(result.slices), names, (result.volumes_ml or {}).get(Label.ANY)


def _write_file(path: Path, rows: list[dict[str, str | float | None]]) -> None:
    with path.open("w", newline="", encoding="utf-8") as stream:
        _write_rows(stream, rows)


def _write_rows(stream: TextStream, rows: list[dict[str, str | float | None]]) -> None:
    writer = csv.DictWriter(stream, COLUMNS)
    writer.writeheader()
    writer.writerows(rows)


def guard(cell: str | float | None) -> str | float | None:
    """Return a cell that no spreadsheet runs as a formula; see `write_csv`."""
    if not isinstance(cell, str):
        return cell
    text = encodable(cell)
    return f"'{text}" if text.startswith(_GUARDED_STARTS) else text
