"""Samples say what is known of every cell, and painted ones are consistent."""

import numpy as np
import pytest

from hemoscope.datasets.origins import UNKNOWN, load_origins
from hemoscope.preparation.canonical import PreparationSettings
from hemoscope.training.maps.losses import map_loss, slice_loss
from hemoscope.training.maps.mixture import Mixture
from hemoscope.training.maps.patients import decide
from hemoscope.training.maps.prepare import BRAIN_BIT, prepare_pool
from hemoscope.training.maps.samples import make_sample
from hemoscope.training.maps.split import split_pool
from hemoscope.training.run import VALIDATION
from tests.datasets.layouts import write_origins


@pytest.fixture(scope="module")
def prepared(tmp_path_factory):
    pool = load_origins(write_origins(tmp_path_factory.mktemp("origins")))
    return prepare_pool(pool, settings=PreparationSettings(size=64))


def sample_of(prepared, index, *, seed=0, is_painted=False):
    case = prepared.pool.cases[index]
    return make_sample(
        prepared.inputs[index],
        prepared.areas[index],
        prepared.pool.targets[index],
        has_mask=case.mask is not None,
        is_painted=is_painted,
        rng=np.random.default_rng(seed),
    )


def first(prepared, **wanted):
    return next(
        index
        for index, case in enumerate(prepared.pool)
        if all(getattr(case, name) == value for name, value in wanted.items())
    )


def test_a_normal_slice_has_no_blood_in_any_cell(prepared):
    sample = sample_of(prepared, first(prepared, any=0.0))
    assert sample.inputs.shape == (64, 64, 1)
    assert sample.maps.shape == (16, 16, 6)
    assert np.all(sample.maps == 0)
    assert np.all(sample.targets == 0)


def test_a_painted_slice_has_blood_in_the_cells_and_in_the_targets(prepared):
    index = first(prepared, any=0.0)
    painted = [sample_of(prepared, index, seed=seed, is_painted=True) for seed in range(20)]
    with_blood = [sample for sample in painted if sample.targets[0] == 1]
    assert len(with_blood) >= 12
    for sample in with_blood:
        assert np.array_equal(sample.targets[1:] == 1, sample.maps[:, :, 1:].max(axis=(0, 1)) > 0)
        assert sample.maps.min() >= 0


def test_a_labelled_slice_is_unknown_inside_the_head_and_empty_outside(prepared):
    index = first(prepared, origin="kaggle-head-ct-hemorrhage", any=1.0)
    sample = sample_of(prepared, index)
    assert set(np.unique(sample.maps)) == {UNKNOWN, 0.0}
    assert np.all(sample.maps[0, 0] == 0)
    assert np.all(sample.maps[8, 8] == UNKNOWN)


def test_a_mask_becomes_targets_and_areas_in_the_inputs_geometry(prepared):
    index = first(prepared, key="bhsd-dev/121013.png")
    area = prepared.areas[index]
    clot = (area & 0b10) > 0
    assert 20 < clot.sum() < 400
    assert float(prepared.inputs[index, :, :, 0][clot].mean()) > 0.7
    assert (area & BRAIN_BIT).any()


def test_the_same_place_in_a_run_gives_the_same_batch(prepared):
    batches = [Mixture(prepared, batch_size=8, seed=1).draw(epoch, 2) for epoch in (0, 0, 1)]
    (one, labels), (same, _), (later, _) = batches
    assert one.shape == (8, 64, 64, 1)
    assert labels["logits"].shape == (8, 6)
    assert labels["maps"].shape == (8, 16, 16, 6)
    assert np.array_equal(one, same)
    assert not np.array_equal(one, later)


def test_validation_takes_whole_groups_of_every_origin(prepared):
    parts = split_pool(prepared.pool, fraction=0.2, seed=0)
    held_out = set(prepared.pool.groups[parts == VALIDATION])
    assert not held_out & set(prepared.pool.groups[parts != VALIDATION])
    assert set(prepared.pool.origins[parts == VALIDATION]) == set(prepared.pool.origins)


def test_the_most_suspicious_slices_of_a_patient_are_taken_to_show_blood():
    scores = np.arange(10.0)
    decided = decide(scores, np.array(["p"] * 10))
    assert decided.tolist() == [0, 0, 0, 0, *[UNKNOWN] * 5, 1]


def test_losses_leave_out_the_unknown():
    unknown = np.full((1, 6), UNKNOWN, np.float32)
    assert float(slice_loss(unknown, np.full((1, 6), 9.0, np.float32))[0]) == 0
    maps = np.full((1, 4, 4, 6), UNKNOWN, np.float32)
    assert float(map_loss(maps, np.full((1, 4, 4, 6), 9.0, np.float32))[0]) == 0
    right, wrong = (np.full((1, 6), value, np.float32) for value in (-5.0, 5.0))
    zeros = np.zeros((1, 6), np.float32)
    assert float(slice_loss(zeros, right)[0]) < 0.2 < 4 < float(slice_loss(zeros, wrong)[0])
