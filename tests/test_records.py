"""Records that travel: what they decide, and that JSON gives them back."""

import json

import pytest

from hemoscope.records import Decision, Interval, OperatingPoint

OLD = {"name": "balanced", "threshold": 0.4, "chosen_for": "a criterion", "fitted_on": "40 slices"}


def test_a_point_that_always_decides_is_never_uncertain():
    point = OperatingPoint("balanced", 0.4, "", "")
    assert [point.decide(probability) for probability in (0.0, 0.39, 0.4, 1.0)] == [
        Decision.NEGATIVE,
        Decision.NEGATIVE,
        Decision.POSITIVE,
        Decision.POSITIVE,
    ]


def test_a_point_abstains_from_its_lower_end_up_to_its_threshold():
    point = OperatingPoint("abstain", 0.7, "", "", uncertain_from=0.2)
    assert [point.decide(probability) for probability in (0.19, 0.2, 0.69, 0.7)] == [
        Decision.NEGATIVE,
        Decision.UNCERTAIN,
        Decision.UNCERTAIN,
        Decision.POSITIVE,
    ]


def test_a_band_without_width_decides_as_a_threshold_does():
    point = OperatingPoint("abstain", 0.5, "", "", uncertain_from=0.5)
    assert [point.decide(0.4999), point.decide(0.5)] == [Decision.NEGATIVE, Decision.POSITIVE]


def test_json_gives_a_point_back_whole():
    point = OperatingPoint("rule-out", 0.1, "a", "b", Interval(0.95, 0.9, 0.98), Interval(0.5, 0.4, 0.6), 0.05)
    assert OperatingPoint.from_json(json.loads(json.dumps(point.as_json()))) == point


def test_metadata_of_earlier_versions_gives_a_point_that_tells_nothing_of_what_it_reaches():
    point = OperatingPoint.from_json(OLD)
    assert point == OperatingPoint("balanced", 0.4, "a criterion", "40 slices")
    assert (point.sensitivity, point.specificity, point.uncertain_from) == (None, None, None)


@pytest.mark.parametrize("key", OLD)
def test_a_point_without_one_of_its_first_four_keys_is_none(key):
    with pytest.raises(KeyError, match=key):
        OperatingPoint.from_json({name: value for name, value in OLD.items() if name != key})
