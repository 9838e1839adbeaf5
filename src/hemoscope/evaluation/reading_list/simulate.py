"""Readers who take one study after another from a list, event by event."""

from collections.abc import Generator
from dataclasses import dataclass
from heapq import heapify
from typing import TYPE_CHECKING, Any

import numpy as np

from hemoscope.errors import MissingExtraError
from hemoscope.evaluation.reading_list.site import HOURS, MINUTES, Site

if TYPE_CHECKING:
    import simpy

    Steps = Generator[simpy.Event, Any, None]

FIRST, NEXT = 0, 1
"""Ranks in the list: called positive, or waiting too long, and all others."""


@dataclass(frozen=True, slots=True, eq=False)
class Flow:
    """The studies of some days, whatever order they are read in.

    Attributes:
        arrived: When each came, in minutes since the first midnight, ascending, shape (n,).
        minutes: How long reading it takes, shape (n,).
        has_hemorrhage: bool, shape (n,).
        is_scored: bool, shape (n,): whether a detector looks at it.
        luck: In [0, 1), shape (n,): a detector is right where it lies below its share of right calls.
    """

    arrived: np.ndarray
    minutes: np.ndarray
    has_hemorrhage: np.ndarray
    is_scored: np.ndarray
    luck: np.ndarray

    def called_positive(self, sensitivity: float, specificity: float) -> np.ndarray:
        """Say which studies a detector calls positive, shape (n,); a better one calls right what a worse one does."""
        called = np.where(self.has_hemorrhage, self.luck < sensitivity, self.luck >= specificity)
        return np.asarray(called & self.is_scored)


def draw_flow(site: Site, *, days: int, generator: np.random.Generator) -> Flow:
    """Draw the studies of some days."""
    arrived = site.draw_arrivals(days, generator)
    count = arrived.size
    is_scored = generator.random(count) >= site.others
    return Flow(
        arrived=arrived,
        minutes=site.draw_minutes(count, generator),
        has_hemorrhage=is_scored & (generator.random(count) < site.prevalence),
        is_scored=is_scored,
        luck=generator.random(count),
    )


def waits(
    site: Site,
    flow: Flow,
    *,
    positive: np.ndarray | None = None,
    delay_minutes: float = 0.0,
    longest_minutes: float | None = None,
) -> np.ndarray:
    """Let the readers work through the list, and say how long each study waits until its reading begins.

    The list is read from its head; a study that was begun is finished. Whoever goes off duty finishes what was begun.

    Args:
        site: Says how many readers there are in which hour.
        flow: What comes.
        positive: bool, shape (n,): what goes to the head of the list, behind what is there already. First in, first
            out for None.
        delay_minutes: From a study's arrival until the detector has answered; meanwhile it waits as any other.
        longest_minutes: A study that has waited so long goes to the head as well.

    Returns:
        Minutes, shape (n,).

    Raises:
        MissingExtraError: SimPy is not installed.
    """
    try:
        import simpy
    except ImportError as error:
        raise MissingExtraError(feature="Simulating a reading list", extra="simulate") from error
    world = simpy.Environment()
    room = _Room(world, site, flow, np.full(flow.arrived.size, np.nan))
    called = np.zeros(flow.arrived.size, bool) if positive is None else positive
    world.process(room.arrive(np.where(called & (delay_minutes == 0), FIRST, NEXT)))
    if delay_minutes:
        world.process(room.lift(np.flatnonzero(called), delay_minutes))
    if longest_minutes is not None:
        world.process(room.lift(np.arange(flow.arrived.size), longest_minutes))
    for number in range(max(hour.readers for hour in site.hours)):
        world.process(room.read(number))
    if flow.arrived.size:
        world.run(until=room.all_begun)
    return room.waited


class _Room:
    """The list and its readers in one simulated world."""

    def __init__(self, world: "simpy.Environment", site: Site, flow: Flow, waited: np.ndarray) -> None:
        import simpy

        self.world, self.site, self.flow, self.waited = world, site, flow, waited
        self.list = simpy.PriorityStore(world)
        self.all_begun = world.event()
        self._left = flow.arrived.size

    def arrive(self, ranks: np.ndarray) -> "Steps":
        """Put each study into the list as it comes, behind those of its rank."""
        for number, (minute, rank) in enumerate(zip(self.flow.arrived.tolist(), ranks.tolist(), strict=True)):
            yield self.world.timeout(minute - self.world.now)
            self.list.put((rank, number))

    def lift(self, numbers: np.ndarray, after_minutes: float) -> "Steps":
        """Move studies to the head of the list some time after they came, where they still wait."""
        for number in numbers.tolist():
            due = float(self.flow.arrived[number]) + after_minutes
            yield self.world.timeout(max(0.0, due - self.world.now))
            if (NEXT, number) in self.list.items:
                self.list.items.remove((NEXT, number))
                heapify(self.list.items)
                self.list.put((FIRST, number))

    def read(self, reader: int) -> "Steps":
        """Read what is first, whenever on duty."""
        while True:
            if not self._is_on_duty(reader):
                yield self.world.timeout(self._until_next_hour())
                continue
            asked = self.list.get()
            yield asked | self.world.timeout(self._until_next_hour())
            taken = asked.value if asked.triggered else None
            if taken is None:
                asked.cancel()
                continue
            number = int(taken[1])
            self.waited[number] = self.world.now - self.flow.arrived[number]
            self._left -= 1
            if not self._left:
                self.all_begun.succeed()
            yield self.world.timeout(float(self.flow.minutes[number]))

    def _is_on_duty(self, reader: int) -> bool:
        return reader < self.site.hours[int(self.world.now // MINUTES) % HOURS].readers

    def _until_next_hour(self) -> float:
        """At least a moment: a sum of minutes may end just before the hour that it should reach."""
        return max(1e-6, MINUTES * (self.world.now // MINUTES + 1) - self.world.now)
