"""The 200-image set: Kaggle "Head CT - hemorrhage" (felipekitamura/head-ct-hemorrhage), in the layout it comes in."""

from pathlib import Path

from hemoscope.datasets.items import Collection, Item
from hemoscope.datasets.rows import Row, read_header, read_rows
from hemoscope.errors import DatasetError

LABEL_FILE = "labels.csv"


def find_kaggle(folder: Path) -> Path | None:
    """Return the label file if this folder holds the set: `labels.csv` with "id" and "hemorrhage" columns."""
    label_file = folder / LABEL_FILE
    return label_file if label_file.is_file() and {"id", "hemorrhage"} <= set(read_header(label_file)) else None


def load_kaggle(folder: Path) -> Collection:
    """Read the set. Each picture is its own group until a groups file or the search for duplicates says more.

    Args:
        folder: Holds `labels.csv` (header "id, hemorrhage", ids not zero-padded) and, at any depth, pictures whose
            names are the ids padded to three digits.

    Raises:
        DatasetError: "data.unreadable_table", or "data.bad_label" or "data.missing_file", naming the line.
    """
    pictures = {path.stem.lstrip("0") or "0": path for path in sorted(folder.rglob("*.png"))}
    items = tuple(_item(row, pictures) for row in read_rows(folder / LABEL_FILE))
    return Collection(name=folder.resolve().name, layout="kaggle", items=items)


def _item(row: Row, pictures: dict[str, Path]) -> Item:
    line, key, label = row.line, row.cells["id"].lstrip("0") or "0", row.cells["hemorrhage"]
    if label not in {"0", "1"}:
        raise DatasetError(
            "data.bad_label", f"{LABEL_FILE}, line {line}: expected 0 or 1; received {label!r}.", "Correct the line."
        )
    if key not in pictures:
        raise DatasetError(
            "data.missing_file",
            f"{LABEL_FILE}, line {line}: there is no picture for id {key!r}.",
            "Fetch the set again: felipekitamura/head-ct-hemorrhage on Kaggle.",
        )
    return Item(key=key, path=pictures[key], label=int(label), group=key)
