"""A map is withheld where it points outside the brain."""

import numpy as np

from hemoscope.inference.withheld import OUTSIDE_BRAIN, withhold

BRAIN = np.zeros((100, 100), bool)
BRAIN[30:70, 30:70] = True


def spot(row: int, column: int, *, share: float = 0.9) -> np.ndarray:
    shares = np.full((100, 100), 0.05)
    shares[row : row + 10, column : column + 10] = share
    return shares


def test_a_map_that_marks_the_brain_or_its_rim_is_shown():
    assert withhold(spot(40, 40), BRAIN) is None
    assert withhold(spot(40, 70)[:, :76], BRAIN[:, :76]) is None  # six pixels beside it: as far as the rim goes


def test_a_map_that_marks_what_lies_beyond_is_withheld_with_the_reason():
    assert withhold(spot(5, 5), BRAIN) is OUTSIDE_BRAIN
    assert OUTSIDE_BRAIN.code == "explain.outside_brain"


def test_half_of_the_mass_inside_is_enough():
    both = np.maximum(spot(40, 40), spot(5, 5))
    assert withhold(both, BRAIN) is None
    both[20:22, 5:7] = 0.9
    assert withhold(both, BRAIN) is OUTSIDE_BRAIN


def test_what_lies_below_the_floor_counts_for_nothing():
    assert withhold(np.full((100, 100), 0.19), BRAIN) is None
    assert withhold(spot(5, 5, share=0.19), BRAIN) is None


def test_nothing_is_withheld_where_nobody_knows_the_brain():
    assert withhold(spot(5, 5), np.zeros((100, 100), bool)) is None


def test_a_coarse_map_is_judged_as_a_fine_one():
    coarse = np.zeros((25, 25))
    coarse[1:4, 1:4] = 0.9
    assert withhold(coarse, BRAIN) is OUTSIDE_BRAIN
