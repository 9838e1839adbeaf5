"""Labelled slices as a review looks at them."""

import numpy as np

from hemoscope.datasets.load import load_collection
from hemoscope.preparation.canonical import PreparationSettings, prepare_and_check
from hemoscope.review.items import see_item
from hemoscope.terms import Label

SETTINGS = PreparationSettings(size=64)


def test_a_slice_is_seen_as_a_network_sees_it(drawn_set):
    item = load_collection(drawn_set).items[0]
    seen, prepared = see_item(item, SETTINGS), prepare_and_check(item.read(), settings=SETTINGS)
    assert np.array_equal(seen.inputs, prepared.inputs[0, :, :, 0])
    assert np.array_equal(seen.brain, prepared.brain)
    assert seen.mask is None
    assert seen.subtypes == ()


def test_a_drawn_bleed_lies_where_the_slice_shows_it(ct_ich):
    item = next(item for item in load_collection(ct_ich) if item.label and item.mask is not None)
    seen = see_item(item, SETTINGS)
    assert seen.mask.any()
    assert set(seen.subtypes) <= set(Label)
    inside = seen.mask & seen.brain
    assert seen.inputs[inside].mean() > seen.inputs[seen.brain & ~seen.mask].mean()
