"""What is painted through a study lies at the same place of the head, however each slice was cropped."""

from itertools import pairwise

import numpy as np
import pytest

from hemoscope.datasets.studies import paint_study
from hemoscope.datasets.studies.painted import Plan
from hemoscope.models.alignment import align_maps
from hemoscope.preparation.canonical import PreparationSettings
from hemoscope.terms import SUBTYPES, Label
from hemoscope.training.studies.synthetic import draw_phantom


@pytest.fixture(scope="module")
def normal():
    return draw_phantom(None, seed=2, preparation=PreparationSettings(size=96))


def paint(case, *, seed: int = 1, **plan):
    return paint_study(case, Plan(**plan), key="drawn/painted", rng=np.random.default_rng(seed))


def test_targets_are_what_the_masks_show(normal):
    painted, masks = paint(normal, bleeds=(Label.SUBDURAL,))
    present = masks.reshape(*masks.shape[:2], -1).any(axis=2)
    assert present[:, SUBTYPES.index(Label.SUBDURAL)].any()
    assert np.array_equal(painted.slice_targets[:, 1:], present)
    assert np.array_equal(painted.slice_targets[:, 0], present.any(axis=1))
    assert painted.study_targets.tolist() == [1, 0, 0, 0, 0, 1]
    assert (painted.kind, painted.key, painted.group) == ("painted subdural", "drawn/painted", normal.group)


def test_slices_without_the_bleed_stay_as_they_are_and_the_study_is_not_changed(normal):
    before = normal.inputs.copy()
    painted, masks = paint(normal, bleeds=(Label.EPIDURAL,))
    far = ~masks.any(axis=(1, 2, 3))
    near_masks = np.convolve(~far, np.ones(5), mode="same") > 0
    assert np.array_equal(painted.inputs[~near_masks], normal.inputs[~near_masks])
    assert np.array_equal(normal.inputs, before)


def test_neighbors_show_the_bleed_at_the_same_place_of_the_picture(normal):
    """The masks, aligned as the study head aligns maps, overlap from slice to slice."""
    overlaps = []
    for seed in range(4):
        _, masks = paint(normal, seed=seed, bleeds=(Label.INTRAPARENCHYMAL,))
        cells = masks.any(axis=1)[..., np.newaxis].astype(np.float32) * 20 - 10
        aligned = align_maps(cells, normal.frames, pixel_mm=normal.pixel_mm)[0][..., 0] > 0
        for here, there in pairwise(aligned):
            if min(here.sum(), there.sum()) >= 4:
                overlaps.append((here & there).sum() / min(here.sum(), there.sum()))
    assert len(overlaps) >= 4
    assert np.median(overlaps) > 0.7


def test_lookalikes_change_slices_and_are_no_blood(normal):
    changed, masks = paint(normal, lookalikes=("falx", "choroid plexus"))
    assert not masks.any()
    assert changed.study_targets.tolist() == [0] * 6
    assert not np.array_equal(changed.inputs, normal.inputs)


def test_every_slice_is_changed_with_its_number(normal):
    seen = []

    def darken(hu, bone, index):
        seen.append(index)
        return hu - 10

    changed, _ = paint(normal, change=darken)
    assert seen == list(range(len(normal)))
    assert float(changed.inputs.max()) <= 1.0
    assert float(changed.inputs.astype(float).mean()) < float(normal.inputs.astype(float).mean())


def test_a_study_without_brain_stays_as_it_is(normal):
    empty = type(normal)(**{name: getattr(normal, name) for name in normal.__slots__} | {"brain": normal.brain & False})
    painted, masks = paint(empty, bleeds=(Label.SUBDURAL,), lookalikes=("falx",))
    assert not masks.any()
    assert np.abs(painted.inputs.astype(float) - empty.inputs.astype(float)).max() < 1e-3
