"""A bleed goes on from slice to slice at the same place, grows smaller to its ends, and keeps its density."""

import numpy as np
import pytest

from hemoscope.datasets.lesions import find_landmarks, paint_through
from hemoscope.datasets.lesions.landmarks import Landmarks
from hemoscope.datasets.phantom import PhantomSettings, make_phantom
from hemoscope.preparation.canonical import prepare_and_check
from hemoscope.records import Slice
from hemoscope.terms import SUBTYPES, Label, Unit


@pytest.fixture(scope="module")
def volume() -> tuple[np.ndarray, list[Landmarks | None]]:
    """The middle of a drawn head: 12 slices of 5 mm at 1.8 mm per pixel, with their landmarks."""
    hu = make_phantom(PhantomSettings(size=128, spacing_mm=1.8, slices=12, seed=4)).hu
    marks = []
    for one in hu:
        prepared = prepare_and_check(Slice(one, Unit.HU, "drawn", "dicom"))
        brain = prepared.frame.to_picture(prepared.brain.astype(np.float32), shape=one.shape) > 0.5
        marks.append(find_landmarks(one, brain, millimeters=1.8))
    return hu, marks


def painted(volume, label: Label, seed: int, spacing_mm: float = 5.0):
    return paint_through(*volume, label, spacing_mm=spacing_mm, rng=np.random.default_rng(seed))


@pytest.mark.parametrize("label", SUBTYPES)
def test_each_subtype_lies_in_consecutive_slices_and_nowhere_else(volume, label):
    long = 0
    for seed in range(8):
        found = painted(volume, label, seed)
        has_blood = found.masks.any(axis=(1, 2, 3))
        places = np.flatnonzero(has_blood)
        if found.masks.any(axis=1).sum(axis=(1, 2)).max() < 12:
            continue  # so thin that not every slice of it counts
        long += places.size > 1
        assert np.array_equal(found.hu[~has_blood], volume[0][~has_blood])
        assert places[-1] - places[0] + 1 <= places.size + 1  # one between may show too little to count
    assert long >= 4


def test_the_next_slice_shows_the_clot_at_the_same_place_and_as_dense(volume):
    compared = 0
    for seed in range(8):
        found = painted(volume, Label.INTRAPARENCHYMAL, seed)
        masks = found.masks.any(axis=1)
        for here, there in zip(range(11), range(1, 12), strict=True):
            if min(masks[here].sum(), masks[there].sum()) < 10:
                continue
            smaller = min(masks[here].sum(), masks[there].sum())
            assert (masks[here] & masks[there]).sum() > 0.6 * smaller
            assert abs(found.hu[here][masks[here]].mean() - found.hu[there][masks[there]].mean()) < 12
            compared += 1
    assert compared >= 8


def test_an_epidural_bleed_touches_the_inner_table_in_every_slice(volume):
    _, marks = volume
    seen = 0
    for seed in range(8):
        masks = painted(volume, Label.EPIDURAL, seed).masks[:, SUBTYPES.index(Label.EPIDURAL)]
        for mask, own in zip(masks, marks, strict=True):
            if np.count_nonzero(mask) >= 20:
                seen += 1
                assert float(own.depth[mask].min()) <= 4.0
    assert seen >= 8


def test_thin_slices_show_a_bleed_in_more_of_them(volume):
    thick, thin = (
        np.mean([painted(volume, Label.EPIDURAL, seed, spacing).masks.any(axis=(1, 2, 3)).sum() for seed in range(6)])
        for spacing in (10.0, 2.5)
    )
    assert thin > 1.5 * thick


def test_a_bleed_is_smaller_at_its_ends(volume):
    ends = []
    for seed in range(12):
        areas = painted(volume, Label.INTRAPARENCHYMAL, seed).masks.any(axis=1).sum(axis=(1, 2))
        places = np.flatnonzero(areas)
        if places.size >= 4 and places[0] > 0 and places[-1] < 11:
            ends += [areas[places[0]] / areas.max(), areas[places[-1]] / areas.max()]
    assert len(ends) >= 4
    assert np.mean(ends) < 0.75


def test_nothing_is_painted_where_there_is_no_brain(volume):
    hu, marks = volume
    found = paint_through(hu, [None] * len(hu), Label.SUBDURAL, spacing_mm=5.0, rng=np.random.default_rng(0))
    assert np.array_equal(found.hu, hu)
    assert not found.masks.any()
    half = [own if index < 6 else None for index, own in enumerate(marks)]
    found = paint_through(hu, half, Label.SUBDURAL, spacing_mm=5.0, rng=np.random.default_rng(0))
    assert not found.masks[6:].any()


def test_the_given_slices_are_not_changed_and_the_same_seed_paints_the_same(volume):
    before = volume[0].copy()
    one, other = painted(volume, Label.SUBARACHNOID, 3), painted(volume, Label.SUBARACHNOID, 3)
    assert np.array_equal(volume[0], before)
    assert np.array_equal(one.hu, other.hu)
    assert np.array_equal(one.masks, other.masks)
