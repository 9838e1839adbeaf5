"""Guess the window that a picture was rendered in, from where its brain lies and how widely its densities spread.

Neither alone will do. The spread differs between brains, kernels and noise by about a third, and so would the contrast
that is made of it. The level follows from the window's lower end, which nobody knows; but readers use few windows, and
most begin near 0 HU. So each usual window is weighed by how well the brain would lie in it.
"""

import numpy as np

from hemoscope.terms import Window

USUAL: tuple[tuple[Window, float], ...] = (
    (Window(40, 80), 3.0),
    (Window(35, 70), 1.0),
    (Window(40, 100), 1.0),
    (Window(50, 100), 1.0),
    (Window(40, 120), 1.0),
    (Window(40, 150), 1.0),
    (Window(50, 150), 1.0),
    (Window(75, 215), 1.0),
    (Window(50, 350), 1.0),
    (Window(40, 400), 1.0),
)
"""Windows for the brain, stroke, subdural blood and soft tissue, and the odds that a picture was rendered in each."""
FROM_ZERO = tuple((Window(width / 2, width), 0.1) for width in np.geomspace(50, 300, 14).tolist())
"""Others begin at 0 HU: programs cut HU off there."""
LEVEL_DIFFERS, SPREAD_DIFFERS = 4.5, 0.35
"""Standard deviations between slices: of the brain's level in HU, and of the logarithm of its spread. Measured by
benchmarks/unknown_window.py, as are the means."""

_LOWS, _WIDTHS, _ODDS = np.array([(window.low, window.width, odds) for window, odds in (*USUAL, *FROM_ZERO)]).T


def guess_scale(level: float, spread: float, *, usual_level: float, usual_spread: float) -> tuple[float, float]:
    """Guess how a picture's grey turns into HU.

    Args:
        level: The brain's commonest density in the picture, grey in [0, 1].
        spread: The width of the shortest interval that holds half of its densities, likewise, above 0.
        usual_level: The mean level over slices, in HU.
        usual_spread: The median spread over slices, in HU.

    Returns:
        HU per unit of grey, and HU of black: means over the windows, weighed by Bayes' rule.

    >>> slope, intercept = guess_scale(0.4, 0.09, usual_level=32, usual_spread=7.5)
    >>> round(slope), round(slope * 0.4 + intercept)
    (87, 31)
    """
    levels = _LOWS + _WIDTHS * level
    away = ((levels - usual_level) / LEVEL_DIFFERS) ** 2 + (
        np.log(_WIDTHS * spread / usual_spread) / SPREAD_DIFFERS
    ) ** 2
    weights = _ODDS * np.exp(-0.5 * (away - away.min()))
    weights /= weights.sum()
    slope = float(np.exp(weights @ np.log(_WIDTHS)))
    return slope, float(weights @ levels) - slope * level
