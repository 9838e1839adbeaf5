"""What re-ordering a reading list saves: the same days again and again, read in different orders."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from hemoscope.evaluation.reading_list.order import Detector
from hemoscope.evaluation.reading_list.simulate import Flow, draw_flow, waits
from hemoscope.evaluation.reading_list.site import HOURS, MINUTES, Site
from hemoscope.records import Interval

WARM_UP_DAYS = 1
"""Days at the beginning that do not count: the list is empty when they begin."""
POINTS = 201


@dataclass(frozen=True, slots=True)
class Plan:
    """How a reading list is simulated.

    Attributes:
        days: Counted in each repeat, after one that does not count.
        repeats: How many, at least 2.
        delay_minutes: From a study's arrival until a detector has answered.
        longest_minutes: A study that has waited so long goes to the head of the list, too; None for never.
        seed: The same gives the same.
    """

    days: int = 30
    repeats: int = 20
    delay_minutes: float = 1.0
    longest_minutes: float | None = None
    seed: int = 0


@dataclass(frozen=True, slots=True)
class Waits:
    """How long studies wait, in minutes, until their reading begins.

    Attributes:
        mean: Over studies.
        median: Over studies.
        ninth_decile: What one in ten exceeds.
    """

    mean: Interval
    median: Interval
    ninth_decile: Interval


@dataclass(frozen=True, slots=True)
class Saved:
    """What one order does, against first in, first out on the same days.

    Attributes:
        detector: What decides the order; None for first in, first out itself, and so for flags that nobody follows.
        hemorrhage: Waits of studies with hemorrhage.
        others: Waits of all others.
        saved: Minutes that a study with hemorrhage begins to be read sooner, on average.
        missed: Likewise of those that the detector misses, mostly below 0: they wait behind the others.
        lost: Minutes that all others wait longer, on average.
        called: Share of all studies that are called positive.
    """

    detector: Detector | None
    hemorrhage: Waits
    others: Waits
    saved: Interval
    missed: Interval | None
    lost: Interval
    called: Interval


@dataclass(frozen=True, slots=True, eq=False)
class Gain:
    """What came of a simulation.

    Attributes:
        site: What was simulated.
        days: In each repeat.
        repeats: How many.
        studies: In all repeats together.
        orders: First in, first out, then one per detector.
        minutes: Ascending, shape (m,), and `begun` for each order the share of studies with hemorrhage whose reading
            has begun after so many minutes, shape (m,).
        begun: See `minutes`.
    """

    site: Site
    days: int
    repeats: int
    studies: int
    orders: tuple[Saved, ...]
    minutes: np.ndarray
    begun: tuple[np.ndarray, ...]


@dataclass(frozen=True, slots=True)
class _Repeat:
    """One repeat in one order: how long each study waits, and which are called positive, shape (n,) each."""

    waited: np.ndarray
    called: np.ndarray


def measure_gain(
    site: Site,
    detectors: Sequence[Detector],
    *,
    plan: Plan | None = None,
    on_progress: Callable[[int, int], None] | None = None,
) -> Gain:
    """Simulate a reading list in each order.

    In each repeat all orders have the same studies, the same reading times and the same luck, so that differences are
    the orders' own; a sensitivity and a specificity are drawn from each detector's intervals. An interval holds the
    middle 95 % of the repeats: what such a period may bring, with what is not known of the detector in it.

    Args:
        site: The list and its readers.
        detectors: What may decide the order.
        plan: How long and how often.
        on_progress: Called with how many lists were worked through, and how many there are.

    Raises:
        MissingExtraError: SimPy is not installed.
    """
    plan = plan or Plan()
    orders: list[Detector | None] = [None, *detectors]
    found: list[list[_Repeat]] = [[] for _ in orders]
    flows: list[Flow] = []
    for repeat in range(plan.repeats):
        flow = draw_flow(site, days=plan.days + WARM_UP_DAYS, generator=np.random.default_rng([plan.seed, repeat]))
        flows.append(flow)
        for place, detector in enumerate(orders):
            found[place].append(_work_through(site, flow, detector, plan=plan, repeat=repeat))
            if on_progress is not None:
                on_progress(repeat * len(orders) + place + 1, plan.repeats * len(orders))
    return _gain(site, flows, list(zip(orders, found, strict=True)), days=plan.days)


def _work_through(site: Site, flow: Flow, detector: Detector | None, *, plan: Plan, repeat: int) -> "_Repeat":
    if detector is None:
        return _Repeat(waits(site, flow), np.zeros(flow.arrived.size, bool))
    called = flow.called_positive(*detector.draw(np.random.default_rng([plan.seed, repeat, 1])))
    waited = waits(site, flow, positive=called, delay_minutes=plan.delay_minutes, longest_minutes=plan.longest_minutes)
    return _Repeat(waited, called)


def _gain(
    site: Site, flows: Sequence[Flow], orders: Sequence[tuple[Detector | None, list[_Repeat]]], *, days: int
) -> Gain:
    kept = [flow.arrived >= WARM_UP_DAYS * HOURS * MINUTES for flow in flows]
    sick = [flow.has_hemorrhage & inside for flow, inside in zip(flows, kept, strict=True)]
    well = [~flow.has_hemorrhage & inside for flow, inside in zip(flows, kept, strict=True)]
    first = orders[0][1]
    pooled = [
        np.concatenate([day.waited[some] for day, some in zip(repeats, sick, strict=True)]) for _, repeats in orders
    ]
    longest = max((float(np.quantile(each, 0.99)) for each in pooled if each.size), default=1.0)
    minutes = np.linspace(0, max(longest, 1.0), POINTS)
    return Gain(
        site=site,
        days=days,
        repeats=len(flows),
        studies=sum(int(inside.sum()) for inside in kept),
        orders=tuple(_saved(detector, repeats, first, (sick, well)) for detector, repeats in orders),
        minutes=minutes,
        begun=tuple(np.searchsorted(np.sort(each), minutes, side="right") / max(1, each.size) for each in pooled),
    )


def _saved(
    detector: Detector | None,
    repeats: Sequence[_Repeat],
    first: Sequence[_Repeat],
    groups: tuple[list[np.ndarray], list[np.ndarray]],
) -> Saved:
    sick, well = groups
    sooner = [before.waited - day.waited for before, day in zip(first, repeats, strict=True)]
    missed = [some & ~day.called for some, day in zip(sick, repeats, strict=True)]
    return Saved(
        detector=detector,
        hemorrhage=_waits(repeats, sick),
        others=_waits(repeats, well),
        saved=_over([_mean(each, some) for each, some in zip(sooner, sick, strict=True)]),
        missed=None if detector is None else _over_some([_mean(*one) for one in zip(sooner, missed, strict=True)]),
        lost=_over([-_mean(each, some) for each, some in zip(sooner, well, strict=True)]),
        called=_over([_mean(day.called, a | b) for day, a, b in zip(repeats, sick, well, strict=True)]),
    )


def _waits(repeats: Sequence[_Repeat], groups: Sequence[np.ndarray]) -> Waits:
    parts = [day.waited[some] for day, some in zip(repeats, groups, strict=True)]
    parts = [part for part in parts if part.size]
    return Waits(
        _over([float(part.mean()) for part in parts]),
        _over([float(np.median(part)) for part in parts]),
        _over([float(np.quantile(part, 0.9)) for part in parts]),
    )


def _mean(values: np.ndarray, some: np.ndarray) -> float:
    return float(values[some].mean()) if some.any() else float("nan")


def _over_some(values: Sequence[float]) -> Interval | None:
    """None where no repeat has any."""
    return None if np.isnan(values).all() else _over(values)


def _over(values: Sequence[float]) -> Interval:
    """Return the mean over repeats and what the middle 95 % of them hold; those without such studies are left out."""
    told = np.array(values, float)
    told = told[~np.isnan(told)]
    if not told.size:
        return Interval(float("nan"), float("nan"), float("nan"))
    low, high = np.quantile(told, [0.025, 0.975])
    return Interval(float(told.mean()), float(low), float(high))
