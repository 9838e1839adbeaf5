"""How each origin keeps its slices and labels."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from hemoscope.datasets.items import UNKNOWN, Collection, Item, Level
from hemoscope.datasets.kaggle import load_kaggle
from hemoscope.datasets.load import read_groups
from hemoscope.datasets.origins.cases import NO_HEMORRHAGE, NOTHING_KNOWN, Case
from hemoscope.datasets.origins.masks import read_mask
from hemoscope.datasets.origins.unpack import unpack
from hemoscope.datasets.rows import read_rows
from hemoscope.errors import DatasetError
from hemoscope.reading import find_images
from hemoscope.terms import SUBTYPES, Label

WITHOUT_HEMORRHAGE = "CQ500-CT-0"
Reader = Callable[[Path], list[Case]]


def read_kaggle(folder: Path) -> list[Case]:
    """Read the 200-image set: hemorrhage or not. Groups come from `<folder>-groups.csv` beside it, where that is."""
    collection = load_kaggle(folder)
    groups_file = folder.with_name(folder.name + "-groups.csv")
    groups = read_groups(groups_file, collection) if groups_file.is_file() else list(collection.groups)
    return [
        _case(folder, item.path, f"group-{group}", targets=_targets(any=item.label))
        for item, group in zip(collection, groups, strict=True)
    ]


def read_bhsd(folder: Path) -> list[Case]:
    """Read slices with hemorrhage, each with a mask whose colors are the subtypes. The name begins with the patient."""
    cases = []
    for path in sorted((folder / "images").glob("*.png")):
        mask = folder / "masks" / path.name
        present = [bool(area.any()) for area in read_mask(mask)]
        targets = _targets(any=1, **{label: int(is_there) for label, is_there in zip(SUBTYPES, present, strict=True)})
        cases.append(_case(folder, path, path.stem[:3], targets=targets, mask=mask))
    return cases


def read_phe_sich(folder: Path) -> list[Case]:
    """Read whole heads around a deep intraparenchymal bleed; whether it reaches the ventricles is not known.

    Slices at the bleed's ends, "pos-edge", sometimes show mostly edema: their label is doubtful.
    """
    bleed = _targets(any=1, intraparenchymal=1, epidural=0, subdural=0)
    return [
        _case(
            folder,
            folder / "images" / row["file"],
            row["patient"],
            targets=bleed if row["any"] == "1" else NO_HEMORRHAGE,
            is_doubtful=row["status"] == "pos-edge",
        )
        for row in _rows(folder / "labels.csv")
    ]


def read_rsna(folder: Path) -> list[Case]:
    """Read single DICOM slices with all six labels; they may lie in `slices.zip`."""
    archive = folder / "slices.zip"
    paths = {path.name: path for path in find_images(unpack(archive) if archive.is_file() else folder)}
    rows = [row for row in _rows(folder / "labels.csv") if row["file"] in paths]
    return [
        _case(folder, paths[row["file"]], row["patient"], targets=tuple(float(row[label]) for label in Label))
        for row in rows
    ]


def read_abdulkader(folder: Path) -> list[Case]:
    """Read whole heads of which only the patient's label is known: without hemorrhage no slice shows any."""
    return [
        _case(
            folder,
            folder / row["file"],
            row["patient"],
            targets=NOTHING_KNOWN if row["patient_has_hemorrhage"] == "1" else NO_HEMORRHAGE,
            patient_has_hemorrhage=row["patient_has_hemorrhage"] == "1",
        )
        for row in _rows(folder / "patients.csv")
    ]


def read_cq500(folder: Path) -> list[Case]:
    """Read a study with contrast that most of three readers found without hemorrhage; its vessels look like blood."""
    read = next(row for row in _rows(folder / "reads.csv") if row["name"] == WITHOUT_HEMORRHAGE)
    if sum(int(read[f"R{reader}:ICH"]) for reader in (1, 2, 3)) > 1:
        raise DatasetError("data.bad_label", "reads.csv calls the study positive.", "Fetch the collection again.")
    return [
        _case(folder, path, WITHOUT_HEMORRHAGE, targets=NO_HEMORRHAGE, patient_has_hemorrhage=False)
        for path in find_images(folder / WITHOUT_HEMORRHAGE)
    ]


def reads(load: Callable[[Path], Collection]) -> Reader:
    """Make a reader of a layout that `load_collection` knows.

    Of a collection whose labels speak of studies, the slices of one with hemorrhage are unknown. A label map is taken
    where it tells subtypes: one that only says where blood is cannot teach them.
    """

    def read(folder: Path) -> list[Case]:
        collection = load(folder)
        return [_case_of(folder, item, level=collection.level) for item in collection]

    return read


def _case_of(folder: Path, item: Item, *, level: Level) -> Case:
    is_unknown = level is Level.STUDY and item.label == 1
    return Case(
        key=f"{folder.name}/{item.key}",
        origin=folder.name,
        path=item.path,
        group=f"{folder.name}/{item.group}",
        targets=NOTHING_KNOWN if is_unknown else item.targets,
        mask=item.mask if item.label and UNKNOWN not in item.targets else None,
        patient_has_hemorrhage=bool(item.label) if level is Level.STUDY else None,
        frame=item.frame,
    )


def _case(folder: Path, path: Path, group: str, *, targets: tuple[float, ...], **known: Any) -> Case:
    if not path.is_file():
        raise DatasetError(
            "data.missing_file", f"{folder.name} names {path.name}, which is not there.", "Fetch the collection again."
        )
    return Case(
        key=f"{folder.name}/{path.name}",
        origin=folder.name,
        path=path,
        group=f"{folder.name}/{group}",
        targets=targets,
        **known,
    )


def _targets(**known: int) -> tuple[float, ...]:
    """Arrange what is known in the order of `Label`; without hemorrhage there is no subtype either.

    >>> _targets(any=1, intraparenchymal=1)
    (1.0, -1.0, 1.0, -1.0, -1.0, -1.0)
    """
    if known["any"] == 0:
        return NO_HEMORRHAGE
    return tuple(float(known.get(label, UNKNOWN)) for label in Label)


def _rows(path: Path) -> Iterator[dict[str, str]]:
    return (row.cells for row in read_rows(path))
