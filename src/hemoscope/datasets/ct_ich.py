"""PhysioNet CT-ICH (Hssayeni): 75 head CTs of Iraq as NIfTI in HU, each slice labelled by two radiologists.

    hemorrhage_diagnosis_raw_ct.csv   PatientNumber,SliceNumber,Intraventricular,...,No_Hemorrhage,Fracture_Yes_No
    ct_scans/049.nii                  patients 49 to 130 without 59 to 65, numbers padded to three digits
    masks/049.nii                     where the blood is, 0 and 255, of no stated subtype

Slices are counted from 1, in the order of the file's third axis.

Source: Hssayeni et al. 2020, doi:10.3390/data5010014; physionet.org/content/ct-ich/1.3.1.
"""

from collections.abc import Iterator
from pathlib import Path

from hemoscope.datasets.headers import Progress
from hemoscope.datasets.items import Collection, Item, Place
from hemoscope.datasets.rows import Row, read_header, read_rows
from hemoscope.errors import DatasetError
from hemoscope.records import Notice
from hemoscope.terms import SUBTYPES

TABLE, SCANS, MASKS = "hemorrhage_diagnosis_raw_ct.csv", "ct_scans", "masks"
PATIENT, SLICE, NONE, FRACTURE = "PatientNumber", "SliceNumber", "No_Hemorrhage", "Fracture_Yes_No"
NEEDED = (PATIENT, SLICE, *(label.capitalize() for label in SUBTYPES), NONE)
SUFFIXES = (".nii", ".nii.gz")


def find_ct_ich(folder: Path) -> Path | None:
    """Return the table if this folder holds the set: `hemorrhage_diagnosis_raw_ct.csv`."""
    table = folder / TABLE
    return table if table.is_file() else None


def load_ct_ich(folder: Path, *, on_progress: Progress | None = None) -> Collection:
    """Read the labelled slices of each volume; patients are groups.

    A row whose labels contradict each other and a row beyond the end of its volume are left out, with a notice.

    Args:
        folder: Holds the table, `ct_scans/` and `masks/`.
        on_progress: Called with how many volumes are looked at and how many there are.

    Raises:
        DatasetError: "data.columns", "data.bad_label" with the line, or "data.missing_file".
        ReadingError: A volume's header cannot be read.
    """
    _check_columns(folder / TABLE)
    rows: dict[int, list[Row]] = {}
    for row in read_rows(folder / TABLE):
        rows.setdefault(_number(row, PATIENT), []).append(row)
    items: list[Item] = []
    contradicting: list[str] = []
    beyond: list[str] = []
    for done, (patient, of_patient) in enumerate(rows.items(), start=1):
        for item, odd in _slices(folder, patient, of_patient):
            if odd:
                contradicting.append(item.key)
            elif item.place is None or item.place.position is None:
                beyond.append(item.key)
            else:
                items.append(item)
        if on_progress is not None:
            on_progress(done, len(rows))
    return Collection(
        name=folder.resolve().name,
        layout="CT-ICH",
        items=tuple(items),
        notices=tuple(_notices(contradicting, beyond)),
        groups_are_patients=True,
    )


def _check_columns(table: Path) -> None:
    missing = [column for column in NEEDED if column not in read_header(table)]
    if missing:
        raise DatasetError("data.columns", f"{table.name} lacks {', '.join(missing)}.", "Fetch CT-ICH 1.3.1 again.")


def _slices(folder: Path, patient: int, rows: list[Row]) -> Iterator[tuple[Item, bool]]:
    """Yield each slice and whether its labels contradict each other; one beyond the volume has no position."""
    from hemoscope.reading.nifti_slice import nifti_positions

    name = f"{patient:03d}"
    path = _volume(folder / SCANS, name)
    if path is None:
        raise DatasetError(
            "data.missing_file", f"{TABLE} names patient {name}, but {SCANS} has no such volume.", "Fetch it again."
        )
    positions = nifti_positions(path)
    for row in rows:
        frame = _number(row, SLICE) - 1
        subtypes = tuple(float(_flag(row, label.capitalize())) for label in SUBTYPES)
        has_none = _flag(row, NONE)
        position = positions[frame] if 0 <= frame < len(positions) else None
        item = Item(
            key=f"{SCANS}/{name}#{frame + 1}",
            path=path,
            label=int(any(subtypes)),
            group=f"patient-{name}",
            details=((FRACTURE, row.cells.get(FRACTURE, "")),),
            frame=frame,
            subtypes=subtypes,
            mask=_volume(folder / MASKS, name),
            place=Place(name, position=position),
        )
        yield item, has_none == item.label


def _volume(folder: Path, name: str) -> Path | None:
    return next((path for suffix in SUFFIXES if (path := folder / f"{name}{suffix}").is_file()), None)


def _number(row: Row, column: str) -> int:
    try:
        return int(float(row.cells[column]))
    except (ValueError, OverflowError):
        raise _bad(row, column, "a number") from None


def _flag(row: Row, column: str) -> int:
    if row.cells[column] not in {"0", "1"}:
        raise _bad(row, column, "0 or 1")
    return int(row.cells[column])


def _bad(row: Row, column: str, expected: str) -> DatasetError:
    return DatasetError(
        "data.bad_label",
        f"{TABLE}, line {row.line}: expected {expected} as {column}; received {row.cells[column]!r}.",
        "Correct the line.",
    )


def _notices(contradicting: list[str], beyond: list[str]) -> Iterator[Notice]:
    if contradicting:
        text = f"{len(contradicting)} slices are called both with and without hemorrhage, or neither"
        yield Notice("data.contradicting_row", f"{text}, first {contradicting[0]}; they were left out.")
    if beyond:
        text = f"{len(beyond)} rows name slices that their volume does not have, first {beyond[0]}"
        yield Notice("data.no_such_slice", f"{text}; they were left out.")
