"""How the service does, in figures: throughput, latency, refusals, drift, agreement with readers."""

from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, timedelta

import numpy as np

from hemoscope.evaluation.drift import measure_drift
from hemoscope.store.records import Finished, Opinion, State, Verdict
from hemoscope.web.figure_documents import Agreement, Count, Drift, Latency, Throughput

REFERENCE, RECENT = 100, 50
"""Studies that drift is measured from, the first of the model here, and of, the last; chance then stays below 0.51."""
HOURLY_DAYS = 2
"""Up to so many days are told hour by hour."""


def throughput(finished: Iterable[Finished], *, since: datetime, until: datetime) -> list[Throughput]:
    """Count what was finished in every hour, or day where it is of more than two days, those without any too."""
    step = timedelta(hours=1) if until - since <= timedelta(days=HOURLY_DAYS) else timedelta(days=1)
    counts = Counter(_floor(one.finished_at, step) for one in finished)
    return [Throughput(start=start, finished=counts[start]) for start in _starts(since, until, step)]


def latency(finished: Iterable[Finished]) -> Latency:
    """Measure the seconds from received to finished."""
    seconds = [(one.finished_at - one.received_at).total_seconds() for one in finished]
    if not seconds:
        return Latency()
    median, p95, slowest = np.quantile(seconds, [0.5, 0.95, 1.0]).tolist()
    return Latency(median_s=median, p95_s=p95, slowest_s=slowest)


def refusals(finished: Iterable[Finished]) -> list[Count]:
    """Count the reasons of what was not scored, the most frequent first."""
    counts = Counter(code for one in finished if one.state is not State.SCORED for code in dict.fromkeys(one.codes))
    return [
        Count(name=code, count=count) for code, count in sorted(counts.items(), key=lambda pair: (-pair[1], pair[0]))
    ]


def drift(scores: Sequence[float]) -> Drift:
    """Compare the last scores with the first.

    Args:
        scores: Of the studies that one model scored here, in the order scored.
    """
    needed = REFERENCE + RECENT
    if len(scores) < needed:
        return Drift(
            reading="too few studies", reference_studies=min(len(scores), REFERENCE), recent_studies=0, needed=needed
        )
    found = measure_drift(scores[:REFERENCE], scores[-RECENT:])
    return Drift(
        psi=max(found.psi, 0.0),
        by_chance=found.by_chance,
        reading=found.reading,
        reference_studies=REFERENCE,
        recent_studies=RECENT,
        needed=needed,
        edges=list(found.edges),
        expected=list(found.expected),
        observed=list(found.observed),
    )


def agreement(verdicts: Iterable[Verdict], *, since: datetime, until: datetime) -> list[Agreement]:
    """Count who agreed, day by day, those without a verdict left out."""
    step = timedelta(days=1)
    agreed: Counter[datetime] = Counter()
    disagreed: Counter[datetime] = Counter()
    for one in verdicts:
        (agreed if one.opinion is Opinion.AGREE else disagreed)[_floor(one.given_at, step)] += 1
    return [
        Agreement(start=start, agree=agreed[start], disagree=disagreed[start])
        for start in _starts(since, until, step)
        if agreed[start] or disagreed[start]
    ]


def _floor(at: datetime, step: timedelta) -> datetime:
    """Return the beginning of the hour or day in UTC."""
    told = at.astimezone(UTC).replace(minute=0, second=0, microsecond=0)
    return told if step < timedelta(days=1) else told.replace(hour=0)


def _starts(since: datetime, until: datetime, step: timedelta) -> list[datetime]:
    first, last = _floor(since, step), _floor(until, step)
    return [first + number * step for number in range(int((last - first) / step) + 1)]
