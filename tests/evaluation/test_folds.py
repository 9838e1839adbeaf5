"""Held-out folds: what is counted by hand, pooled and by repeat."""

import numpy as np
import pytest

from hemoscope.errors import DatasetError
from hemoscope.evaluation.folds import HeldOut, judge_folds, summarize
from hemoscope.evaluation.intervals import share_interval


def judged_row(label: int, is_positive: int, answer: int, number: int) -> HeldOut:
    return HeldOut(0, 0, str(number), label, str(number), 0.0, "platt", 0.5, is_positive, answer)


def test_what_is_left_undecided_and_what_of_the_rest_is_right_is_counted_by_hand():
    rows = [
        judged_row(label, is_positive, answer, number)
        for number, (label, is_positive, answer) in enumerate(
            [(0, 0, 0), (0, 1, -1), (1, 1, 1), (1, 0, -1), (1, 1, 0), (0, 0, -1)]
        )
    ]
    figures = summarize(rows)["pooled"]
    assert figures["abstained"] == share_interval(np.array([0, 1, 0, 1, 0, 1]), np.arange(6))
    assert figures["accuracy_answered"].value == pytest.approx(2 / 3)
    wrong = share_interval(np.array([0, 0, 1]), np.arange(3))
    assert figures["accuracy_answered"][1:] == pytest.approx((1 - wrong.high, 1 - wrong.low))
    assert figures["accuracy"].value == pytest.approx(4 / 6)


def test_where_nothing_is_answered_no_accuracy_of_answers_is_given():
    rows = [judged_row(label, 1, -1, label) for label in (0, 1)]
    figures = summarize(rows)["pooled"]
    assert figures["abstained"].value == 1.0
    assert "accuracy_answered" not in figures


def two_repeats() -> list[HeldOut]:
    """Four slices of four groups, in order in one repeat and with one pair turned over in the other."""
    scored = {0: (0.1, 0.4, 0.6, 0.9), 1: (0.1, 0.6, 0.4, 0.9)}
    return [
        HeldOut(repeat, 0, str(place), int(place > 1), str(place), 0.0, "platt", value, int(value >= 0.5), -1)
        for repeat, values in scored.items()
        for place, value in enumerate(values)
    ]


def test_curves_are_pooled_over_all_repeats_and_drawn_for_each():
    judged = judge_folds(two_repeats())
    assert [curve.sensitivity_at(1.0) for curve in judged.rocs] == [1.0, 0.5]
    assert judged.roc.sensitivity_at(1.0) == 0.5
    assert list(judged.figures) == ["pooled", "0", "1"]
    assert sum(row.count for row in judged.reliability) == 8


def test_risk_and_coverage_are_those_of_decisions_at_one_half():
    # 0.1 and 0.9 are right in both repeats and the surest; of 0.4 and 0.6 two of four are wrong
    curve = judge_folds(two_repeats()).risk_coverage
    assert [curve.risk_at(share) for share in (0.5, 1.0)] == [0.0, 0.25]


def test_rows_of_one_class_are_refused():
    with pytest.raises(DatasetError, match=r"\[metric\.one_class\]"):
        judge_folds([row for row in two_repeats() if row.label == 1])
