"""The one table that every labelled collection is read into."""

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from hemoscope.errors import DatasetError


@dataclass(frozen=True, slots=True)
class Item:
    """One labelled slice.

    Attributes:
        key: Name within the collection, unique: the collection's own id or the path below its folder.
        path: The file.
        label: 1 with hemorrhage, 0 without.
        group: What must stay on one side of a split: a patient, or pictures that are nearly the same.
        details: Whatever else its collection says of it, as pairs of column and cell.
    """

    key: str
    path: Path
    label: int
    group: str
    details: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Collection:
    """A labelled collection.

    Attributes:
        name: Name of its folder.
        layout: How it was recognized, such as "kaggle" or "class folders".
        items: Its slices, in the collection's own order.
    """

    name: str
    layout: str
    items: tuple[Item, ...]

    def __len__(self) -> int:
        return len(self.items)

    def __iter__(self) -> Iterator[Item]:
        return iter(self.items)

    @property
    def labels(self) -> tuple[int, ...]:
        """The labels, in the order of the items."""
        return tuple(item.label for item in self.items)

    @property
    def groups(self) -> tuple[str, ...]:
        """The groups, in the order of the items."""
        return tuple(item.group for item in self.items)

    def regrouped(self, groups: Sequence[str]) -> "Collection":
        """Return the same collection with other groups, given in the order of the items."""
        items = tuple(replace(item, group=group) for item, group in zip(self.items, groups, strict=True))
        return replace(self, items=items)

    def only(self, indices: Sequence[int]) -> "Collection":
        """Return the collection with these items alone."""
        return replace(self, items=tuple(self.items[index] for index in indices))

    def data_hash(self) -> str:
        """SHA-256 over every file's bytes and label, independent of order and place; proves which data was used."""
        return self.hash_of([hashlib.sha256(item.path.read_bytes()).hexdigest() for item in self.items])

    def hash_of(self, file_hashes: Sequence[str]) -> str:
        """Return what `data_hash` does, from the SHA-256 of each file in the order of the items."""
        lines = sorted(f"{value} {item.label}" for value, item in zip(file_hashes, self.items, strict=True))
        return hashlib.sha256("\n".join(lines).encode()).hexdigest()


def check_usable(collection: Collection) -> Collection:
    """Return the collection if a network can learn from it.

    Raises:
        DatasetError: "data.one_class" where positives or negatives are missing, "data.repeated_key" where two items
            share a name.
    """
    positives = sum(collection.labels)
    if positives in (0, len(collection)):
        raise DatasetError(
            "data.one_class",
            f"Expected slices with and without hemorrhage; found {positives} with and "
            f"{len(collection) - positives} without.",
            "Add the missing class, or check the label file.",
        )
    keys = [item.key for item in collection]
    if len(set(keys)) != len(keys):
        repeated = next(key for key in keys if keys.count(key) > 1)
        raise DatasetError(
            "data.repeated_key", f"Expected each slice once; {repeated!r} stands twice.", "Remove the second line."
        )
    return collection
