"""What re-ordering saves: who gains, who pays, what is conserved."""

import numpy as np
import pytest

from hemoscope.evaluation.reading_list import PERFECT, Detector, Plan, Site, measure_gain
from hemoscope.records import Interval, OperatingPoint

pytest.importorskip("simpy")
SITE = Site.constant(arrivals_per_hour=6.0, readers=1, reading_minutes=8.0, prevalence=0.2)
PLAN = Plan(days=20, repeats=6)
SURE = Detector("sure", Interval(0.8, 0.8, 0.8), Interval(0.9, 0.9, 0.9))
BLIND = Detector("blind", Interval(0.3, 0.3, 0.3), Interval(0.7, 0.7, 0.7))


@pytest.fixture(scope="module")
def gain():
    return measure_gain(SITE, [SURE, BLIND, PERFECT], plan=PLAN)


def test_a_detector_saves_minutes_and_who_it_misses_pays(gain):
    first, sure, _, perfect = gain.orders
    assert first.saved == Interval(0.0, 0.0, 0.0)
    assert 0 < sure.saved.value < perfect.saved.value
    assert sure.missed.value < 0 < sure.lost.value
    assert sure.called.value == pytest.approx(0.2 * 0.8 + 0.8 * 0.1, abs=0.02)
    assert perfect.missed is None


def test_a_coin_saves_next_to_nothing(gain):
    blind = gain.orders[2]
    assert abs(blind.saved.value) < 0.1 * gain.orders[3].saved.value


def test_what_some_win_others_lose():
    """Nobody idles for the order's sake: with equal reading times the sum of all waits is the same in every order."""
    site = Site.constant(arrivals_per_hour=6.0, readers=1, reading_minutes=8.0, prevalence=0.2, spread=0.0)
    sure = measure_gain(site, [SURE], plan=PLAN).orders[1]
    assert 0.2 * sure.saved.value == pytest.approx(0.8 * sure.lost.value, rel=0.1)


def test_the_same_seed_gives_the_same_and_another_does_not():
    plan = Plan(days=3, repeats=2, seed=5)
    one, two, three = (measure_gain(SITE, [SURE], plan=each) for each in (plan, plan, Plan(days=3, repeats=2, seed=6)))
    assert one.orders == two.orders
    assert one.orders != three.orders


def test_an_answer_that_comes_after_the_reading_saves_nothing():
    late = measure_gain(SITE, [PERFECT], plan=Plan(days=3, repeats=2, delay_minutes=1e5)).orders[1]
    assert late.saved == Interval(0.0, 0.0, 0.0)


def test_the_share_begun_rises_to_all(gain):
    for share in gain.begun:
        assert np.all(np.diff(share) >= 0)
        assert share[-1] > 0.98


def test_progress_counts_every_list():
    told = []
    measure_gain(SITE, [SURE], plan=Plan(days=1, repeats=2), on_progress=lambda *step: told.append(step))
    assert told == [(1, 4), (2, 4), (3, 4), (4, 4)]


def test_a_detector_is_drawn_from_its_intervals():
    wide = Detector("wide", Interval(0.9, 0.8, 0.95), Interval(0.6, 0.6, 0.6))
    generator = np.random.default_rng(0)
    drawn = np.array([wide.draw(generator) for _ in range(4000)])
    assert np.quantile(drawn[:, 0], [0.025, 0.5, 0.975]) == pytest.approx([0.8, 0.9, 0.95], abs=0.02)
    assert set(drawn[:, 1]) == {0.6}


def test_a_point_without_figures_is_no_detector():
    assert Detector.at(OperatingPoint("bare", 0.5, "", "")) is None
