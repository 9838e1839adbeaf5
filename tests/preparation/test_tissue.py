"""The shortest half, worked by hand."""

import numpy as np
import pytest

from hemoscope.errors import RefusedError
from hemoscope.preparation.tissue import measure_smoothed, measure_tissue, smoothed


def bands() -> np.ndarray:
    """A ramp from 0 to 1, down the rows: its shortest half has half its length."""
    return np.repeat(np.linspace(0, 1, 256, dtype=np.float32)[:, np.newaxis], 256, axis=1)


def test_the_shortest_half_of_a_ramp_is_half_as_wide():
    _, spread = measure_tissue(bands(), np.ones((256, 256), bool))
    assert spread == pytest.approx(0.5, abs=0.02)


def test_outliers_move_neither_level_nor_spread():
    plain = bands() * 0.2 + 0.4
    bled = plain.copy()
    bled[100:140, 100:140] = 1.0
    everywhere = np.ones((256, 256), bool)
    level, spread = measure_tissue(plain, everywhere)
    level_bled, spread_bled = measure_tissue(bled, everywhere)
    assert level_bled == pytest.approx(level, abs=0.1 * 0.2)
    assert spread_bled == pytest.approx(spread, rel=0.1)


def test_level_and_spread_follow_a_window():
    tissue = np.ones((256, 256), bool)
    level, spread = measure_tissue(bands(), tissue)
    narrow_level, narrow_spread = measure_tissue(bands() * 0.25 + 0.1, tissue)
    assert narrow_level == pytest.approx(level * 0.25 + 0.1, abs=0.01)
    assert narrow_spread == pytest.approx(spread * 0.25, abs=0.005)


def test_one_flat_grey_is_refused():
    with pytest.raises(RefusedError) as caught:
        measure_tissue(np.full((64, 64), 0.5, np.float32), np.ones((64, 64), bool))
    assert caught.value.code == "gate.no_contrast"


def test_a_smoothed_slice_measures_as_the_slice_does():
    slices = np.random.default_rng(5).random((2, 64, 64), np.float32)
    tissue = slices[1] > 0.2
    assert measure_smoothed(smoothed(slices[0]), tissue) == measure_tissue(slices[0], tissue)
