"""Risk against coverage, against a slow definition and worked by hand."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hemoscope.errors import DatasetError
from hemoscope.evaluation.intervals import share_interval, wilson
from hemoscope.evaluation.metrics import accuracy
from hemoscope.evaluation.operating_points import UncertainBand
from hemoscope.evaluation.risk_coverage import (
    ABSTAINED,
    answers,
    confidence,
    judge_abstention,
    risk_coverage,
)

judged_items = st.lists(st.tuples(st.booleans(), st.integers(-5, 5)), min_size=1, max_size=40)


def columns(rows):
    return np.array([row[0] for row in rows], int), np.array([row[1] for row in rows], float)


def slow_points(is_wrong, sure):
    """For each confidence that there is, answer all items that have at least it, one by one."""
    points = []
    for least in sorted(set(sure), reverse=True):
        answered = [wrong for wrong, own in zip(is_wrong, sure, strict=True) if own >= least]
        points.append((len(answered) / len(sure), sum(answered) / len(answered)))
    return points


def slow_area(is_wrong, sure):
    """The mean over the items of the risk among those that are at least as sure as each."""
    risks = []
    for least in sure:
        answered = [wrong for wrong, own in zip(is_wrong, sure, strict=True) if own >= least]
        risks.append(sum(answered) / len(answered))
    return sum(risks) / len(risks)


@given(judged_items)
def test_the_curve_and_its_area_are_those_of_the_slow_definition(rows):
    is_wrong, sure = columns(rows)
    curve = risk_coverage(is_wrong, sure)
    assert np.stack([curve.coverage, curve.risk], axis=1) == pytest.approx(np.array(slow_points(is_wrong, sure)))
    assert curve.area == pytest.approx(slow_area(is_wrong, sure))


@given(judged_items)
def test_the_order_of_the_items_changes_nothing(rows):
    is_wrong, sure = columns(rows)
    assert risk_coverage(is_wrong[::-1], sure[::-1]).area == pytest.approx(risk_coverage(is_wrong, sure).area)


@given(judged_items)
def test_full_coverage_has_the_error_rate_of_all(rows):
    is_wrong, sure = columns(rows)
    curve = risk_coverage(is_wrong, sure)
    assert (curve.coverage[-1], curve.risk[-1]) == (1.0, pytest.approx(is_wrong.mean()))


def test_one_confidence_for_all_has_the_error_rate_as_its_area():
    assert risk_coverage(np.array([0, 0, 0, 1]), np.ones(4)).area == 0.25


def test_the_best_and_the_worst_order_are_those_worked_by_hand():
    """Right, right, wrong, wrong: 0, 0, 1/3, 2/4. The other way round: 1, 1, 2/3, 2/4."""
    is_wrong = np.array([0, 0, 1, 1])
    assert risk_coverage(is_wrong, np.array([4.0, 3, 2, 1])).area == pytest.approx((0 + 0 + 1 / 3 + 1 / 2) / 4)
    assert risk_coverage(is_wrong, np.array([1.0, 2, 3, 4])).area == pytest.approx((1 + 1 + 2 / 3 + 1 / 2) / 4)


def test_the_risk_at_a_coverage_answers_no_more_than_needed():
    curve = risk_coverage(np.array([0] * 7 + [1] * 3), np.arange(10.0, 0, -1))
    assert [curve.risk_at(share) for share in (0.0, 0.7, 0.71, 0.9, 1.0)] == pytest.approx([0, 0, 1 / 8, 2 / 9, 0.3])


@pytest.mark.parametrize("coverage", [-0.1, 1.1, float("nan")])
def test_a_coverage_is_a_share(coverage):
    with pytest.raises(DatasetError, match=r"Expected a coverage in \[0, 1\].*\[metric\.range\]"):
        risk_coverage(np.array([0]), np.array([1.0])).risk_at(coverage)


def test_nothing_has_no_curve():
    with pytest.raises(DatasetError, match=r"number of items in \[1, inf\]; received 0.*\[metric\.range\]"):
        risk_coverage(np.array([]), np.array([]))


def test_confidence_is_the_share_of_the_way_to_certainty():
    assert confidence(np.array([0.0, 0.4, 0.8, 0.9, 1.0]), threshold=0.8) == pytest.approx([1, 0.5, 0, 0.5, 1])
    assert confidence(np.array([0.1, 0.5, 0.9]), threshold=0.5) == pytest.approx([0.8, 0, 0.8])


def test_a_threshold_at_an_end_leaves_one_side():
    assert confidence(np.array([0.0, 0.25, 1.0]), threshold=0.0).tolist() == [0, 0.25, 1]
    assert confidence(np.array([0.0, 0.25, 1.0]), threshold=1.0).tolist() == [1, 0.75, 0]


@given(st.lists(st.floats(0, 1), min_size=1, max_size=20), st.floats(0, 1))
def test_confidence_rises_away_from_the_threshold_and_stays_within_0_and_1(probabilities, threshold):
    sorted_ = np.sort(probabilities)
    sure = confidence(sorted_, threshold=threshold)
    assert ((sure >= 0) & (sure <= 1)).all()
    assert (np.diff(sure[sorted_ >= threshold]) >= 0).all()
    assert (np.diff(sure[sorted_ < threshold]) <= 0).all()


def test_scores_have_no_confidence():
    with pytest.raises(DatasetError, match=r"metric\.not_a_probability"):
        confidence(np.array([2.0]), threshold=0.5)


def test_a_band_is_answered_outside_alone():
    band = UncertainBand(0.2, 0.7, "ten slices")
    assert answers(band, np.array([[0.1, 0.2], [0.69, 0.7]])).tolist() == [[0, ABSTAINED], [ABSTAINED, 1]]


LABELS = np.array([0, 0, 0, 0, 1, 1, 1, 1])
PROBABILITIES = np.array([0.1, 0.3, 0.6, 0.8, 0.05, 0.4, 0.6, 0.9])


def test_the_rate_and_the_errors_are_those_counted_by_hand():
    """Answered: 0.1 right, 0.8 wrong, 0.05 wrong, 0.9 right. Without: 0.6 and 0.8, 0.05 and 0.4 are wrong."""
    judged = judge_abstention(LABELS, answers(UncertainBand(0.2, 0.7, ""), PROBABILITIES), without=PROBABILITIES >= 0.5)
    assert (judged.rate, judged.error, judged.error_without) == (wilson(4, 8), wilson(2, 4), wilson(4, 8))
    assert judged.gain == 0.0
    assert judged.error_without.value == 1 - accuracy(LABELS, PROBABILITIES, threshold=0.5)


def test_an_empty_band_decides_all_as_its_threshold_does():
    judged = judge_abstention(LABELS, answers(UncertainBand(0.5, 0.5, ""), PROBABILITIES), without=PROBABILITIES >= 0.5)
    assert judged.rate.value == 0.0
    assert judged.error == judged.error_without


def test_where_nothing_is_answered_no_error_is_invented():
    judged = judge_abstention(LABELS, np.full(8, ABSTAINED), without=PROBABILITIES >= 0.5)
    assert (judged.rate.value, judged.error, judged.gain) == (1.0, None, None)
    assert judged.as_json()["error"] is None


def test_what_is_judged_becomes_plain_json():
    judged = judge_abstention(LABELS, np.array([0, -1, -1, 0, 1, -1, -1, 1]), without=PROBABILITIES >= 0.5)
    assert judged.as_json() == {
        "rate": wilson(4, 8)._asdict(),
        "error": wilson(0, 4)._asdict(),
        "error_without": wilson(4, 8)._asdict(),
    }
    assert judged.gain == 0.5


def test_slices_of_one_patient_widen_the_intervals():
    labels, probabilities, groups = (np.repeat(values, 5) for values in (LABELS, PROBABILITIES, np.arange(8)))
    answered = answers(UncertainBand(0.2, 0.7, ""), probabilities)
    judged = judge_abstention(labels, answered, without=probabilities >= 0.5, groups=groups)
    assert judged.rate == share_interval(answered == ABSTAINED, groups)
    assert judged.rate.low < wilson(20, 40).low


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"answered": PROBABILITIES}, r"Expected answers 0, 1 and -1; received 0\.05.*\[metric\.not_an_answer\]"),
        ({"without": PROBABILITIES}, r"metric\.not_a_decision"),
        ({"without": np.zeros(3)}, r"metric\.lengths"),
        ({"groups": np.arange(3)}, r"one group per item, 8"),
    ],
)
def test_what_cannot_be_judged_is_an_error(change, message):
    given_ = {"answered": np.zeros(8), "without": np.zeros(8), **change}
    with pytest.raises(DatasetError, match=message):
        judge_abstention(LABELS, given_.pop("answered"), **given_)
