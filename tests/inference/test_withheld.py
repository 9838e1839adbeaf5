"""A map is withheld where it points outside the brain."""

import numpy as np
import pytest

from hemoscope.inference.withheld import OUTSIDE_BRAIN, share_inside, withhold

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


def test_one_fossa_closed_beside_an_open_brain_is_not_taken_for_the_brain():
    """A spot of 24 by 25 pixels, 6 % of the input, is believed; one row less is not."""
    fossa = np.zeros((100, 100), bool)
    fossa[5:29, 5:30] = True
    assert withhold(spot(60, 60), fossa) is OUTSIDE_BRAIN
    fossa[5] = False
    assert withhold(spot(60, 60), fossa) is None


def test_the_share_inside_is_that_of_what_is_marked_alone():
    """Three parts of 0.9 inside and one outside; the 0.05 of the rest lies below the floor."""
    shares = spot(40, 40)
    shares[5:10, 5:10] = 0.9
    assert share_inside(shares, BRAIN) == pytest.approx(100 / 125)
    assert share_inside(np.full((100, 100), 0.19), BRAIN) is None


def test_the_reason_follows_the_words_map_withheld():
    assert not OUTSIDE_BRAIN.message.lower().startswith("the map is withheld")
    assert OUTSIDE_BRAIN.message.startswith("Most of what it marks lies outside the brain")


def test_a_coarse_map_is_judged_as_a_fine_one():
    coarse = np.zeros((25, 25))
    coarse[1:4, 1:4] = 0.9
    assert withhold(coarse, BRAIN) is OUTSIDE_BRAIN
