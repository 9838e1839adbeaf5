"""Changes of a slice keep to what scanners, viewers and web pages do."""

import cv2
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


def test_slices_of_one_study_get_one_kind_of_change_and_each_its_own_noise():
    """Two equal slices: what sets them apart is noise alone, of the same strength for both, or nothing."""
    hu = np.full((96, 96), 35.0, np.float32)
    with_noise = 0
    for seed in range(30):
        one, other = (
            degrade(hu, hu > 99, rng=np.random.default_rng(seed), noise=np.random.default_rng((seed, index)))
            for index in (0, 1)
        )
        if np.array_equal(one, other):
            continue
        grains = [(image - cv2.GaussianBlur(image, (0, 0), 6.0))[12:-12, 12:-12] for image in (one, other)]
        spreads = [float(grain.std()) for grain in grains]
        if min(spreads) < 0.5:
            continue
        with_noise += 1
        assert max(spreads) < 1.2 * min(spreads)
        assert abs(np.corrcoef(grains[0].ravel(), grains[1].ravel())[0, 1]) < 0.3
    assert 5 <= with_noise <= 25
