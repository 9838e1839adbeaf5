"""Detectors, by what of the studies they call positive."""

from dataclasses import dataclass

import numpy as np

from hemoscope.evaluation.intervals import Z
from hemoscope.records import Interval, OperatingPoint

_EDGE = 1e-3
"""Shares are kept so far from 0 and 1, where a logit has no end."""


@dataclass(frozen=True, slots=True)
class Detector:
    """What calls studies positive.

    Attributes:
        name: Such as "balanced".
        sensitivity: Share of the studies with hemorrhage that it calls positive.
        specificity: Share of the others that it does not.
    """

    name: str
    sensitivity: Interval
    specificity: Interval

    @classmethod
    def at(cls, point: OperatingPoint) -> "Detector | None":
        """Take what a bundle says of one of its operating points; None where nobody has kept it."""
        if point.sensitivity is None or point.specificity is None:
            return None
        return cls(point.name, point.sensitivity, point.specificity)

    def draw(self, generator: np.random.Generator) -> tuple[float, float]:
        """Draw a sensitivity and a specificity from their intervals, as if each were normal on the scale of logits."""
        return _draw(self.sensitivity, generator), _draw(self.specificity, generator)


PERFECT = Detector("perfect", Interval(1.0, 1.0, 1.0), Interval(1.0, 1.0, 1.0))
"""Calls every study right: what no detector surpasses."""


def _draw(share: Interval, generator: np.random.Generator) -> float:
    deviation = float(generator.standard_normal())
    if share.low == share.high:
        return share.value
    value, low, high = (np.log(kept / (1 - kept)) for kept in np.clip(share, _EDGE, 1 - _EDGE))
    spread = (high - low) / (2 * Z)
    return float(1 / (1 + np.exp(-(value + deviation * spread))))
