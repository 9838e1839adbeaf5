"""Cases become columns only where something can be measured on them, and nothing unanswered is forgotten."""

import pytest

from hemoscope.errors import DatasetError
from hemoscope.evaluation.cases import answers_of, unanswered_of, worst_false_alarms, worst_misses

from .judged import POINT, case, twelve


def test_the_scored_cases_are_columns_and_the_others_are_told():
    answers = answers_of(twelve())
    assert answers.labels.tolist() == [1] * 5 + [0] * 5
    assert answers.probabilities[:2].tolist() == [0.9, 0.8]
    assert answers.groups[5:7].tolist() == ["g0", "g1"]
    assert [one.key for one in unanswered_of(twelve())] == ["p-refused", "n-failed"]


def test_the_surest_mistakes_come_first():
    cases = [*twelve(), case("worse", 1, 0.01), case("at the threshold", 0, 0.5)]
    assert [one.key for one in worst_misses(cases, POINT)] == ["worse", "p4"]
    assert [one.key for one in worst_false_alarms(cases, POINT)] == ["n4", "n3", "at the threshold"]


@pytest.mark.parametrize(
    ("cases", "message"),
    [
        ([case("a", 1, None), case("b", 0, None)], r"No slice was scored \(gate\.no_head 2\).*\[data\.nothing_left\]"),
        (
            [case("a", 1, None), case("b", 0, 0.3)],
            r"found 0 with and 1 without; not scored: gate\.no_head 1.*\[data\.one_class\]",
        ),
        ([case("a", 1, 0.7), case("b", 1, 0.3)], r"found 2 with and 0 without; not scored: none.*\[data\.one_class\]"),
        (
            [case("a", 1, 0.7, group="x"), case("b", 0, 0.3, group="x")],
            r"all are of one group.*Correct the column group.*\[data\.one_group\]",
        ),
    ],
)
def test_what_nothing_can_be_measured_on_is_an_error_with_the_reason(cases, message):
    with pytest.raises(DatasetError, match=message):
        answers_of(cases)
