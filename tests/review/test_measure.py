"""Measures of drawn heads whose every length is known: a pixel is a millimeter."""

from dataclasses import replace

import numpy as np
import pytest

from hemoscope.review.measure import measure

from .drawn import BRAIN_HU, SIZE, disk, drawn_case, with_bleed


def cells_with_peak(row: int, column: int) -> np.ndarray:
    """A map of 4 x 4 mm cells that is highest at a place in millimeters."""
    cells = np.full((SIZE // 4, SIZE // 4), -5.0, np.float32)
    cells[row // 4, column // 4] = 2.0
    return cells


def test_the_brain_its_ventricles_and_its_noise_are_measured():
    found = measure(drawn_case()).of_slice
    assert found.brain_share == pytest.approx((78 / 84) ** 2, abs=0.01)
    assert found.ventricles_cm2 == pytest.approx(2 * np.pi * 0.6**2, rel=0.15)
    assert (found.deep_bone, found.deep_air, found.is_open) == (0.0, 0.0, False)
    assert found.behind == pytest.approx(0.0, abs=0.005)
    assert found.noise_hu == pytest.approx(0.0, abs=0.01)
    assert found.dense_mm2 == 0.0


def test_noise_is_a_standard_deviation_in_hu():
    case = drawn_case()
    noise = np.random.default_rng(0).normal(0, 5 / 80, case.inputs.shape)
    found = measure(replace(case, inputs=np.where(case.brain, case.inputs + noise, case.inputs))).of_slice
    # smoothing over one pixel takes a share of white noise away: 1 - 2 k + sum k^2 of its kernel leaves 0.87 of 5
    assert found.noise_hu == pytest.approx(4.6, abs=0.3)


def test_bone_and_air_deep_in_the_head_are_told_from_the_vault():
    case = drawn_case()
    inputs, brain = case.inputs.copy(), case.brain.copy()
    front = disk(90, 90, 78) & (np.indices(inputs.shape)[0] < 70)
    brain[front] = False
    inputs[front] = 1.0
    inputs[disk(40, 90, 10)] = 0.0
    found = measure(replace(case, inputs=inputs, brain=brain)).of_slice
    deep = disk(90, 90, 84 - 15).sum()
    assert found.deep_air == pytest.approx((disk(40, 90, 10) & disk(90, 90, 69)).sum() / deep, rel=0.05)
    assert found.deep_bone > 0.2
    assert found.behind > 0.05


def test_white_spots_count_where_they_cannot_be_the_bleed():
    spot = disk(110, 60, 3)
    assert measure(with_bleed(spot, hu=80, truth=0)).of_slice.dense_mm2 == 0.0  # all of it was drawn
    case = replace(with_bleed(spot, hu=80), mask=None)
    assert measure(case).of_slice.dense_mm2 is None
    assert measure(replace(case, truth=0)).of_slice.dense_mm2 == spot.sum()


def test_a_bleed_has_an_area_a_contrast_and_a_length_along_bone():
    deep = measure(with_bleed(disk(120, 60, 10), hu=60)).of_bleed
    assert deep.area_cm2 == disk(120, 60, 10).sum() / 100
    assert deep.contrast_hu == pytest.approx(60 - BRAIN_HU)
    assert (deep.white_share, deep.contact_mm) == (0.0, 0.0)
    crescent = disk(90, 90, 78) & ~disk(90, 80, 78)
    along = measure(with_bleed(crescent, hu=80)).of_bleed
    assert along.white_share == 1.0
    assert along.contact_mm == pytest.approx(np.pi * 78, rel=0.2)  # half of the circle, in steps along pixels


def test_a_bleed_of_few_pixels_has_no_contrast():
    assert measure(with_bleed(disk(120, 60, 2))).of_bleed.contrast_hu is None


def test_the_peak_of_a_map_has_a_place():
    found = measure(drawn_case(cells=cells_with_peak(80, 80))).of_peak
    assert found.is_in_mask is None
    assert found.ventricle_mm == 0.0
    assert found.across_mm == pytest.approx(8, abs=4)
    assert found.depth_mm == pytest.approx(78 - np.hypot(8, 8), abs=5)
    mask = disk(120, 60, 10)
    assert measure(with_bleed(mask, cells=cells_with_peak(120, 60))).of_peak.is_in_mask
    assert measure(with_bleed(mask, cells=cells_with_peak(60, 120))).of_peak.is_in_mask is False


def test_nothing_is_measured_of_a_slice_without_brain_but_what_was_drawn():
    case = drawn_case(cells=cells_with_peak(80, 80))
    bone = replace(case, inputs=np.where(case.brain, 0.0, case.inputs), brain=np.zeros_like(case.brain))
    found = measure(bone)
    assert found.of_slice is None
    assert found.of_peak.depth_mm is None
    assert measure(replace(bone, inputs=np.zeros_like(case.inputs))).of_slice is None
    drawn = measure(replace(bone, truth=1, mask=disk(90, 90, 10))).of_bleed
    assert (drawn.contrast_hu, drawn.contact_mm) == (None, None)
    assert drawn.area_cm2 == disk(90, 90, 10).sum() / 100


def test_where_bones_do_not_enclose_it_the_brain_is_all_soft_tissue():
    case = drawn_case()
    found = measure(replace(case, brain=np.zeros_like(case.brain))).of_slice
    assert found.is_open
    assert found.brain_share == pytest.approx((78 / 84) ** 2, abs=0.02)


def test_a_thick_head_without_a_place_for_landmarks_is_no_brain():
    case = drawn_case()
    inputs = np.where(disk(90, 90, 84), np.where(disk(90, 90, 8), 0.4, 0.5), 0.0)
    assert measure(replace(case, inputs=inputs, brain=disk(90, 90, 8))).of_slice is None
