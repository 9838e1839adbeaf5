"""Results as a Parquet table: the columns of the CSV table with types, for programs that read many results."""

import json
import os
from collections.abc import Iterable, Mapping
from pathlib import Path
from types import ModuleType
from typing import Any

from hemoscope.errors import MissingExtraError
from hemoscope.records import SliceResult, StudyResult
from hemoscope.results.csv_table import COLUMNS, cells_of
from hemoscope.results.document import SCHEMA_VERSION
from hemoscope.results.wording import encodable
from hemoscope.terms import RESEARCH_USE_ONLY, SUBTYPES
from hemoscope.writing.atomic import write_atomically

NUMBERS = frozenset({"probability", "threshold", "uncertain_from", "volume_ml", *map(str, SUBTYPES)})
"""Columns of double precision; `slices` is a whole number, `warnings` and `key_slices` are lists, all else is text."""


def import_pyarrow() -> ModuleType:
    """Import what writes Parquet.

    Raises:
        MissingExtraError: The extra [parquet] is not installed.
    """
    try:
        import pyarrow
        import pyarrow.parquet
    except ImportError as error:
        raise MissingExtraError(feature="Parquet", extra="parquet") from error
    return pyarrow


def write_parquet(
    results: Iterable[SliceResult | StudyResult], path: str | os.PathLike[str], *, model: Mapping[str, Any]
) -> None:
    """Write one row per input; what is not known is null.

    Columns are those of `write_csv`, but for two: `warnings` holds codes and `key_slices` names, each as a list. Text
    stands as it is, since nothing here is run as a formula. The file's metadata say that it is for research use only,
    which `schema_version` it has, and which model scored, as JSON.

    Args:
        results: In the order of the rows.
        path: The file to write or replace, whole or not at all.
        model: What scored, as `Bundle.summary` tells it.

    Raises:
        MissingExtraError: The extra [parquet] is not installed.
        BundleError: "result.not_a_probability": a number is NaN, infinite or outside [0, 1].
    """
    arrow = import_pyarrow()
    table = arrow.Table.from_pylist([_row(result) for result in results], schema=_schema(arrow, model))
    write_atomically(Path(path), lambda temporary: arrow.parquet.write_table(table, temporary))


def _schema(arrow: ModuleType, model: Mapping[str, Any]) -> Any:
    kinds = {
        "slices": arrow.int64(),
        "warnings": arrow.list_(arrow.string()),
        "key_slices": arrow.list_(arrow.string()),
    }
    kinds |= dict.fromkeys(NUMBERS, arrow.float64())
    said = {
        "research_use_only": RESEARCH_USE_ONLY,
        "schema_version": SCHEMA_VERSION,
        "model": json.dumps(dict(model), ensure_ascii=False),
    }
    return arrow.schema([(column, kinds.get(column, arrow.string())) for column in COLUMNS], metadata=said)


def _row(result: SliceResult | StudyResult) -> dict[str, object]:
    cells: dict[str, object] = dict(zip(COLUMNS, cells_of(result), strict=True))
    cells["warnings"] = [notice.code for notice in result.warnings]
    if isinstance(result, StudyResult):
        cells["key_slices"] = [encodable(result.slices[place].name) for place in result.key_slices]
    return {column: encodable(cell) if isinstance(cell, str) else cell for column, cell in cells.items()}
