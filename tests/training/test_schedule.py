"""The learning rate rises, then falls gradually."""

import numpy as np
import pytest

from hemoscope.training.schedule import gradual_decrease


def test_the_rate_rises_for_a_twentieth_then_falls_to_a_hundredth():
    schedule = gradual_decrease(peak=0.01, steps=1000)
    rates = np.array([float(schedule(step)) for step in range(0, 1001, 10)])
    assert rates[5] == pytest.approx(0.01)
    assert (np.diff(rates[:6]) > 0).all()
    assert (np.diff(rates[5:]) < 0).all()
    assert rates[-1] == pytest.approx(0.0001)
    assert np.abs(np.diff(rates[5:])).max() < 0.0002
