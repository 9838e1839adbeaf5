"""What a network said against what is so."""

import numpy as np
import pytest

from hemoscope.review.cases import ReviewedCase

from .drawn import drawn_case


@pytest.mark.parametrize(
    ("truth", "score", "is_wrong", "margin"),
    [(1, 0.2, True, 0.3), (1, 0.5, False, 0.0), (0, 0.5, True, 0.0), (0, 0.1, False, -0.4), (1, 0.9, False, -0.4)],
)
def test_a_case_is_wrong_where_its_call_is_not_its_label(truth, score, is_wrong, margin):
    case = drawn_case(truth=truth, score=score)
    assert case.is_wrong is is_wrong
    assert case.margin == pytest.approx(margin)


def test_a_prepared_slice_is_told_in_hu_and_millimeters():
    inputs = np.array([[0.0, 0.5], [1.0, 0.25]], np.float16)
    case = ReviewedCase("a", "", "a", 0, 0.0, 0.5, inputs, inputs > 0)
    assert case.hu.tolist() == [[0.0, 40.0], [80.0, 20.0]]
    assert case.millimeters == 90.0
