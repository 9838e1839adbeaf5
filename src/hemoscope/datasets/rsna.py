"""RSNA Intracranial Hemorrhage Detection (2019), in the layout in which Kaggle ships it.

    stage_2_train.csv                ID,Label: a row per image and label, such as ID_000012eaf_subdural,0
    stage_2_train/ID_000012eaf.dcm   752,803 images; ID_6431af929.dcm ends within its pixels
    stage_2_sample_submission.csv    ID,Label: the images to answer for
    stage_2_test/

The labels stand in another order than ours, "any" last. Four images have each of their rows twice. Patients and
studies are read from the DICOM headers: no table names them.

Source: Flanders et al. 2020, doi:10.1148/ryai.2020190211; kaggle.com/c/rsna-intracranial-hemorrhage-detection.
"""

from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path

from hemoscope.datasets.headers import Header, Progress, read_headers
from hemoscope.datasets.items import Collection, Item, Place
from hemoscope.datasets.rows import Row, read_header, stream_rows
from hemoscope.errors import DatasetError
from hemoscope.records import Notice
from hemoscope.terms import Label

LABEL_FILE, IMAGES = "stage_2_train.csv", "stage_2_train"
COLUMNS = ("ID", "Label")
NAME = "rsna-intracranial-hemorrhage-detection"
"""The folder in Kaggle's archive."""
_PLACES = {str(label): place for place, label in enumerate(Label)}
_MISSING = -1
_MOST_NAMED = 5

Targets = tuple[float, ...]
"""What is said of one image, a number for each of `Label`."""


def find_rsna(folder: Path) -> Path | None:
    """Return the folder that holds the set: this one, or Kaggle's own name in it."""
    for place in (folder, folder / NAME):
        table = place / LABEL_FILE
        if table.is_file() and set(COLUMNS) <= set(read_header(table)):
            return place
    return None


def load_rsna(folder: Path, *, on_progress: Progress | None = None) -> Collection:
    """Read the training images with their six labels, patient, study and position.

    The groups are patients. Images that are not there, whose header cannot be read or that end within their pixels are
    left out, each kind with a notice.

    Args:
        folder: Holds `stage_2_train.csv` and `stage_2_train/`.
        on_progress: Called with how many headers are read and how many there are; they are read once.

    Raises:
        DatasetError: "data.unreadable_table", "data.bad_label", "data.conflicting_labels" or "data.incomplete_labels",
            with the image or line; "data.missing_file" where no image is there.
    """
    targets, notices = read_targets(folder / LABEL_FILE)
    there = {path.stem: path for path in (folder / IMAGES).glob("*.dcm")}
    paths = {name: there[name] for name in targets if name in there}
    if not paths:
        raise DatasetError(
            "data.missing_file",
            f"Expected the images of {LABEL_FILE} in {IMAGES}; found none of them.",
            "Unpack the whole archive of the competition, or correct the path.",
        )
    if len(paths) < len(targets):
        absent = f"{len(targets) - len(paths):,} of {len(targets):,} images of {LABEL_FILE} are not there"
        notices.append(Notice("data.absent", f"{absent}; they were left out."))
    headers = dict(zip(paths, read_headers(folder, list(paths.values()), on_progress=on_progress), strict=True))
    notices += _shortcomings(headers)
    items = tuple(_items(paths, targets, headers))
    return Collection(folder.resolve().name, "RSNA 2019", items, notices=tuple(notices), groups_are_patients=True)


def read_targets(table: Path) -> tuple[dict[str, Targets], list[Notice]]:
    """Read a table in the challenge's long form, six rows to an image, into six labels of 0 or 1 for each.

    Args:
        table: CSV with the columns ID and Label.

    Returns:
        The labels of each image in the order of `Label`, and a notice where rows stand twice and say the same.

    Raises:
        DatasetError: "data.bad_label" with the line, "data.conflicting_labels" or "data.incomplete_labels" with the
            images.
    """
    found: dict[str, bytearray] = {}
    repeated: dict[str, None] = {}
    conflicting: dict[str, None] = {}
    for row in stream_rows(table):
        name, place = _split(row, table.name)
        value = row.cells["Label"]
        if value not in {"0", "1"}:
            raise _bad(row, table.name, f"expected 0 or 1; received {value!r}")
        of_image = found.setdefault(name, bytearray(b"?" * len(Label)))
        if of_image[place] != ord("?"):
            (repeated if chr(of_image[place]) == value else conflicting)[name] = None
        of_image[place] = ord(value)
    _refuse(conflicting, "data.conflicting_labels", f"{table.name} gives one label of an image as 0 and as 1")
    torn = {name: None for name, values in found.items() if b"?" in values}
    _refuse(torn, "data.incomplete_labels", f"{table.name} gives an image fewer than its {len(Label)} labels")
    targets = {name: _numbers(bytes(values)) for name, values in found.items()}
    odd = {name: None for name, values in targets.items() if values[0] != max(values[1:])}
    _refuse(odd, "data.conflicting_labels", f"{table.name} gives any hemorrhage otherwise than the subtypes do")
    if not repeated:
        return targets, []
    text = f"Rows that stand twice and say the same were taken once: those of {_named(repeated)}."
    return targets, [Notice("data.repeated_rows", text)]


def read_probabilities(table: Path) -> dict[str, Targets]:
    """Read a submission, or the sample of one: a probability for each label of each image.

    Args:
        table: CSV with the columns ID and Label.

    Returns:
        Six numbers in [0, 1] for each image, in the order of `Label`; the images in the order of the table.

    Raises:
        DatasetError: "data.columns", "data.bad_label" with the line, "data.repeated_key" or "data.incomplete_labels".
    """
    if not set(COLUMNS) <= set(read_header(table)):
        raise DatasetError(
            "data.columns", f'Expected columns "ID" and "Label" in {table.name}.', "Name the sample of the competition."
        )
    found: dict[str, list[float]] = {}
    for row in stream_rows(table):
        name, place = _split(row, table.name)
        of_image = found.setdefault(name, [_MISSING] * len(Label))
        if of_image[place] != _MISSING:
            raise DatasetError("data.repeated_key", f"{table.name} has {row.cells['ID']!r} twice.", "Remove one.")
        of_image[place] = _probability(row, table.name)
    torn = {name: None for name, values in found.items() if _MISSING in values}
    _refuse(torn, "data.incomplete_labels", f"{table.name} gives an image fewer than its {len(Label)} labels")
    return {name: tuple(values) for name, values in found.items()}


def row_id(name: str, label: Label) -> str:
    """Name a row of the challenge's tables.

    >>> row_id("ID_000012eaf", Label.SUBDURAL)
    'ID_000012eaf_subdural'
    """
    return f"{name}_{label}"


@lru_cache
def _numbers(values: bytes) -> Targets:
    """Turn digits into numbers; the few that there are share their memory among all images."""
    return tuple(float(chr(value)) for value in values)


def _split(row: Row, table: str) -> tuple[str, int]:
    """Take an ID apart into the image and the place of the label."""
    name, _, label = row.cells.get("ID", "").rpartition("_")
    if not name or label not in _PLACES:
        raise _bad(row, table, f"expected an ID such as ID_000012eaf_subdural; received {row.cells.get('ID', '')!r}")
    return name, _PLACES[label]


def _probability(row: Row, table: str) -> float:
    try:
        value = float(row.cells["Label"])
    except ValueError:
        value = float("nan")
    if not 0 <= value <= 1:
        raise _bad(row, table, f"expected a probability from 0 to 1; received {row.cells['Label']!r}")
    return value


def _bad(row: Row, table: str, what: str) -> DatasetError:
    return DatasetError("data.bad_label", f"{table}, line {row.line}: {what}.", "Fetch the table again.")


def _refuse(images: dict[str, None], code: str, what: str) -> None:
    if images:
        raise DatasetError(code, f"{what}: {_named(images)}.", "Fetch the table again, or correct these images.")


def _named(images: dict[str, None]) -> str:
    names = list(images)
    return ", ".join(names[:_MOST_NAMED]) + (f" and {len(names) - _MOST_NAMED:,} more" * (len(names) > _MOST_NAMED))


def _shortcomings(headers: dict[str, Header]) -> Iterator[Notice]:
    unreadable = {name: None for name, header in headers.items() if header.place is None}
    nobodys = {name: None for name, header in headers.items() if header.place is not None and not header.place.patient}
    short = {name: None for name, header in headers.items() if header.place is not None and header.place.is_short}
    if unreadable:
        codes = ", ".join(sorted({headers[name].error for name in unreadable}))
        yield Notice("data.no_header", f"Left out: {_named(unreadable)}, whose headers cannot be read ({codes}).")
    if short:
        yield Notice("data.truncated", f"Left out: {_named(short)}, which end within their pixels.")
    if nobodys:
        yield Notice("data.no_patient", f"{_named(nobodys)}: no Patient ID, so the study was taken for the patient.")


def _items(paths: dict[str, Path], targets: dict[str, Targets], headers: dict[str, Header]) -> Iterator[Item]:
    for name, path in paths.items():
        place = headers[name].place
        if place is None or place.is_short:
            continue
        label, *subtypes = targets[name]
        yield Item(
            key=name,
            path=path,
            label=int(label),
            group=f"patient-{place.patient}" if place.patient else f"study-{place.study or name}",
            subtypes=tuple(subtypes),
            place=Place(place.study or name, place.series, place.position),
        )
