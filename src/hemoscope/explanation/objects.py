"""An examined study as its DICOM objects are made from it."""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import datetime
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np

from hemoscope import __version__
from hemoscope.errors import HemoscopeError
from hemoscope.explanation.names import UniqueNames
from hemoscope.inference.batch import Examined
from hemoscope.inference.predictor import by_label, show
from hemoscope.inference.study import StudyExamination
from hemoscope.records import Notice, Slice, Status
from hemoscope.results.caption import base_name
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
    """Write the objects of a study below the folder of its answer, where highdicom is installed.

    Args:
        examined: An answer.
        folder: Gets `dicom` and `fhir.json`.
        model: As `Bundle.summary` tells it.

    Returns:
        The answer, with a warning where its objects could not be made: that costs no result.
    """
    return _write(examined, folder, model)[0] if is_installed() else examined


class Objects:
    """A folder in which every study that was scored and came as DICOM gets one with its objects.

    Args:
        out: The folder; made when it is needed.
        model: As `Bundle.summary` tells it.
        before: Names of inputs that have their folders from an earlier call.

    Attributes:
        files: Of each study, by its input, in the order made.
    """

    def __init__(self, out: Path, model: Mapping[str, Any], *, before: Iterable[str] = ()) -> None:
        self._out, self._model, self._names = out, model, UniqueNames()
        self.files: dict[str, list[str]] = {}
        for name in before:
            self._names.take(base_name(name))

    def add(self, examined: Examined) -> Examined:
        """Write the objects of one input, if it has any.

        Returns:
            The answer, with a warning where its objects could not be made.
        """
        folder = self._out / self._names.take(base_name(examined.result.input))
        answered, paths = _write(examined, folder, self._model)
        if paths:
            self.files[examined.result.input] = [str(path) for path in paths]
        return answered


def _write(examined: Examined, folder: Path, model: Mapping[str, Any]) -> tuple[Examined, list[Path]]:
    if not isinstance(examined, StudyExamination) or not has_objects(examined):
        return examined, []
    from hemoscope.results.dicom.objects import make_files

    try:
        return examined, make_files(answer_of(examined, model=model), folder)
    except HemoscopeError as error:
        notice = Notice(error.code, f"No DICOM objects were made of this result: {error.message}")
    except OSError:  # a disk that is full or gone concerns the whole result
        raise
    except Exception as error:  # what a library makes of odd headers never costs a result; its text may quote them
        kind = type(error).__name__
        notice = Notice("dicom_result.failed", f"No DICOM objects were made of this result, unforeseen: {kind}.")
    result = replace(examined.result, warnings=(*examined.result.warnings, notice))
    return replace(examined, result=result), []


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
