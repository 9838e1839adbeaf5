"""How the service does, in figures worked by hand."""

from datetime import UTC, datetime, timedelta

import pytest

from hemoscope.store.records import Finished, Opinion, State, Verdict
from hemoscope.web.figure_documents import Agreement, Count, Latency
from hemoscope.web.figures import agreement, drift, latency, refusals, throughput

NOON = datetime(2026, 3, 2, 12, 30, tzinfo=UTC)


def finished(hours: float, *, seconds: float = 10.0, state=State.SCORED, codes=()) -> Finished:
    at = NOON - timedelta(hours=hours)
    return Finished(at - timedelta(seconds=seconds), at, state, 0.5 if state is State.SCORED else None, codes)


def verdict(days: int, opinion: Opinion) -> Verdict:
    return Verdict("v", "s", "room 2", NOON - timedelta(days=days), opinion, True)


def test_throughput_is_told_by_the_hour_for_two_days_and_by_the_day_beyond():
    rows = [finished(0), finished(0.6), finished(1.6), finished(30)]
    hours = throughput(rows, since=NOON - timedelta(days=2), until=NOON)
    assert len(hours) == 49
    assert [one.finished for one in hours[-3:]] == [1, 1, 1]
    assert hours[-1].start == datetime(2026, 3, 2, 12, tzinfo=UTC)
    days = throughput(rows, since=NOON - timedelta(days=3), until=NOON)
    assert [(one.start.day, one.finished) for one in days] == [(27, 0), (28, 0), (1, 1), (2, 3)]


def test_latency_is_told_in_seconds():
    assert latency([]) == Latency()
    found = latency(finished(0, seconds=seconds) for seconds in range(1, 102))
    assert (found.median_s, found.p95_s, found.slowest_s) == pytest.approx((51, 96, 101))


def test_refusals_are_counted_by_reason_once_a_study():
    rows = [
        finished(1, state=State.REFUSED, codes=("gate.not_a_head", "gate.not_a_head")),
        finished(2, state=State.FAILED, codes=("read.truncated",)),
        finished(3, state=State.REFUSED, codes=("gate.not_a_head",)),
        finished(4, codes=("read.truncated",)),  # it was scored all the same
    ]
    assert refusals(rows) == [Count(name="gate.not_a_head", count=2), Count(name="read.truncated", count=1)]


def test_agreement_is_told_day_by_day():
    said = [verdict(0, Opinion.AGREE), verdict(0, Opinion.DISAGREE), verdict(2, Opinion.AGREE)]
    assert agreement(said, since=NOON - timedelta(days=5), until=NOON) == [
        Agreement(start=datetime(2026, 2, 28, tzinfo=UTC), agree=1, disagree=0),
        Agreement(start=datetime(2026, 3, 2, tzinfo=UTC), agree=1, disagree=1),
    ]


def test_drift_waits_for_enough_studies_and_then_compares_the_last_with_the_first():
    low = [number / 200 for number in range(100)]
    early = drift(low)
    assert (early.reading, early.psi, early.reference_studies, early.needed) == ("too few studies", None, 100, 150)
    same = drift(low + low[::2])
    assert same.reading == "stable"
    assert same.psi < same.by_chance == pytest.approx((1 / 100 + 1 / 50) * 16.919)
    moved = drift([*low, *low, *([0.9] * 50)])
    assert moved.reading == "shifted"
    assert moved.observed[-1] > 0.8
