"""Two networks on the same cases, counted by hand."""

from dataclasses import replace

import pytest

from hemoscope.errors import DatasetError
from hemoscope.evaluation.compare import McnemarTest
from hemoscope.evaluation.judge import JudgeSettings
from hemoscope.evaluation.metrics import auroc
from hemoscope.evaluation.paired import Comparison, Side, judge_pair
from hemoscope.evaluation.report import CollectionFacts, SeenCheck, SeenStatus

from .judged import POINT, case, twelve

QUICK = JudgeSettings(draws=200)


def better() -> list:
    """The twelve cases with the missed positive found and both false alarms cleared; the refused positive scored."""
    mended = {"p4": 0.85, "n3": 0.2, "n4": 0.15}
    cases = [replace(one, probability=mended.get(one.key, one.probability)) for one in twelve()]
    return [replace(one, probability=0.9, error=None) if one.key == "p-refused" else one for one in cases]


def test_only_cases_that_both_scored_are_paired():
    paired = judge_pair(better(), twelve(), (POINT, POINT), settings=QUICK)
    assert (paired.slices, paired.positives, paired.groups, paired.are_independent) == (10, 5, 5, False)


def test_differences_are_first_less_second():
    paired = judge_pair(better(), twelve(), (POINT, POINT), settings=QUICK)
    found = paired.differences
    assert list(found) == ["auroc", "auprc", "brier", "ece", "sensitivity", "specificity", "accuracy"]
    assert (found["auroc"].first, found["auroc"].second) == (1.0, pytest.approx(0.8))
    assert found["sensitivity"].difference.value == pytest.approx(1.0 - 0.8)
    assert found["specificity"].difference.value == pytest.approx(1.0 - 0.6)
    assert found["accuracy"].difference.value == pytest.approx(1.0 - 0.7)
    assert found["brier"].difference.value < 0


def test_mcnemar_counts_whom_each_alone_got_right():
    tests = judge_pair(better(), twelve(), (POINT, POINT), settings=QUICK).mcnemar
    assert tests["all"] == McnemarTest(3, 0, 0.25)
    assert tests["positives"] == McnemarTest(1, 0, 1.0)
    assert tests["negatives"] == McnemarTest(2, 0, 0.5)


def test_each_network_decides_at_its_own_threshold():
    strict = replace(POINT, threshold=0.85)
    tests = judge_pair(twelve(), twelve(), (POINT, strict), settings=QUICK).mcnemar
    # the strict one finds 0.9 alone of 0.9, 0.8, 0.7 and 0.6, and alarms neither 0.55 nor 0.75
    assert tests["positives"] == McnemarTest(3, 0, 0.25)
    assert tests["negatives"] == McnemarTest(0, 2, 0.5)


def test_a_network_is_no_better_than_itself():
    paired = judge_pair(twelve(), twelve(), (POINT, POINT), settings=QUICK)
    assert all(found.difference == (0.0, 0.0, 0.0) for found in paired.differences.values())
    assert [paired.favors(name) for name in paired.differences] == [None] * 7
    assert paired.delong.p_value == 1.0


def test_a_lower_brier_score_favors_the_network_that_has_it():
    sure = [case(f"p{place}", 1, 0.95) for place in range(9)] + [case(f"n{place}", 0, 0.05) for place in range(9)]
    vague = [case(f"p{place}", 1, 0.55) for place in range(9)] + [case(f"n{place}", 0, 0.45) for place in range(9)]
    paired = judge_pair(sure, vague, (POINT, POINT), settings=QUICK)
    assert paired.are_independent
    assert paired.favors("brier") == "first"
    assert judge_pair(vague, sure, (POINT, POINT), settings=QUICK).favors("brier") == "second"
    assert paired.favors("auroc") is None


def test_where_delongs_test_cannot_be_made_the_reason_is_told():
    first = [case("a", 1, 0.9), case("b", 0, 0.1), case("c", 0, 0.2)]
    second = [case("a", 1, 0.3), case("b", 0, 0.4), case("c", 0, 0.2)]
    paired = judge_pair(first, second, (POINT, POINT), settings=QUICK)
    assert paired.delong is None
    assert paired.not_tested.code == "metric.too_few"
    assert paired.differences["auroc"].second == auroc([1, 0, 0], [0.3, 0.4, 0.2])


def test_where_the_two_scored_no_class_in_common_nothing_is_compared():
    first = [case("a", 1, 0.9), case("b", 0, 0.1)]
    second = [case("a", 1, None), case("b", 0, 0.1)]
    with pytest.raises(DatasetError, match=r"found 0 with and 1 without.*\[data\.one_class\]"):
        judge_pair(first, second, (POINT, POINT), settings=QUICK)


def test_the_curves_are_those_of_the_cases_that_both_scored():
    first, second = judge_pair(better(), twelve(), (POINT, POINT), settings=QUICK).rocs
    assert first.sensitivity_at(1.0) == 1.0
    assert second.sensitivity_at(1.0) == 0.4  # 0.9 and 0.8 lie above 0.75, the highest without hemorrhage
    assert len(second.thresholds) == 11


def test_what_is_decided_differently_comes_with_the_furthest_apart_first_and_one_of_the_two_is_right():
    check = SeenCheck(SeenStatus.NOT_POSSIBLE, 0, False)
    comparison = Comparison(
        Side({}, POINT, check, tuple(better())),
        Side({}, POINT, check, tuple(twelve())),
        CollectionFacts("drawn", "table", "c" * 64, 12, 6, 7),
        judge_pair(better(), twelve(), (POINT, POINT), settings=QUICK),
        QUICK,
    )
    found = comparison.decided_differently()
    # p4 0.85 against 0.2, n4 0.15 against 0.75, n3 0.2 against 0.55; p-refused has one score alone
    assert [(one.key, other.probability) for one, other in found] == [("p4", 0.2), ("n4", 0.75), ("n3", 0.55)]
    assert all(comparison.first.is_right(one) and not comparison.second.is_right(other) for one, other in found)
