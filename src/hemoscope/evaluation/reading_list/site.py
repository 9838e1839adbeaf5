"""A site: how many studies come when, how long reading takes, how many readers there are."""

import csv
import os
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from hemoscope.errors import InputError

HOURS = 24
MINUTES = 60.0
WITHOUT_SPREAD = 1e-9
BAD_HOURS = "queue.hours"


@dataclass(frozen=True, slots=True)
class Hour:
    """One hour of the day.

    Attributes:
        arrivals: Mean number of studies that come in it.
        readers: How many read.
    """

    arrivals: float
    readers: int


@dataclass(frozen=True, slots=True)
class Site:
    """A reading list with those who read it.

    Attributes:
        hours: The 24 hours of a day, from midnight; every day is like it.
        reading_minutes: Mean time that reading a study takes.
        prevalence: Share of studies with hemorrhage, in (0, 1).
        reading_spread: Standard deviation of the reading time over its mean; 1 with `is_exponential`.
        others: Share of the studies that no detector looks at, as they are no head CT, in [0, 1).

    Raises:
        InputError: "queue.bad_site", or "queue.overloaded" where more comes than can be read: the list would grow
            without end, and no wait would mean anything.
    """

    hours: tuple[Hour, ...]
    reading_minutes: float
    prevalence: float
    reading_spread: float = 0.5
    others: float = 0.0

    def __post_init__(self) -> None:
        if len(self.hours) != HOURS:
            raise _bad(f"Expected {HOURS} hours of a day; received {len(self.hours)}.")
        if not 0 < self.reading_minutes < HOURS * MINUTES:
            raise _bad(f"Expected minutes of reading above 0 and below a day; received {self.reading_minutes:g}.")
        if not 0 < self.prevalence < 1:
            raise _bad(f"Expected a prevalence between 0 and 1; received {self.prevalence:g}.")
        if not 0 <= self.others < 1 or not 0 <= self.reading_spread <= 10:
            raise _bad("Expected a share of other studies from 0 to below 1, and a spread from 0 to 10.")
        if min(hour.arrivals for hour in self.hours) < 0 or min(hour.readers for hour in self.hours) < 0:
            raise _bad("Expected no fewer than 0 studies and 0 readers in every hour.")
        if self.arrivals_per_day <= 0 or self.reader_minutes_per_day <= 0:
            raise _bad("Expected some studies and some readers in the day.")
        if self.load >= 1:
            raise InputError(
                "queue.overloaded",
                f"A day brings {self.arrivals_per_day * self.reading_minutes:,.0f} minutes of reading and has "
                f"{self.reader_minutes_per_day:,.0f} minutes of readers: the list grows without end.",
                "Give more readers, fewer studies or a shorter reading time.",
            )

    @classmethod
    def constant(
        cls, *, arrivals_per_hour: float, readers: int, reading_minutes: float, prevalence: float, spread: float = 0.5
    ) -> "Site":
        """Make a site whose hours are all alike."""
        return cls((Hour(arrivals_per_hour, readers),) * HOURS, reading_minutes, prevalence, spread)

    @property
    def arrivals_per_day(self) -> float:
        """Mean number of studies."""
        return sum(hour.arrivals for hour in self.hours)

    @property
    def reader_minutes_per_day(self) -> float:
        """Minutes of all readers together."""
        return MINUTES * sum(hour.readers for hour in self.hours)

    @property
    def load(self) -> float:
        """Share of the readers' time that reading takes; waits grow fast as it nears 1."""
        return self.arrivals_per_day * self.reading_minutes / self.reader_minutes_per_day

    def draw_arrivals(self, days: int, generator: np.random.Generator) -> np.ndarray:
        """Draw when studies come: a Poisson process whose rate changes by the hour.

        Args:
            days: For so long.
            generator: Draws.

        Returns:
            Minutes since the first midnight, ascending, shape (n,).
        """
        rates = np.tile([hour.arrivals for hour in self.hours], days)
        counts = generator.poisson(rates)
        starts = np.repeat(np.arange(rates.size) * MINUTES, counts)
        return np.asarray(np.sort(starts + generator.uniform(0, MINUTES, starts.size)))

    def draw_minutes(self, count: int, generator: np.random.Generator) -> np.ndarray:
        """Draw how long reading takes: log-normal, as times of skilled work mostly are, exponential at a spread of 1.

        Args:
            count: Of how many studies.
            generator: Draws.

        Returns:
            Minutes, shape (count,).
        """
        if self.reading_spread == 1:
            return generator.exponential(self.reading_minutes, count)
        if self.reading_spread < WITHOUT_SPREAD:
            return np.full(count, self.reading_minutes)
        variance = np.log1p(self.reading_spread**2)
        return generator.lognormal(np.log(self.reading_minutes) - variance / 2, np.sqrt(variance), count)


def read_hours(path: str | os.PathLike[str]) -> tuple[Hour, ...]:
    """Read a site's day from a CSV with the columns hour (0 to 23), arrivals and readers.

    Args:
        path: The file.

    Raises:
        InputError: "input.not_found", or "queue.hours" with the line.
    """
    table = Path(path)
    try:
        with table.open(encoding="utf-8-sig", newline="") as file:
            rows = list(csv.DictReader(file))
    except FileNotFoundError as error:
        raise InputError("input.not_found", f"There is no {table.name!r}.", "Check the path.") from error
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise InputError(BAD_HOURS, f"{table.name!r} cannot be read as CSV.", "Save it as UTF-8 CSV.") from error
    found: dict[int, Hour] = {}
    for line, row in enumerate(rows, start=2):
        hour, told = _hour(row, f"{table.name}, line {line}")
        if hour in found:
            raise _bad_hours(f"{table.name}, line {line}: hour {hour} stands twice.")
        found[hour] = told
    missing = [str(hour) for hour in range(HOURS) if hour not in found]
    if missing:
        raise _bad_hours(f"{table.name} lacks the hours {', '.join(missing[:5])}{'...' if missing[5:] else ''}.")
    return tuple(found[hour] for hour in range(HOURS))


def _hour(row: dict[str, str | None], place: str) -> tuple[int, Hour]:
    try:
        hour, arrivals, readers = int(row["hour"] or ""), float(row["arrivals"] or ""), int(row["readers"] or "")
    except (KeyError, ValueError) as error:
        raise _bad_hours(f"{place}: expected numbers for hour, arrivals and readers.") from error
    if not 0 <= hour < HOURS or not 0 <= arrivals < 1e6 or not 0 <= readers <= 1000:
        raise _bad_hours(f"{place}: expected an hour from 0 to 23, arrivals from 0 on and up to 1,000 readers.")
    return hour, Hour(arrivals, readers)


def _bad_hours(message: str) -> InputError:
    return InputError(BAD_HOURS, message, "Give one line for each hour: hour,arrivals,readers.")


def _bad(message: str) -> InputError:
    return InputError("queue.bad_site", message, "Correct the value.")
