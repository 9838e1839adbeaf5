"""Drawn studies with an answer that the test makes up, so that every value in an object can be told beforehand."""

from collections.abc import Callable
from datetime import datetime
from pathlib import Path

import numpy as np
from pydicom import Dataset, dcmread

from hemoscope.reading import open_studies
from hemoscope.records import Decision, OperatingPoint, Shown, SliceOfStudy, Status, StudyResult
from hemoscope.results.dicom.answer import Answer
from hemoscope.results.dicom.objects import make_objects
from hemoscope.results.palette import number_of
from hemoscope.terms import Label
from hemoscope.writing.dicom import write_series

POINT = OperatingPoint("balanced", 0.4375, "chosen for a test", "nothing")
MODEL = {"name": "drawn-net", "version": "1.2.3", "bundle_sha256": "ab" * 32}
SUBTYPES = {
    Label.EPIDURAL: 0.03125,
    Label.INTRAPARENCHYMAL: 0.8125,
    Label.INTRAVENTRICULAR: 0.1,
    Label.SUBARACHNOID: 1 / 3,
    Label.SUBDURAL: 0.25,
}


def draw_study(folder: Path, *, slices: int = 6, tilt: float = 0.0, change: Callable[[Dataset], None] | None = None):
    """Write a small series, 48 x 40 pixels 2 x 2.5 mm; every header can be changed."""
    rng = np.random.default_rng(3)
    hu = rng.integers(-1000, 200, (slices, 48, 40)).astype(np.float32)
    for path in write_series(hu, folder, spacing=(5.0, 2.0, 2.5), name="drawn", tilt_degrees=tilt):
        dataset = dcmread(path)
        dataset.StudyDate, dataset.StudyTime = "20260102", "030405"
        if change is not None:
            change(dataset)
        dataset.save_as(path, enforce_file_format=True)
    return folder


def areas_at(place: int, shape: tuple[int, int]) -> np.ndarray:
    """Mark another shape in every slice, of two labels, as displayed; nothing in the first."""
    areas = np.zeros(shape, np.uint8)
    if place:
        areas[3 + place : 14, 2 : 5 + place] = number_of(Label.INTRAPARENCHYMAL)
        areas[20:24, 30 : 32 + place] = number_of(Label.SUBDURAL)
        areas[40, 1:3] = number_of(Label.ANY)
    return areas


def result_of(series, *, decision: Decision = Decision.POSITIVE, probability: float = 0.9375) -> StudyResult:
    count = len(series)
    slices = tuple(
        SliceOfStudy(
            series.name_of(place),
            series.instance_uid(place),
            float(place),
            place,
            Status.SCORED,
            probability=(place + 1) / (count + 1),
            subtypes={label: value * (place + 1) / count for label, value in SUBTYPES.items()},
        )
        for place in range(count)
    )
    keys = tuple(sorted(range(count), reverse=True)[:2])
    return StudyResult(
        "study",
        "1.2.3",
        Status.SCORED,
        None,
        probability,
        decision,
        POINT,
        SUBTYPES,
        None,
        slices,
        keys,
    )


def objects_of(folder: Path, *, made_at: datetime | None = None, **said) -> dict[str, list[Dataset]]:
    """Make the objects of a drawn study, by their modality."""
    with open_studies(folder) as found:
        series = found.studies[0].chosen
        made = make_objects(answer_to(series, made_at=made_at, **said))
    kinds: dict[str, list[Dataset]] = {}
    for one in made:
        kinds.setdefault(str(one.Modality), []).append(one)
    return kinds


def answer_to(series, *, made_at: datetime | None = None, **said) -> Answer:
    shape = series.geometry.shape
    return Answer(
        result=result_of(series, **said),
        series=series,
        model=MODEL,
        software="0.0",
        areas=lambda place: areas_at(place, shape),
        show=lambda place: Shown(series.read(place)),
        made_at=made_at,
    )
