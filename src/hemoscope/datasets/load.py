"""Recognize a labelled collection by its layout and read it."""

import os
from pathlib import Path

from hemoscope.datasets.cq500 import find_cq500, load_cq500
from hemoscope.datasets.ct_ich import find_ct_ich, load_ct_ich
from hemoscope.datasets.folder import find_class_folders, load_class_folders
from hemoscope.datasets.headers import Progress
from hemoscope.datasets.items import Collection, check_usable
from hemoscope.datasets.kaggle import find_kaggle, load_kaggle
from hemoscope.datasets.masked_volumes import find_masked_volumes, load_masked_volumes
from hemoscope.datasets.rows import read_rows
from hemoscope.datasets.rsna import find_rsna, load_rsna
from hemoscope.datasets.table import find_table, load_table
from hemoscope.errors import DatasetError, InputError


def load_collection(
    path: str | os.PathLike[str],
    *,
    groups_file: str | os.PathLike[str] | None = None,
    on_progress: Progress | None = None,
) -> Collection:
    """Read a labelled collection of any layout we know.

    Args:
        path: A folder: a public set as it comes (the 200-image set of Kaggle, RSNA 2019, CQ500, CT-ICH, BHSD, INSTANCE
            2022), two class folders, or slices with a `labels.csv` of path and label; or such a table itself, under
            any name that ends in .csv.
        groups_file: CSV with a column "group" and a column "id", "file" or "path" that names the slice.
        on_progress: Called with how many headers or volumes are looked at and how many there are, where a layout has to
            look at them all before anything is known.

    Raises:
        InputError: "input.not_found" or "input.not_a_folder".
        DatasetError: "data.unknown_layout", or what the layout's reader and `read_groups` raise.
    """
    place = Path(path)
    if not place.exists():
        raise InputError("input.not_found", f"There is no {place.name!r}.", "Check the path.")
    if not place.is_dir() and place.suffix.lower() != ".csv":
        raise InputError(
            "input.not_a_folder",
            f"Expected a folder or a CSV; {place.name!r} is neither.",
            "Name its folder, or a CSV of path and label.",
        )
    collection = check_usable(_recognize(place, on_progress) if place.is_dir() else load_table(place))
    return collection if groups_file is None else collection.regrouped(read_groups(groups_file, collection))


def _recognize(folder: Path, on_progress: Progress | None) -> Collection:
    rsna = find_rsna(folder)
    if rsna is not None:
        return load_rsna(rsna, on_progress=on_progress)
    if find_cq500(folder):
        return load_cq500(folder, on_progress=on_progress)
    if find_ct_ich(folder):
        return load_ct_ich(folder, on_progress=on_progress)
    if find_kaggle(folder):
        return load_kaggle(folder)
    table = find_table(folder)
    if table is not None:
        return load_table(table)
    if find_masked_volumes(folder):
        return load_masked_volumes(folder, on_progress=on_progress)
    if len(set(find_class_folders(folder).values())) == 2:
        return load_class_folders(folder)
    raise DatasetError(
        "data.unknown_layout",
        f"{folder.name!r} is neither a public set, nor two class folders, nor slices with a labels.csv.",
        "Put slices into two folders named hemorrhage and normal, or list them in labels.csv: path,label.",
    )


def read_groups(path: str | os.PathLike[str], collection: Collection) -> list[str]:
    """Read which items belong together.

    Args:
        path: CSV with a column "group" and a column "id", "file" or "path" that holds the item's key or file name.
        collection: The items to look up.

    Returns:
        A group per item, in their order.

    Raises:
        DatasetError: "data.unreadable_table", "groups.columns", or "groups.incomplete" where an item has none.
    """
    rows = [row.cells for row in read_rows(Path(path))]
    columns = set(rows[0]) if rows else set()
    name_column = next((name for name in ("id", "file", "path") if name in columns), None)
    if name_column is None or "group" not in columns:
        raise DatasetError(
            "groups.columns",
            f'Expected columns "group" and "id", "file" or "path"; received {", ".join(sorted(columns)) or "none"}.',
            "Correct the header of the groups file.",
        )
    group_of = {row[name_column]: row["group"] for row in rows}
    found = [group_of.get(item.key, group_of.get(item.path.name)) for item in collection]
    missing = [item.key for item, group in zip(collection, found, strict=True) if not group]
    if missing:
        raise DatasetError(
            "groups.incomplete",
            f"The groups file names no group for {len(missing)} of {len(collection)} slices, first {missing[0]!r}.",
            "Add them, each with a group of its own if it belongs to no other.",
        )
    return [group for group in found if group]
