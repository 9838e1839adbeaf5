"""What the API tells of how the service does."""

from datetime import datetime
from typing import Literal

from pydantic import Field

from hemoscope.terms import RESEARCH_USE_ONLY
from hemoscope.web.documents import Document


class Count(Document):
    """How often something was."""

    name: str
    count: int = Field(ge=0)


class Throughput(Document):
    """Studies finished in one span of time."""

    start: datetime
    finished: int = Field(ge=0)


class Latency(Document):
    """Seconds from received to finished."""

    median_s: float | None = None
    p95_s: float | None = None
    slowest_s: float | None = None


class Drift(Document):
    """How far the scores of the last studies are from the first ones that this model scored here.

    Compared by the population stability index. Below 0.1 is stable, from 0.25 on it has shifted: the usual reading.
    What chance alone makes for so few studies is stable too.
    """

    psi: float | None = Field(default=None, ge=0, description="None with fewer studies than a figure needs.")
    by_chance: float | None = Field(default=None, description="Chance alone stays below it in 95 of 100 cases.")
    reading: Literal["too few studies", "stable", "moving", "shifted"]
    reference_studies: int = Field(ge=0, description="The first scored by this model.")
    recent_studies: int = Field(ge=0, description="The last ones, which are compared with them.")
    needed: int = Field(ge=1, description="Scored studies that a figure needs.")
    edges: list[float] = Field(default_factory=list, description="Of the bins, from 0 to 1.")
    expected: list[float] = Field(default_factory=list, description="Share of the reference in each.")
    observed: list[float] = Field(default_factory=list, description="Share of the last studies in each.")


class Agreement(Document):
    """Readers who agreed with the answer, in one span of time."""

    start: datetime
    agree: int = Field(ge=0)
    disagree: int = Field(ge=0)


class Monitoring(Document):
    """How the service does."""

    days: int = Field(ge=1)
    waiting: int = Field(ge=0, description="Studies that are queued or being scored.")
    states: list[Count]
    throughput: list[Throughput]
    latency: Latency
    refusals: list[Count] = Field(description="By code.")
    drift: Drift
    agreement: list[Agreement]
    research_use_only: str = RESEARCH_USE_ONLY
