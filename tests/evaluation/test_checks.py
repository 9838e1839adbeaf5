"""What cannot be measured is said before it is measured."""

import numpy as np
import pytest

from hemoscope.errors import DatasetError
from hemoscope.evaluation.checks import checked, require_probabilities, require_range


def test_labels_come_back_as_integers_and_scores_as_floats():
    labels, scores = checked(np.array([True, False]), np.array([1, 2]))
    assert (labels.tolist(), scores.tolist()) == ([1, 0], [1.0, 2.0])
    assert (labels.dtype.kind, scores.dtype.kind) == ("i", "f")


@pytest.mark.parametrize(
    ("labels", "scores", "message"),
    [
        ([0, 1], [0.1], r"one score per label; received shapes \(2,\) and \(1,\).*\[metric\.lengths\]"),
        ([[0, 1]], [[0.1, 0.2]], r"received shapes \(1, 2\) and \(1, 2\)"),
        ([0, 1, -1], [0, 0, 0], r"labels 0 and 1; received -1\. Leave out .* unknown\. \[metric\.bad_label\]"),
        ([0, 1], [0, np.inf], r"finite scores; received NaN or infinity\. Check the model\. \[metric\.not_finite\]"),
        ([1, 1], [0, 1], r"both classes; received one\. Add the other class\. \[metric\.one_class\]"),
    ],
)
def test_what_cannot_be_measured_is_an_error(labels, scores, message):
    with pytest.raises(DatasetError, match=message):
        checked(np.array(labels), np.array(scores))


def test_one_class_is_enough_where_the_metric_says_so():
    assert checked(np.ones(2), np.zeros(2), both_classes=False)[0].tolist() == [1, 1]


def test_scores_are_no_probabilities():
    require_probabilities(np.array([0.0, 1.0]))
    with pytest.raises(DatasetError, match=r"in \[0, 1\]; received -2\.5\. Calibrate .*\[metric\.not_a_probability\]"):
        require_probabilities(np.array([0.5, -2.5]))


@pytest.mark.parametrize("value", [-0.1, 1.1, np.nan])
def test_a_setting_out_of_range_is_named(value):
    with pytest.raises(DatasetError, match=r"Expected the target in \[0, 1\]; received .*\[metric\.range\]"):
        require_range(value, name="the target", low=0, high=1)
