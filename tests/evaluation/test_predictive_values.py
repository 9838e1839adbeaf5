"""Predictive values at a prevalence that is not the collection's."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hemoscope.errors import DatasetError
from hemoscope.evaluation.intervals import Interval
from hemoscope.evaluation.predictive_values import at_corners, npv_of, ppv_of

shares = st.floats(0.01, 0.99)


def test_a_thousand_patients_counted_by_hand_give_the_same():
    # 1,000 patients, 100 with hemorrhage: 90 of them found, 180 of the other 900 alarmed
    assert ppv_of(0.9, 0.8, prevalence=0.1) == pytest.approx(90 / (90 + 180))
    assert npv_of(0.9, 0.8, prevalence=0.1) == pytest.approx(720 / (720 + 10))


@given(shares, shares, shares)
def test_the_value_of_one_class_is_that_of_the_other_seen_from_its_side(sensitivity, specificity, prevalence):
    mirrored = ppv_of(specificity, sensitivity, prevalence=1 - prevalence)
    assert npv_of(sensitivity, specificity, prevalence=prevalence) == pytest.approx(mirrored)


@given(shares, shares, shares, shares)
def test_both_values_rise_with_sensitivity_and_with_specificity(first, second, other, prevalence):
    low, high = sorted((first, second))
    for value_of in (ppv_of, npv_of):
        assert value_of(low, other, prevalence=prevalence) <= value_of(high, other, prevalence=prevalence) + 1e-12
        assert value_of(other, low, prevalence=prevalence) <= value_of(other, high, prevalence=prevalence) + 1e-12


def test_where_nothing_is_called_the_value_is_undefined():
    with pytest.raises(DatasetError, match=r"Nothing is called positive.*\[metric\.undefined\]"):
        ppv_of(0.0, 1.0, prevalence=0.1)
    with pytest.raises(DatasetError, match=r"Nothing is called negative.*\[metric\.undefined\]"):
        npv_of(1.0, 0.0, prevalence=0.1)


def test_a_share_outside_0_and_1_is_an_error_that_names_it():
    with pytest.raises(DatasetError, match=r"Expected a prevalence in \[0, 1\]; received 1\.5.*\[metric\.range\]"):
        ppv_of(0.9, 0.9, prevalence=1.5)


def test_only_an_interval_without_width_is_widened():
    assert at_corners(Interval(1.0, 1.0, 1.0), 0.4, 1.0) == Interval(1.0, 0.4, 1.0)
    assert at_corners(Interval(0.8, 0.7, 0.9), 0.1, 1.0) == Interval(0.8, 0.7, 0.9)
