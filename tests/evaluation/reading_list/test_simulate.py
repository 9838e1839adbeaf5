"""The list against queueing theory, and by hand."""

import numpy as np
import pytest

from hemoscope.evaluation.reading_list.simulate import Flow, draw_flow, waits
from hemoscope.evaluation.reading_list.site import Hour, Site

pytest.importorskip("simpy")
REPEATS, DAYS = 16, 40


def flow_of(arrived, minutes, sick=()) -> Flow:
    count = len(arrived)
    has = np.zeros(count, bool)
    has[list(sick)] = True
    return Flow(np.array(arrived, float), np.array(minutes, float), has, np.ones(count, bool), np.zeros(count))


def one_reader(**changed) -> Site:
    return Site.constant(
        **{"arrivals_per_hour": 1.0, "readers": 1, "reading_minutes": 10.0, "prevalence": 0.5, **changed}
    )


def test_first_in_is_first_out():
    flow = flow_of([0, 1, 2, 30], [10, 10, 10, 10])
    assert waits(one_reader(), flow).tolist() == [0, 9, 18, 0]


def test_two_readers_share_a_list():
    flow = flow_of([0, 1, 2], [10, 10, 10])
    assert waits(one_reader(readers=2), flow).tolist() == [0, 0, 8]


def test_what_is_called_positive_is_read_next_but_nothing_is_interrupted():
    flow = flow_of([0, 1, 2], [10, 10, 10], sick=[2])
    assert waits(one_reader(), flow, positive=flow.has_hemorrhage).tolist() == [0, 19, 8]


def test_positives_keep_their_own_order():
    flow = flow_of([0, 1, 2, 3], [10, 10, 10, 10], sick=[2, 3])
    assert waits(one_reader(), flow, positive=flow.has_hemorrhage).tolist() == [0, 29, 8, 17]


def test_an_answer_that_comes_late_moves_nothing_that_was_begun():
    flow = flow_of([0, 1, 2], [10, 10, 10], sick=[2])
    sick = flow.has_hemorrhage
    assert waits(one_reader(), flow, positive=sick, delay_minutes=8).tolist() == [0, 19, 8]
    assert waits(one_reader(), flow, positive=sick, delay_minutes=9).tolist() == [0, 9, 18]


def test_who_waited_too_long_goes_to_the_head():
    flow = flow_of([0, 1, 2, 3], [10, 10, 10, 10], sick=[2, 3])
    given = waits(one_reader(), flow, positive=flow.has_hemorrhage, longest_minutes=5)
    assert given.tolist() == [0, 9, 18, 27]


def test_nobody_reads_at_night_and_what_was_begun_is_finished():
    """One reader from 8 to 16 o'clock: what comes at 15:55 is begun and read to 16:05, the next waits until 8."""
    hours = tuple(Hour(1.0, 1 if 8 <= hour < 16 else 0) for hour in range(24))
    site = Site(hours, reading_minutes=10, prevalence=0.5)
    begun_at_eight = 24 * 60 + 8 * 60 - (16 * 60 + 1)
    given = waits(site, flow_of([15 * 60 + 55, 15 * 60 + 58, 16 * 60 + 1], [10, 10, 10]))
    assert given.tolist() == pytest.approx([0, begun_at_eight + 3, begun_at_eight + 10])


def mean_waits(site: Site, *, positive: bool) -> np.ndarray:
    """Mean waits of studies with and without hemorrhage, shape (REPEATS, 2), after a day that does not count."""
    rows = []
    for seed in range(REPEATS):
        flow = draw_flow(site, days=DAYS, generator=np.random.default_rng(seed))
        waited = waits(site, flow, positive=flow.has_hemorrhage if positive else None)
        counts = flow.arrived >= 24 * 60
        rows.append([waited[counts & flow.has_hemorrhage].mean(), waited[counts & ~flow.has_hemorrhage].mean()])
    return np.array(rows)


def within_errors(found: np.ndarray, expected: float) -> bool:
    """Four standard errors of the repeats' mean: wrong by chance once in some ten thousand."""
    return abs(found.mean() - expected) < 4 * found.std(ddof=1) / np.sqrt(found.size)


def test_one_reader_waits_as_theory_says():
    """M/M/1, load 0.7: mean wait = load / (1 - load) * reading time (Kleinrock 1975, section 3.2)."""
    site = one_reader(arrivals_per_hour=4.2, spread=1.0)
    found = mean_waits(site, positive=False).mean(axis=1)
    assert site.load == pytest.approx(0.7)
    assert within_errors(found, 0.7 / 0.3 * 10)


def test_three_readers_wait_as_theory_says():
    """M/M/3, offered load 2.1: Erlang C, worked by hand: 0.4923 that one waits, 5.470 minutes on average."""
    offered, readers = 2.1, 3
    terms = [1, offered, offered**2 / 2]
    last = offered**3 / 6 / (1 - offered / readers)
    expected = last / (sum(terms) + last) * 10 / (readers - offered)
    assert expected == pytest.approx(5.470, abs=1e-3)
    found = mean_waits(one_reader(arrivals_per_hour=12.6, readers=3, spread=1.0), positive=False).mean(axis=1)
    assert within_errors(found, expected)


def test_priority_waits_as_theory_says():
    """Non-preemptive M/G/1 with two classes (Cobham 1954, doi:10.1287/opre.2.1.70).

    Residual R = rate * E[S^2] / 2; the first class waits R / (1 - load_1), the second R / ((1 - load_1) (1 - load)).
    """
    site = one_reader(arrivals_per_hour=4.2, prevalence=0.3, spread=0.5)
    residual = 4.2 / 60 * 10**2 * (1 + 0.5**2) / 2
    found = mean_waits(site, positive=True)
    assert within_errors(found[:, 0], residual / (1 - 0.21))
    assert within_errors(found[:, 1], residual / (1 - 0.21) / 0.3)
