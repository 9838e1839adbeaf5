"""Colors become luminance, exactly where channels agree, monotonically where they do not."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from hemoscope.reading.grey import is_colored, luma, over_black, stretch

EVERY_BYTE = np.arange(256, dtype=np.uint8).reshape(16, 16)
# Mean colors of the blue-tinted pictures of the Kaggle set (file 163) at five grey levels.
BLUE_TINT = np.array([[[12, 12, 16], [54, 65, 76], [110, 126, 141], [171, 186, 199], [231, 246, 253]]], dtype=np.uint8)


def test_equal_channels_keep_their_value_exactly():
    grey = luma(np.stack([EVERY_BYTE] * 3, axis=-1), full_scale=255)
    assert np.array_equal(grey, EVERY_BYTE.astype(np.float32) / np.float32(255))


@pytest.mark.parametrize("bits", [16, 32])
def test_white_is_one_at_any_depth(bits: int):
    white = np.full((2, 2, 3), 2**bits - 1, dtype=f"uint{bits}")
    assert luma(white, full_scale=2**bits - 1).tolist() == [[1.0, 1.0], [1.0, 1.0]]


def test_luma_agrees_with_pillow_to_its_rounding():
    from PIL import Image

    rgb = np.random.default_rng(1).integers(0, 256, (32, 32, 3), dtype=np.uint8)
    pillow = np.asarray(Image.fromarray(rgb).convert("L"), dtype=np.float32)
    assert np.abs(luma(rgb, full_scale=255) * 255 - pillow).max() < 1.0


def test_a_blue_tint_keeps_the_order_of_densities_and_follows_green():
    grey = luma(BLUE_TINT, full_scale=255)[0]
    assert (np.diff(grey) > 0).all()
    assert np.abs(grey - BLUE_TINT[0, :, 1] / 255).max() < 0.02


def test_a_tint_counts_as_color_and_jpeg_noise_does_not():
    grey = np.full((10, 10, 3), 100, dtype=np.uint8)
    noisy = grey + np.array([0, 5, 16], dtype=np.uint8)
    assert not is_colored(grey, full_scale=255)
    assert not is_colored(noisy, full_scale=255)
    assert is_colored(grey + np.array([0, 5, 17], dtype=np.uint8), full_scale=255)


def test_a_transparent_pixel_is_black_and_an_opaque_one_stays():
    grey = np.array([[0.5, 0.5, 0.5]], dtype=np.float32)
    alpha = np.array([[0, 255, 51]], dtype=np.uint8)
    assert over_black(grey, alpha) == pytest.approx(np.array([[0.0, 0.5, 0.1]]))


def test_a_constant_picture_stretches_to_black():
    assert stretch(np.full((2, 2), 7.0)).tolist() == [[0.0, 0.0], [0.0, 0.0]]


@given(hnp.arrays(np.float64, (3, 4), elements=st.floats(allow_nan=False, allow_infinity=False)))
def test_stretching_any_numbers_stays_in_range(values: np.ndarray):
    out = stretch(values)
    assert out.dtype == np.float32
    assert out.min() >= 0
    assert out.max() <= 1


def test_the_smallest_numbers_there_are_can_be_stretched():
    tiny = np.array([[0.0, 5e-324]])
    assert stretch(tiny).tolist() == [[0.0, 1.0]]
