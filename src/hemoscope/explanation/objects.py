"""An examined study as its DICOM objects are made from it."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np

from hemoscope import __version__
from hemoscope.errors import HemoscopeError
from hemoscope.inference.batch import Examined
from hemoscope.inference.predictor import by_label, show
from hemoscope.inference.study import StudyExamination
from hemoscope.records import Notice, Slice, Status
from hemoscope.results.dicom.answer import Answer, is_installed
from hemoscope.results.palette import find_areas
from hemoscope.terms import Unit


def has_objects(examined: Examined) -> bool:
    """Whether there are objects to make: of a study that was scored and came as DICOM."""
    if not isinstance(examined, StudyExamination) or examined.series is None:
        return False
    from hemoscope.results.dicom.source import is_dicom

    return examined.result.status is Status.SCORED and is_dicom(examined.series)


def answer_of(examined: StudyExamination, *, model: Mapping[str, Any], made_at: datetime | None = None) -> Answer:
    """Give what the objects of a study are made from; its files must be open as long as they are made.

    Args:
        examined: A study with a series.
        model: As `Bundle.summary` tells it.
        made_at: As `Answer` has it.
    """
    assert examined.series is not None

    @lru_cache(maxsize=1)
    def areas_in(number: int) -> np.ndarray | None:
        return _areas(examined, number)

    return Answer(
        result=examined.result,
        series=examined.series,
        model=model,
        software=__version__,
        areas=lambda place: areas_in(examined.result.slices[place].section),
        show=examined.show,
        made_at=made_at,
    )


def keep_objects(examined: Examined, folder: Path, *, model: Mapping[str, Any]) -> Examined:
    """Write the objects of a study into a folder of their own; whatever is wrong with them costs no result.

    Args:
        examined: An answer.
        folder: Of the answer; gets `dicom` and `fhir.json`.
        model: As `Bundle.summary` tells it.

    Returns:
        The answer, with a warning where its objects could not be made.
    """
    if not has_objects(examined) or not is_installed() or not isinstance(examined, StudyExamination):
        return examined
    from hemoscope.results.dicom.objects import make_files

    try:
        make_files(answer_of(examined, model=model), folder)
    except HemoscopeError as error:
        notice = Notice(error.code, f"No DICOM objects were made of this result: {error.message}")
        return replace(examined, result=replace(examined.result, warnings=(*examined.result.warnings, notice)))
    return examined


def _areas(examined: StudyExamination, number: int) -> np.ndarray | None:
    """Find what is seen in a section, without reading its pixels again."""
    if examined.looked is None or examined.series is None:
        return None
    look = examined.looked.looks[number]
    if look.cells is None:
        return None
    blank = Slice(np.zeros(examined.series.geometry.shape, np.float32), Unit.HU, "", "dicom")
    shown = show(blank, by_label(look.cells, examined.labels), look.frame, look.brain)
    return None if shown.maps is None or shown.withheld is not None else find_areas(shown.maps)
