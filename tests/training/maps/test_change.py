"""Changes of a slice keep to what scanners, viewers and web pages do."""

import numpy as np

from hemoscope.training.maps.change import CLIPPED_FROM, HU_RANGE, clip_dense, degrade

RAMP = np.tile(np.arange(80, dtype=np.float32), (80, 1))


def test_clipping_leaves_what_is_less_dense_and_makes_the_rest_alike():
    ends = set()
    for seed in range(40):
        clipped = clip_dense(RAMP, rng=np.random.default_rng(seed))
        is_kept = clipped == RAMP
        first = int(np.flatnonzero(~is_kept[0])[0])
        assert np.ceil(CLIPPED_FROM[0]) <= first <= np.ceil(CLIPPED_FROM[1])
        (end,) = np.unique(clipped[:, first:])
        assert first - 1 < end <= first or end == HU_RANGE
        ends.add(bool(end == HU_RANGE))
    assert ends == {True, False}


def test_bone_and_the_black_outside_stay_as_they_are():
    hu = RAMP.copy()
    hu[:10] = 0
    is_bone = np.zeros(hu.shape, bool)
    is_bone[-10:] = True
    for seed in range(20):
        changed = degrade(hu, is_bone, rng=np.random.default_rng(seed))
        assert np.array_equal(changed[-10:], hu[-10:])
        assert np.all(changed[:10] == 0)
        assert changed.dtype == np.float32
