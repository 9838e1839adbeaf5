"""A contact sheet of whole heads: each subtype painted through the slices of one, to be looked at."""

import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import cv2
import numpy as np

from hemoscope.datasets.lesions.sheet import OUTLINE, TILE, Sheet
from hemoscope.datasets.origins.cases import NO_HEMORRHAGE
from hemoscope.datasets.studies.cases import LabelledStudy, StudyCase, normal_study, prepare_study
from hemoscope.datasets.studies.painted import Plan, paint_study
from hemoscope.preparation.canonical import PreparationSettings
from hemoscope.reading import open_studies, read_slice
from hemoscope.terms import SUBTYPES


def draw_through_sheet(paths: Sequence[str | os.PathLike[str]], *, slices: int, seed: int = 0) -> Sheet:
    """Paint each subtype through the slices of one head.

    Args:
        paths: A DICOM series or a NIfTI file; or pictures, from one end of the head to the other.
        slices: Show at most so many, spread evenly.
        seed: Another seed, other bleeds.

    Returns:
        The sheet: a row for the head as it is and one for each subtype, a column for each slice.

    Raises:
        DatasetError: "data.nothing_left" where no slice could be prepared.
    """
    with _find_study(paths) as study:
        case = prepare_study(study, settings=PreparationSettings())
    has_brain = np.flatnonzero(case.brain.any(axis=(1, 2)))
    count = min(slices, len(has_brain))
    shown = [int(has_brain[place * len(has_brain) // count]) for place in range(count)]
    rows = [_row(case, np.zeros((len(case), 1, *case.inputs.shape[1:]), bool), shown)]
    for label in SUBTYPES:
        painted, masks = paint_study(case, Plan((label,)), key=case.key, rng=np.random.default_rng(seed))
        rows.append(_row(painted, masks, shown))
    columns = tuple(f"slice {index + 1}" for index in shown)
    refused = {f"slice {index + 1}": "refused" for index, frame in enumerate(case.frames) if frame is None}
    return Sheet(np.vstack(rows), columns, refused)


@contextmanager
def _find_study(paths: Sequence[str | os.PathLike[str]]) -> Iterator[LabelledStudy]:
    """Take the longest series of a place, which stays open; else its pictures in the order of their names."""
    if len(paths) > 1:
        yield _of_pictures([Path(path) for path in paths])
        return
    with open_studies(paths[0]) as found:
        series = [one for study in found.studies for one in study.series]
        if series:
            yield normal_study(max(series, key=len), key="sheet", origin="sheet")
        else:
            yield _of_pictures([picture.path for picture in found.pictures])


def _of_pictures(pictures: Sequence[Path]) -> LabelledStudy:
    ordered = sorted(pictures)
    parts = tuple((index,) for index in range(len(ordered)))
    targets = (NO_HEMORRHAGE,) * len(parts)
    return LabelledStudy(
        "sheet", "sheet", "sheet", lambda index: read_slice(ordered[index]), parts, targets, NO_HEMORRHAGE
    )


def _row(case: StudyCase, masks: np.ndarray, shown: Sequence[int]) -> np.ndarray:
    return np.hstack([_tile(case.inputs[index], np.asarray(masks[index].any(axis=0))) for index in shown])


def _tile(inputs: np.ndarray, mask: np.ndarray) -> np.ndarray:
    """Draw a model input with the outline of a mask."""
    image = cv2.resize(inputs.astype(np.float32), (TILE, TILE), interpolation=cv2.INTER_LINEAR)
    tile = np.repeat(np.clip(image, 0, 1)[:, :, np.newaxis], 3, axis=2)
    small = cv2.resize(mask.astype(np.uint8), (TILE, TILE), interpolation=cv2.INTER_NEAREST)
    tile[cv2.dilate(small, np.ones((3, 3), np.uint8)) > small] = OUTLINE
    return tile
