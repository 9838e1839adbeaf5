"""The brain of a prepared slice, where nobody kept it."""

import numpy as np

from hemoscope.review.anatomy import enclosed_brain

from .drawn import SIZE, disk, drawn_case


def test_the_enclosed_brain_is_found_in_the_prepared_slice_alone():
    inputs, brain = drawn_case().inputs, drawn_case().brain
    noise = np.random.default_rng(0).normal(0, 2 / 80, inputs.shape) * brain
    found = enclosed_brain((inputs + noise).astype(np.float16))
    assert found.shape == (SIZE, SIZE)
    assert (found & brain).sum() / (found | brain).sum() > 0.9


def test_where_bone_encloses_nothing_there_is_none():
    inputs = drawn_case().inputs.copy()
    inputs[:, :90] = np.where(disk(90, 90, 78)[:, :90], inputs[:, :90], 0.0)
    assert not enclosed_brain(inputs).any()
    assert not enclosed_brain(np.zeros((SIZE, SIZE), np.float32)).any()
