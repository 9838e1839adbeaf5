"""Results as a CSV table: a row per input."""

import csv
import os
from collections.abc import Iterable
from pathlib import Path

from hemoscope.records import SliceResult
from hemoscope.terms import SUBTYPES
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
)
_FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")


def write_csv(results: Iterable[SliceResult], path: str | os.PathLike[str]) -> None:
    """Write results, whole or not at all.

    Warnings are their codes, joined by ";". Text that a spreadsheet would run as a formula, such as a file named
    "=1+1.png", gets an apostrophe in front (OWASP, CSV injection).

    Args:
        results: In the order of the rows.
        path: The file to write or replace.
    """
    rows = [_row(result) for result in results]
    write_atomically(Path(path), lambda temporary: _write(temporary, rows))


def _write(path: Path, rows: list[dict[str, object]]) -> None:
    with path.open("w", newline="", encoding="utf-8") as stream:
        writer = csv.DictWriter(stream, COLUMNS)
        writer.writeheader()
        writer.writerows({name: _disarm(value) for name, value in row.items()} for row in rows)


def _row(result: SliceResult) -> dict[str, object]:
    point, error = result.operating_point, result.error
    return {
        "input": result.input,
        "status": str(result.status),
        "probability": result.probability,
        "decision": None if result.decision is None else str(result.decision),
        "operating_point": None if point is None else point.name,
        "threshold": None if point is None else point.threshold,
        **{str(label): (result.subtypes or {}).get(label) for label in SUBTYPES},
        "warnings": ";".join(notice.code for notice in result.warnings),
        "error_code": None if error is None else error.code,
        "error_message": None if error is None else error.message,
        "next_step": None if error is None else error.next_step,
    }


def _disarm(value: object) -> object:
    return f"'{value}" if isinstance(value, str) and value.startswith(_FORMULA_STARTS) else value
