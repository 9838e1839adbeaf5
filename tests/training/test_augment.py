"""Augmentation changes pictures, within bounds, and the same way for the same seed."""

import numpy as np

from hemoscope.preparation.canonical import prepare
from hemoscope.records import Slice
from hemoscope.terms import Unit
from hemoscope.training.augment import Augmentation
from tests.preparation.drawn import draw_head

HEADS = np.repeat(prepare(Slice(draw_head(), Unit.HU, "a.dcm", "dicom")), 4, axis=0)


def changed(seed: int) -> np.ndarray:
    return Augmentation()(HEADS, key=(seed, 0, 0))


def test_the_same_seed_gives_the_same_pictures_and_another_seed_others():
    assert np.array_equal(changed(1), changed(1))
    assert np.abs(changed(1) - changed(2)).mean() > 0.01


def test_every_picture_of_a_batch_is_changed_its_own_way():
    pictures = changed(1)
    assert min(np.abs(pictures[0] - pictures[index]).mean() for index in (1, 2, 3)) > 0.005


def test_pictures_stay_in_0_to_1_and_most_of_the_head_stays_in_view():
    pictures = changed(3)
    assert pictures.min() >= 0
    assert pictures.max() <= 1
    assert ((pictures > 0.05).mean(axis=(1, 2, 3)) > 0.5 * (HEADS[0] > 0.05).mean()).all()


def test_what_was_changed_before_does_not_matter():
    augmentation = Augmentation()
    first = augmentation(HEADS, key=(1, 2, 3))
    augmentation(HEADS, key=(1, 2, 4))
    assert np.array_equal(augmentation(HEADS, key=(1, 2, 3)), first)
