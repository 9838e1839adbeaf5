"""Studies are prepared slice by slice; what cannot be read keeps its place."""

import numpy as np
import pytest

from hemoscope.datasets.phantom import make_slice
from hemoscope.datasets.studies import LabelledStudy, prepare_study, slabs
from hemoscope.datasets.studies.cases import join_targets
from hemoscope.errors import DatasetError, ReadingError
from hemoscope.preparation.canonical import PreparationSettings
from hemoscope.records import Slice
from hemoscope.terms import Unit

SETTINGS = PreparationSettings(size=64)
NORMAL = (0.0,) * 6


def head(index: int) -> Slice:
    if index == 1:
        raise ReadingError("read.damaged", "It is damaged.", "Fetch it again.")
    return Slice(make_slice(None, seed=3, size=128)[0] + index, Unit.HU, "drawn", "dicom")


def study(parts: tuple[tuple[int, ...], ...]) -> LabelledStudy:
    return LabelledStudy("drawn/a", "drawn", "a", head, parts, (NORMAL,) * len(parts), NORMAL, 5.0, 1.8)


def test_a_slice_that_cannot_be_read_keeps_its_place_without_input():
    case = prepare_study(study(((0,), (1,), (2,))), settings=SETTINGS)
    assert [frame is not None for frame in case.frames] == [True, False, True]
    assert not case.inputs[1].any()
    assert case.inputs.shape == (3, 64, 64)
    assert case.brain[0].any()
    assert (case.spacing_mm, case.pixel_mm, case.kind) == (5.0, 1.8, "real")


def test_thin_slices_are_averaged():
    case = prepare_study(study(((0, 4),)), settings=SETTINGS)
    alone = prepare_study(study(((2,),)), settings=SETTINGS)
    assert np.abs(case.inputs.astype(float) - alone.inputs.astype(float)).max() < 2e-3


def test_a_study_of_which_nothing_can_be_read_is_an_error():
    with pytest.raises(DatasetError, match=r"No slice of a study could be prepared.*\[data\.nothing_left\]"):
        prepare_study(study(((1,), (1,))), settings=SETTINGS)


def test_a_part_of_a_study_says_what_its_slices_show():
    case = prepare_study(study(((0,), (2,), (3,))), settings=SETTINGS)
    targets = np.array([NORMAL, (1, 0, 1, -1, -1, 0), NORMAL], np.float32)
    bleeding = type(case)(**{name: getattr(case, name) for name in case.__slots__} | {"slice_targets": targets})
    assert bleeding.only([0, 2], key="x", spacing_mm=10.0).study_targets.tolist() == [0] * 6
    part = bleeding.only([0, 1], key="x", spacing_mm=None)
    assert part.study_targets.tolist() == [1, 0, 1, -1, -1, 0]
    assert (len(part), part.key, part.spacing_mm) == (2, "x", None)


def test_targets_join_to_unknown_only_where_nothing_shows_and_something_is_unknown():
    assert join_targets(np.array([[0, 1, -1, -1], [0, -1, 0, 1]])).tolist() == [0, 1, -1, 1]


@pytest.mark.parametrize(
    ("count", "spacing", "slabs_made", "apart"),
    [
        (4, 5.0, 4, 5.0),
        (238, 0.625, 30, 5.0),
        (9, 1.25, 2, 5.0),
        (5, None, 5, None),
        (40, 2.5, 20, 5.0),
        (1, 0.5, 1, 5.0),
    ],
)
def test_slabs_are_about_five_millimeters_thick(count, spacing, slabs_made, apart):
    parts, made = slabs(count, spacing_mm=spacing)
    assert (len(parts), made) == (slabs_made, apart)
    used = [number for part in parts for number in part]
    assert used == list(range(len(used)))
    assert count - len(used) <= 2
