"""Painted bleeds lie where their kind lies, are as dense as blood, and leave the rest of the slice alone."""

import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hemoscope.datasets.lesions import LOOKALIKES, add_lookalike, find_landmarks, paint
from hemoscope.datasets.lesions.paint import LEAST_RISE, SMALLEST_MM2
from hemoscope.datasets.lesions.sheet import TILE, draw_sheet
from hemoscope.datasets.lesions.slices import Canvas
from hemoscope.datasets.phantom import make_slice
from hemoscope.errors import DatasetError, RefusedError
from hemoscope.reading import read_slice
from hemoscope.records import Slice
from hemoscope.terms import SUBTYPES, Label, Unit

SEEDS = st.integers(0, 2**16)


@pytest.fixture(scope="module")
def canvas() -> Canvas:
    """A drawn head in HU, with ventricles."""
    hu, _ = make_slice(None, seed=3)
    return Canvas(Slice(hu.astype(np.float32), Unit.HU, "drawn", "dicom"))


def test_landmarks_find_the_inner_table_the_midline_and_the_ventricles(canvas):
    marks = canvas.marks
    assert marks.depth[~marks.inside].max() == 0
    assert 40 < marks.depth.max() < 90
    assert abs(float(marks.across[marks.inside].mean())) < 1
    assert float(np.abs(marks.across[marks.ventricles]).max()) <= 30
    assert np.count_nonzero(marks.ventricles) * marks.millimeters**2 > 80


def test_a_slice_without_brain_is_refused():
    with pytest.raises(RefusedError, match="too little") as caught:
        find_landmarks(np.zeros((64, 64), np.float32), np.zeros((64, 64), bool), millimeters=1.0)
    assert caught.value.code == "lesion.no_brain"


@pytest.mark.parametrize("label", SUBTYPES)
def test_each_subtype_comes_about_dense_and_inside_the_skull(canvas, label):
    hu = canvas.image.pixels
    seen = 0
    for seed in range(12):
        painted = paint(hu, canvas.marks, label, rng=np.random.default_rng(seed))
        mask = painted.masks[SUBTYPES.index(label)]
        if not mask.any():
            assert painted.hu is hu or painted.masks[SUBTYPES.index(Label.INTRAVENTRICULAR)].any()  # all broken in
            continue
        seen += 1
        assert mask[~canvas.marks.inside].sum() == 0
        assert label is Label.SUBDURAL or float((painted.hu - hu)[mask].mean()) > LEAST_RISE
        assert float(painted.hu[mask].mean()) < 95
        assert np.count_nonzero(mask) * canvas.marks.millimeters**2 >= SMALLEST_MM2 / 2
    assert seen >= 8


@settings(max_examples=25, deadline=None)
@given(seed=SEEDS, label=st.sampled_from(SUBTYPES))
def test_bone_and_air_stay_as_they_are_and_the_mask_is_brighter(canvas, seed, label):
    hu = canvas.image.pixels.copy()
    painted = paint(hu, canvas.marks, label, rng=np.random.default_rng(seed))
    assert np.array_equal(hu, canvas.image.pixels), "the argument was changed"
    far = ~canvas.marks.inside
    assert np.abs(painted.hu[far] - hu[far]).max() < 1e-3
    mask = painted.masks.any(axis=0)
    rise = float((painted.hu - hu)[mask].mean()) if mask.any() else LEAST_RISE
    assert rise > LEAST_RISE / 2 or label is Label.SUBDURAL  # an old one is no denser than brain


def test_the_same_seed_paints_the_same(canvas):
    one, other = (canvas.paint(Label.SUBDURAL, seed=5) for _ in range(2))
    assert np.array_equal(one.image.pixels, other.image.pixels)
    assert np.array_equal(one.masks, other.masks)


def test_an_epidural_bleed_touches_the_inner_table_and_a_clot_of_the_brain_does_not(canvas):
    epidural = canvas.paint(Label.EPIDURAL, seed=1).masks[SUBTYPES.index(Label.EPIDURAL)]
    clot = canvas.paint(Label.INTRAPARENCHYMAL, seed=1).masks[SUBTYPES.index(Label.INTRAPARENCHYMAL)]
    assert canvas.marks.depth[epidural].min() < 2
    assert canvas.marks.depth[clot].min() > 1


def test_an_epidural_bleed_leaves_no_gap_of_soft_tissue_between_itself_and_bone():
    """A mask of the brain that ends two pixels short of the bone still lets the bleed reach it."""
    hu = np.full((192, 192), -1000.0, np.float32)
    cv2.circle(hu, (96, 96), 80, 900.0, -1)
    cv2.circle(hu, (96, 96), 70, 30.0, -1)
    brain = np.zeros(hu.shape, np.uint8)
    cv2.circle(brain, (96, 96), 68, 1, -1)
    marks = find_landmarks(hu, brain > 0, millimeters=1.0)
    assert np.array_equal(marks.inside, hu == 30)
    painted = paint(hu, marks, Label.EPIDURAL, rng=np.random.default_rng(1))
    mask = painted.masks[SUBTYPES.index(Label.EPIDURAL)]
    rim = (hu == 30) & ~(brain > 0) & (cv2.dilate(mask.astype(np.uint8), np.ones((3, 3), np.uint8)) > 0)
    assert mask.any()
    assert float(painted.hu[rim & mask].mean()) > 40
    assert np.array_equal(painted.hu[hu == 900], hu[hu == 900])


@pytest.mark.parametrize("name", LOOKALIKES)
def test_each_lookalike_changes_the_inside_alone(canvas, name):
    hu = canvas.image.pixels
    changed = [add_lookalike(hu, canvas.marks, name, rng=np.random.default_rng(seed)) for seed in range(4)]
    far = ~canvas.marks.inside
    assert all(np.abs(one[far] - hu[far]).max() < 1e-3 for one in changed)
    assert max(float(np.abs(one - hu).max()) for one in changed) > 2


def test_a_picture_is_painted_in_units_of_its_window():
    hu, _ = make_slice(None, seed=3)
    grey = np.clip((hu + 5) / 90, 0, 1).astype(np.float32)
    canvas = Canvas(Slice(grey, Unit.GREY, "drawn", "png"))
    painted = canvas.paint(Label.INTRAPARENCHYMAL, seed=2)
    mask = painted.masks.any(axis=0)
    assert painted.image.unit is Unit.GREY
    assert 0 <= painted.image.pixels.min() <= painted.image.pixels.max() <= 1
    assert float((painted.image.pixels - grey)[mask].mean()) > 0.05


def test_a_sheet_has_a_row_per_slice_and_names_what_it_left_out(real_data):
    paths = [
        real_data / "kaggle-head-ct-hemorrhage" / "head_ct" / "head_ct" / "110.png",
        real_data / "README.md",
    ]
    sheet = draw_sheet(paths, seed=0)
    assert sheet.image.shape == (TILE, TILE * 6, 3)
    assert sheet.columns == ("as it is", *SUBTYPES)
    assert list(sheet.left_out) == ["README.md"]
    with pytest.raises(DatasetError, match="No slice could be painted into"):
        draw_sheet(paths[1:])


def test_painted_hu_of_a_real_slice_can_be_read_as_hu(rsna_slices, real_data):
    path = sorted((real_data / "rsna-2019-study").glob("*.dcm"))[10]
    image = read_slice(path)
    painted = Canvas(image).paint(Label.SUBDURAL, seed=4)
    mask = painted.masks.any(axis=0)
    assert painted.image.unit is Unit.HU
    assert painted.image.pixels.shape == image.pixels.shape
    assert not mask.any() or 10 < float(np.median(painted.image.pixels[mask])) < 100
