"""Miniatures of the public sets, in the exact layout of each, made of drawn heads."""

import csv
from functools import cache
from pathlib import Path

import numpy as np
from pydicom import dcmread

from hemoscope.datasets.phantom import make_slice
from hemoscope.terms import SUBTYPES, Label
from hemoscope.writing.dicom import write_series
from hemoscope.writing.nifti import write_nifti

SIZE, THICK = 128, 5.0
KAGGLE_ORDER = ("epidural", "intraparenchymal", "intraventricular", "subarachnoid", "subdural", "any")
TRUNCATED = "ID_6431af929"
BLEEDS = (Label.SUBDURAL, None, Label.INTRAPARENCHYMAL, None)
"""What the slices of a drawn study show, feet to head."""
BHSD_NUMBERS = {"epidural": 1, "intraparenchymal": 2, "intraventricular": 3, "subarachnoid": 4, "subdural": 5}


@cache
def draw(label: Label | None, *, seed: int) -> tuple[np.ndarray, np.ndarray]:
    """Draw a slice in HU and the area of its bleed, both of shape (SIZE, SIZE)."""
    hu, mask = make_slice(label, seed=seed, size=SIZE)
    return hu, mask > 0


def write_study(folder: Path, *, patient: str, study: str, bleeds: tuple[Label | None, ...], seed: int) -> list[Path]:
    """Write a DICOM study whose header names patient and study as a public set does; feet to head."""
    hu = np.stack([draw(label, seed=seed + place)[0] for place, label in enumerate(bleeds)])
    paths = write_series(hu, folder, spacing=(THICK, 1.8, 1.8), name=study)
    for path in paths:
        dataset = dcmread(path)
        dataset.PatientID = patient
        dataset.save_as(path)
    return paths


def write_rsna(folder: Path, *, truncated: bool = True) -> Path:
    """Write three patients, one of them with two studies, names in random order; two images to answer for."""
    rows: list[tuple[str, int]] = []
    images = folder / "stage_2_train"
    images.mkdir(parents=True)
    for number, (patient, study) in enumerate((("ID_a", "s0"), ("ID_a", "s1"), ("ID_b", "s2"), ("ID_c", "s3"))):
        bleeds = BLEEDS if number % 2 == 0 else (None,) * 4
        paths = write_study(folder / "making", patient=patient, study=study, bleeds=bleeds, seed=10 * number)
        for place, (path, label) in enumerate(zip(paths, bleeds, strict=True)):
            name = f"ID_{(7919 * (4 * number + place + 1)) % 65536:09x}"
            path.rename(images / f"{name}.dcm")
            rows += rsna_rows(name, label)
    rows += rows[:6]  # as four images have them
    if truncated:
        [path] = write_study(folder / "making", patient="ID_d", study="s4", bleeds=(None,), seed=90)
        (images / f"{TRUNCATED}.dcm").write_bytes(path.read_bytes()[:9000])
        rows += rsna_rows(TRUNCATED, None)
        path.unlink()
    write_csv(folder / "stage_2_train.csv", ("ID", "Label"), rows)
    _write_rsna_test(folder)
    (folder / "making").rmdir()
    return folder


def rsna_rows(name: str, label: Label | None) -> list[tuple[str, int]]:
    """Return the six rows of one image."""
    return [(f"{name}_{kind}", int(label is not None and kind in (label, "any"))) for kind in KAGGLE_ORDER]


def _write_rsna_test(folder: Path) -> None:
    (folder / "stage_2_test").mkdir()
    paths = write_study(folder / "making", patient="ID_t", study="t", bleeds=(Label.SUBDURAL, None), seed=70)
    names = ["ID_0fbf6a978", "ID_0d62513ec"]
    for name, path in zip(names, paths, strict=True):
        path.rename(folder / "stage_2_test" / f"{name}.dcm")
    rows = [(f"{name}_{kind}", 0.5) for name in names for kind in KAGGLE_ORDER]
    write_csv(folder / "stage_2_sample_submission.csv", ("ID", "Label"), rows)


CQ500_FINDINGS = (
    *("ICH", "IPH", "IVH", "SDH", "EDH", "SAH", "BleedLocation-Left", "BleedLocation-Right", "ChronicBleed"),
    *("Fracture", "CalvarialFracture", "OtherFracture", "MassEffect", "MidlineShift"),
)
_CQ500_NAMES = dict(zip(SUBTYPES, ("EDH", "IPH", "IVH", "SAH", "SDH"), strict=True))


def write_cq500(folder: Path) -> Path:
    """Write four studies of five that were read: two as handed out, with further series, and two shorter ones."""
    readings = {  # what each of the three readers found
        "CQ500-CT-0": (Label.SUBDURAL, Label.SUBDURAL, None),
        "CQ500-CT-1": (None, None, None),
        "CQ500-CT-2": (Label.INTRAPARENCHYMAL, Label.INTRAPARENCHYMAL, Label.INTRAPARENCHYMAL),
        "CQ500-CT-3": (Label.SUBDURAL, None, None),
        "CQ500-CT-4": (None, None, None),
    }
    for number in (0, 1):
        top = folder / f"CQ500CT{number} CQ500CT{number}" / "Unknown Study"
        for name, thick in (("CT PLAIN THIN", 0.625), ("CT Plain", THICK), ("CT POST CONTRAST", THICK)):
            label = Label.SUBDURAL if number == 0 else None
            _write_cq500_series(top / name, f"CQ500-CT-{number}", label, seed=20 * number, thick=thick)
    for number in (2, 3):
        label = Label.INTRAPARENCHYMAL if number == 2 else None
        _write_cq500_series(folder / f"CQ500-CT-{number}", f"CQ500-CT-{number}", label, seed=20 * number, thick=THICK)
    header = ("name", "Category", *(f"R{reader}:{finding}" for reader in (1, 2, 3) for finding in CQ500_FINDINGS))
    rows = [
        (name, "B1", *(value for found in of_study for value in _reading(found))) for name, of_study in readings.items()
    ]
    write_csv(folder / "reads.csv", header, rows)
    return folder


def _reading(label: Label | None) -> list[int]:
    return [int(label is not None and finding in ("ICH", _CQ500_NAMES.get(label))) for finding in CQ500_FINDINGS]


def _write_cq500_series(folder: Path, name: str, label: Label | None, *, seed: int, thick: float) -> None:
    hu = np.stack([draw(label if place == 1 else None, seed=seed)[0] for place in range(9)])
    for path in write_series(hu, folder, spacing=(thick, 1.8, 1.8), name=f"{name} {folder.name}"):
        dataset = dcmread(path)
        dataset.PatientID = name
        dataset.save_as(path)


def write_ct_ich(folder: Path) -> Path:
    """Write two patients of four slices, each with its mask of 0 and 255."""
    rows = []
    for patient, bleeds in ((49, BLEEDS), (130, (None, Label.EPIDURAL, None, None))):
        hu, masks = zip(*(draw(label, seed=patient + place) for place, label in enumerate(bleeds)), strict=True)
        scan, mask = np.stack(hu).astype(np.int16), 255 * np.stack(masks).astype(np.uint8)
        for part, volume in (("ct_scans", scan), ("masks", mask)):
            (folder / part).mkdir(parents=True, exist_ok=True)
            write_nifti(volume, folder / part / f"{patient:03d}.nii", spacing=(THICK, 1.8, 1.8))
        for place, label in enumerate(bleeds):
            kinds = ("intraventricular", "intraparenchymal", "subarachnoid", "epidural", "subdural")
            rows.append((patient, place + 1, *(int(label == kind) for kind in kinds), int(label is None), 0))
    header = ("PatientNumber", "SliceNumber", "Intraventricular", "Intraparenchymal", "Subarachnoid", "Epidural")
    write_csv(
        folder / "hemorrhage_diagnosis_raw_ct.csv", (*header, "Subdural", "No_Hemorrhage", "Fracture_Yes_No"), rows
    )
    return folder


def write_bhsd(
    folder: Path, *, images: str = "images", masks: str = "ground truths", binary: bool = False, volumes: int = 2
) -> Path:
    """Write volumes of four slices with label maps numbered as BHSD does, or 1 for any blood as INSTANCE does."""
    for number in range(volumes):
        name, first = f"ID_{number}219ef88_ID_e5c1a31210", (Label.SUBDURAL, Label.EPIDURAL)[number % 2]
        bleeds = (first, None, Label.INTRAPARENCHYMAL, None)
        drawn = [draw(label, seed=7 * place + len(first)) for place, label in enumerate(bleeds)]
        numbers = [0 if label is None else 1 if binary else BHSD_NUMBERS[label] for label in bleeds]
        labels = np.stack([number * area.astype(np.uint8) for number, (_, area) in zip(numbers, drawn, strict=True)])
        for part, volume in ((images, np.stack([hu for hu, _ in drawn]).astype(np.int16)), (masks, labels)):
            (folder / part).mkdir(parents=True, exist_ok=True)
            write_nifti(volume, folder / part / f"{name}.nii.gz", spacing=(THICK, 1.8, 1.8))
    return folder


def write_csv(path: Path, header: tuple[str, ...], rows: list[tuple[object, ...]] | list[tuple[str, int]]) -> None:
    """Write a table."""
    with path.open("w", newline="") as stream:
        table = csv.writer(stream, lineterminator="\n")
        table.writerow(header)
        table.writerows(rows)
