"""Class folders: one folder of slices with hemorrhage, one without."""

from pathlib import Path

from hemoscope.datasets.items import Collection, Item

POSITIVE_NAMES = frozenset(
    {"1", "any", "bleed", "haemorrhage", "haemorrhagic", "hemorrhage", "hemorrhagic", "ich", "pos", "positive", "yes"}
)
NEGATIVE_NAMES = frozenset({"0", "healthy", "neg", "negative", "no", "none", "normal"})
_NEGATIONS = ("no_", "non_", "not_", "without_")


def label_of_folder(name: str) -> int | None:
    """Read a class from a folder's name, such as "Hemorrhagic" or "no-hemorrhage"; None where it says neither.

    >>> [label_of_folder(name) for name in ("Hemorrhagic", "Normal", "no-hemorrhage", "images")]
    [1, 0, 0, None]
    """
    word = name.strip().lower().replace("-", "_").replace(" ", "_")
    if word in NEGATIVE_NAMES or word.startswith(_NEGATIONS):
        return 0
    return 1 if word in POSITIVE_NAMES else None


def find_class_folders(folder: Path) -> dict[Path, int]:
    """Return the folders directly below this one whose names are classes, with their labels."""
    labelled = {path: label_of_folder(path.name) for path in sorted(folder.iterdir()) if path.is_dir()}
    return {path: label for path, label in labelled.items() if label is not None}


def load_class_folders(folder: Path) -> Collection:
    """Read class folders. Slices in a folder below the class, such as a patient's, have that as their group."""
    from hemoscope.reading import find_images

    items = tuple(
        Item(key=path.relative_to(folder).as_posix(), path=path, label=label, group=_group(path, of=parent))
        for parent, label in find_class_folders(folder).items()
        for path in find_images(parent)
    )
    return Collection(name=folder.resolve().name, layout="class folders", items=items)


def _group(path: Path, *, of: Path) -> str:
    below = path.relative_to(of)
    return (of.name + "/" + below.parent.as_posix()) if len(below.parts) > 1 else f"{of.name}/{below.as_posix()}"
