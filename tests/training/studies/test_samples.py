"""Parts of studies say what their slices show, and batches are filled up with missing slices."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hemoscope.datasets.origins import UNKNOWN
from hemoscope.models.sequence import FEATURES, SCALE
from hemoscope.training.studies.samples import LEAST_SLICES, describe_study, fill_up, make_variant

from .made import make_studies, make_study

MISSING = FEATURES.index("missing")


def test_studies_of_other_lengths_are_filled_up_with_missing_slices():
    short, long = make_study(bleeds=True, seed=1, slices=9), make_study(bleeds=False, seed=2, slices=14)
    made = fill_up([describe_study(study, variants=0, seed=0).samples[0] for study in (short, long)])
    assert made.features.shape == (2, 14, len(FEATURES))
    assert made.features[0, :, MISSING].tolist() == [0] * 9 + [1] * 5
    assert np.array_equal(made.features[0, :9], short.describe())
    assert (made.slices[0, 9:] == UNKNOWN).all()
    assert np.array_equal(made.slices[0, :9], short.slice_targets)
    assert np.array_equal(made.studies, np.stack([short.study_targets, long.study_targets]))


def test_a_study_is_described_whole_and_then_in_parts_that_its_key_and_the_seed_decide():
    one, other = make_studies(2)
    described = describe_study(one, variants=4, seed=0)
    assert len(described.samples) == 5
    assert np.array_equal(described.samples[0][0], one.describe())
    assert described.study is one
    again = describe_study(one, variants=4, seed=0)
    assert all(np.array_equal(a, b) for a, b in zip(described.samples[3], again.samples[3], strict=True))
    lengths = {tuple(len(x) for x, _, _ in describe_study(s, variants=9, seed=0).samples) for s in (one, other)}
    assert len(lengths) == 2


@given(st.integers(0, 10_000), st.booleans())
def test_a_part_never_says_what_its_slices_do_not_show(seed, bleeds):
    study = make_study(bleeds=bleeds, seed=3)
    features, targets, of_study = make_variant(study, rng=np.random.default_rng(seed))
    assert len(features) == len(targets) >= LEAST_SLICES - 3
    assert np.isfinite(features).all()
    shown = (targets[:, 0] == 1).any()
    if shown:
        assert of_study[0] == 1
    if of_study[0] == 0:
        assert not shown
    if of_study[0] == 1:
        assert bleeds
    assert (targets[features[:, MISSING] == 1] == UNKNOWN).all()


@given(st.integers(0, 10_000))
def test_of_a_study_with_its_own_label_alone_no_range_is_taken(seed):
    study = make_study(bleeds=True, seed=3)
    unknown = replace(study, slice_targets=np.full_like(study.slice_targets, UNKNOWN))
    _, targets, of_study = make_variant(unknown, rng=np.random.default_rng(seed))
    assert (targets == UNKNOWN).all()
    assert of_study.tolist() == study.study_targets.tolist()


def test_all_logits_of_a_part_are_shifted_alike():
    study = make_study(bleeds=True, seed=3, slices=LEAST_SLICES)
    for seed in range(40):
        features, _, _ = make_variant(study, rng=np.random.default_rng(seed))
        whole = study.describe()
        for turned in (features, features[::-1]):
            if not turned[:, MISSING].any() and np.allclose(turned[:, 12:], whole[:, 12:]):
                shift = (turned - whole)[:, :6]
                assert np.ptp(shift) < 1e-5
                assert 0 < abs(float(shift.mean()) * SCALE) < 2
                return
    pytest.fail("no variant was left whole")
