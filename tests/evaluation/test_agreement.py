"""Agreement of readers: Fleiss' own example, the borders, and what cannot be measured."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from hemoscope.errors import DatasetError
from hemoscope.evaluation.agreement import fleiss_kappa, measure_agreement, pair_agreement

WORKED = [
    *([0, 0, 0, 0, 14], [0, 2, 6, 4, 2], [0, 0, 3, 5, 6], [0, 3, 9, 2, 0], [2, 2, 8, 1, 1]),
    *([7, 7, 0, 0, 0], [3, 2, 6, 3, 0], [2, 5, 3, 2, 2], [6, 5, 2, 1, 0], [0, 2, 2, 3, 7]),
]
"""Ten cases, fourteen readers, five categories: the worked example of Wikipedia's article on Fleiss' kappa."""


def test_kappa_is_that_of_a_worked_example():
    ratings = np.array([np.repeat(np.arange(5), counts) for counts in WORKED])
    assert pair_agreement(ratings) == pytest.approx(0.378, abs=5e-4)
    assert fleiss_kappa(ratings) == pytest.approx(0.210, abs=5e-4)


def test_three_readers_worked_by_hand():
    # pairs: 1, 1/3, 1/3, 1 -> 2/3; ones 6 of 12, chance 1/2; kappa (2/3 - 1/2) / (1/2) = 1/3
    ratings = np.array([[1, 1, 1], [1, 1, 0], [0, 0, 1], [0, 0, 0]])
    assert pair_agreement(ratings) == pytest.approx(2 / 3)
    assert fleiss_kappa(ratings) == pytest.approx(1 / 3)


def test_where_all_readings_are_the_same_there_is_no_kappa():
    assert fleiss_kappa(np.zeros((3, 3), int)) is None
    assert pair_agreement(np.zeros((3, 3), int)) == 1


@given(arrays(int, st.tuples(st.integers(2, 8), st.integers(2, 4)), elements=st.integers(0, 2)), st.randoms())
def test_neither_the_order_of_readers_nor_the_names_of_categories_matter(ratings, random):
    order = list(range(ratings.shape[1]))
    random.shuffle(order)
    first, second = fleiss_kappa(ratings), fleiss_kappa(10 - ratings[:, order])
    assert first == second or first == pytest.approx(second)


def test_each_label_has_its_own_row():
    ratings = np.zeros((4, 3, 6), int)
    ratings[0, :, 0], ratings[1, :2, 0] = 1, 1
    rows = measure_agreement(ratings)
    assert [row.label for row in rows][:2] == ["any", "epidural"]
    assert (rows[0].cases, rows[0].positives, rows[0].unanimous) == (4, 2, 0.75)
    assert rows[1].kappa is None


@pytest.mark.parametrize(
    ("ratings", "message"),
    [
        (np.zeros((3, 1), int), r"two readers or more; received \(3, 1\).*\[metric\.lengths\]"),
        (np.zeros((0, 3), int), r"received \(0, 3\)"),
        (np.zeros((3, 3)), r"Expected whole numbers as readings.*\[metric\.bad_label\]"),
    ],
)
def test_what_cannot_be_measured_is_said(ratings, message):
    with pytest.raises(DatasetError, match=message):
        fleiss_kappa(ratings)
    with pytest.raises(DatasetError, match=r"shape \(cases, readers, 6\)"):
        measure_agreement(ratings)


@pytest.mark.real_data
def test_the_agreement_on_cq500_is_what_its_authors_report(real_data):
    from hemoscope.datasets.cq500 import read_reads

    rows = {row.label: row for row in measure_agreement(read_reads(real_data / "cq500-ct-0" / "reads.csv").ratings)}
    assert rows["any"].positives == 205
    assert rows["any"].kappa == pytest.approx(0.78, abs=0.005)
