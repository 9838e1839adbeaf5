"""The window of a picture is guessed from where its brain lies and how widely its densities spread."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hemoscope.preparation.unknown_window import FROM_ZERO, USUAL, guess_scale
from hemoscope.terms import Window

BRAIN_LEVEL, BRAIN_SPREAD = 32.0, 7.5
WINDOWS = [window for window, _ in USUAL]


def guess(window: Window, *, level: float = BRAIN_LEVEL, spread: float = BRAIN_SPREAD) -> tuple[float, float]:
    """Guess the scale of a picture of a brain in a window."""
    return guess_scale(
        (level - window.low) / window.width,
        spread / window.width,
        usual_level=BRAIN_LEVEL,
        usual_spread=BRAIN_SPREAD,
    )


@pytest.mark.parametrize("window", [*WINDOWS, Window(127.5, 255)], ids=str)
def test_the_contrast_of_a_usual_brain_is_guessed_to_within_a_quarter(window):
    slope, intercept = guess(window)
    assert slope == pytest.approx(window.width, rel=0.25)
    assert slope * (BRAIN_LEVEL - window.low) / window.width + intercept == pytest.approx(BRAIN_LEVEL, abs=4)


@pytest.mark.parametrize("spread", [4.5, 12.0])
def test_of_a_smooth_or_noisy_brain_the_contrast_is_guessed_better_than_by_its_spread_alone(spread):
    slope, _ = guess(Window(40, 80), spread=spread)
    assert abs(np.log(slope / 80)) < 0.7 * abs(np.log(BRAIN_SPREAD / spread))


def test_a_wide_window_is_told_from_a_narrow_one_of_the_same_level():
    """In 40/400 a brain is as grey as in 40/80 and far more even."""
    narrow, wide = guess(Window(40, 80))[0], guess(Window(40, 400))[0]
    assert wide / narrow > 3


@given(st.floats(0.02, 0.98), st.floats(1e-4, 1.0))
@settings(max_examples=200, deadline=None)
def test_any_brain_gets_a_scale_within_the_windows_that_there_are(level, spread):
    slope, intercept = guess_scale(level, spread, usual_level=BRAIN_LEVEL, usual_spread=BRAIN_SPREAD)
    widths = [window.width for window, _ in (*USUAL, *FROM_ZERO)]
    assert min(widths) - 1e-6 <= slope <= max(widths) + 1e-6
    assert np.isfinite(intercept)
