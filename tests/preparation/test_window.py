"""apply_window against DICOM's own formula."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hemoscope.errors import NotHounsfieldError
from hemoscope.preparation.window import apply_window
from hemoscope.terms import BRAIN, SOFT_TISSUE, Window


def test_the_brain_window_shows_0_hu_black_and_80_hu_white():
    shown = apply_window(np.array([[-5, 0, 20, 40, 80, 900]], np.int16), BRAIN)
    assert shown.tolist() == [[0.0, 0.0, 0.25, 0.5, 1.0, 1.0]]
    assert shown.dtype == np.float32


def test_unsigned_values_are_refused_because_they_cannot_be_hu():
    with pytest.raises(NotHounsfieldError) as caught:
        apply_window(np.zeros((2, 2), np.uint16), BRAIN)
    assert caught.value.code == "window.not_hounsfield"
    assert str(caught.value) == (
        "Expected HU, signed or floating point; received uint16. "
        "Rescale the stored values first: stored * slope + intercept. [window.not_hounsfield]"
    )


@given(st.lists(st.floats(-2000, 4000), min_size=2, max_size=20), st.floats(-100, 200), st.floats(1, 4000))
def test_a_window_is_monotone_and_stays_within_0_and_1(values, level, width):
    shown = apply_window(np.sort(np.array(values, np.float32)), Window(level, width))
    assert (np.diff(shown) >= 0).all()
    assert shown.min() >= 0
    assert shown.max() <= 1


def test_windows_know_their_ends():
    assert (SOFT_TISSUE.low, SOFT_TISSUE.high) == (-160.0, 240.0)


def test_a_window_may_be_written_over_what_it_shows():
    hu = np.random.default_rng(3).normal(40, 200, (16, 16)).astype(np.float32)
    expected, over = apply_window(hu, BRAIN), hu.copy()
    assert apply_window(over, BRAIN, out=over) is over
    assert np.array_equal(over, expected)
    assert not np.shares_memory(expected, hu)
