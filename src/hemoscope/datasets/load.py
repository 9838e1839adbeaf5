"""Recognize a labelled collection by its layout and read it."""

import csv
import os
from pathlib import Path

from hemoscope.datasets.folder import find_class_folders, load_class_folders
from hemoscope.datasets.items import Collection, check_usable
from hemoscope.datasets.kaggle import find_kaggle, load_kaggle
from hemoscope.errors import DatasetError, InputError


def load_collection(path: str | os.PathLike[str], *, groups_file: str | os.PathLike[str] | None = None) -> Collection:
    """Read a labelled collection of any layout we know.

    Args:
        path: A folder: the Kaggle set as it comes, or two class folders.
        groups_file: CSV with a column "group" and a column "id", "file" or "path" that names the slice.

    Raises:
        InputError: "input.not_found" or "input.not_a_folder".
        DatasetError: "data.unknown_layout", or what the layout's reader and `read_groups` raise.
    """
    folder = Path(path)
    if not folder.exists():
        raise InputError("input.not_found", f"There is no {folder.name!r}.", "Check the path.")
    if not folder.is_dir():
        raise InputError("input.not_a_folder", f"Expected a folder; {folder.name!r} is a file.", "Name its folder.")
    collection = check_usable(_recognize(folder))
    return collection if groups_file is None else collection.regrouped(read_groups(groups_file, collection))


def _recognize(folder: Path) -> Collection:
    if find_kaggle(folder):
        return load_kaggle(folder)
    if len(set(find_class_folders(folder).values())) == 2:
        return load_class_folders(folder)
    raise DatasetError(
        "data.unknown_layout",
        f"{folder.name!r} is neither the Kaggle set (labels.csv) nor two class folders.",
        "Put slices into two folders named hemorrhage and normal.",
    )


def read_groups(path: str | os.PathLike[str], collection: Collection) -> list[str]:
    """Read which items belong together.

    Args:
        path: CSV with a column "group" and a column "id", "file" or "path" that holds the item's key or file name.
        collection: The items to look up.

    Returns:
        A group per item, in their order.

    Raises:
        DatasetError: "groups.columns", or "groups.incomplete" where an item has none.
    """
    with Path(path).open(newline="", encoding="utf-8-sig") as stream:
        rows = list(csv.DictReader(stream))
    columns = set(rows[0]) if rows else set()
    name_column = next((name for name in ("id", "file", "path") if name in columns), None)
    if name_column is None or "group" not in columns:
        raise DatasetError(
            "groups.columns",
            f'Expected columns "group" and "id", "file" or "path"; received {", ".join(sorted(columns)) or "none"}.',
            "Correct the header of the groups file.",
        )
    group_of = {row[name_column].strip(): row["group"].strip() for row in rows}
    found = [group_of.get(item.key, group_of.get(item.path.name)) for item in collection]
    missing = [item.key for item, group in zip(collection, found, strict=True) if not group]
    if missing:
        raise DatasetError(
            "groups.incomplete",
            f"The groups file names no group for {len(missing)} of {len(collection)} slices, first {missing[0]!r}.",
            "Add them, each with a group of its own if it belongs to no other.",
        )
    return [group for group in found if group]
