"""Reviewed cases of drawn slices: a round head with bone, brain, ventricles and, where asked for, a bleed."""

from dataclasses import replace

import numpy as np

from hemoscope.review.cases import ReviewedCase
from hemoscope.terms import BRAIN

SIZE = 180
"""So that a pixel is a millimeter."""
BRAIN_HU, FLUID_HU, BONE_HU = 32.0, 4.0, 80.0


def disk(row: float, column: float, radius: float) -> np.ndarray:
    rows, columns = np.indices((SIZE, SIZE))
    return (rows - row) ** 2 + (columns - column) ** 2 <= radius**2


def drawn_case(*, truth: int = 0, score: float = 0.7, **given) -> ReviewedCase:
    """Return a head of radius 84 mm with bone 6 mm thick and two ventricles of 6 mm radius beside the midline."""
    hu = np.zeros((SIZE, SIZE), np.float32)
    hu[disk(90, 90, 84)] = BONE_HU
    brain = disk(90, 90, 78)
    hu[brain] = BRAIN_HU
    for column in (80, 100):
        hu[disk(80, column, 6)] = FLUID_HU
    case = ReviewedCase("slice.png", "here", "p1", truth, score, 0.5, hu / BRAIN.width, brain)
    return replace(case, **given)


def with_bleed(mask: np.ndarray, *, hu: float = 70.0, **given) -> ReviewedCase:
    """Return the same head with a bleed, missed unless a score is given."""
    case = drawn_case(**({"truth": 1, "score": 0.2} | given))
    inputs = case.inputs.copy()
    inputs[mask] = hu / BRAIN.width
    return replace(case, inputs=inputs, mask=mask)
