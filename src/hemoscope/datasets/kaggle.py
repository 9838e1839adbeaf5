"""The 200-image set: Kaggle "Head CT - hemorrhage" (felipekitamura/head-ct-hemorrhage), in the layout it comes in."""

import csv
from pathlib import Path

from hemoscope.datasets.items import Collection, Item
from hemoscope.errors import DatasetError

LABEL_FILE = "labels.csv"


def find_kaggle(folder: Path) -> Path | None:
    """Return the label file if this folder holds the set: `labels.csv` with "id" and "hemorrhage" columns."""
    label_file = folder / LABEL_FILE
    if not label_file.is_file():
        return None
    with label_file.open(newline="", encoding="utf-8-sig", errors="replace") as stream:
        header = [name.strip() for name in next(csv.reader(stream), [])]
    return label_file if {"id", "hemorrhage"} <= set(header) else None


def load_kaggle(folder: Path) -> Collection:
    """Read the set. Each picture is its own group until a groups file or the search for duplicates says more.

    Args:
        folder: Holds `labels.csv` (header "id, hemorrhage", ids not zero-padded) and, at any depth, pictures whose
            names are the ids padded to three digits.

    Raises:
        DatasetError: "data.bad_label" or "data.missing_file", naming the line.
    """
    pictures = {path.stem.lstrip("0") or "0": path for path in sorted(folder.rglob("*.png"))}
    with (folder / LABEL_FILE).open(newline="", encoding="utf-8-sig") as stream:
        rows = [
            {name.strip(): (value or "").strip() for name, value in row.items() if name}
            for row in csv.DictReader(stream)
        ]
    items = tuple(_item(line, row, pictures) for line, row in enumerate(rows, start=2))
    return Collection(name=folder.resolve().name, layout="kaggle", items=items)


def _item(line: int, row: dict[str, str], pictures: dict[str, Path]) -> Item:
    key, label = row["id"].lstrip("0") or "0", row["hemorrhage"]
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
