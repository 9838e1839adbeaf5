"""What is said of a simulated reading list, on the terminal and on the page alike."""

import math

from hemoscope.evaluation.reading_list import PERFECT, Gain, Saved
from hemoscope.records import Interval

FLAGS_ALONE = (
    "Flags that nobody reads first leave the order, and so every wait, as in the first row (O'Neill 2021, "
    "doi:10.1148/ryai.2020200024, found just that); the other rows are lists whose order follows the flags."
)
COLUMNS = (
    "wait: of studies with hemorrhage; saved: by these, against the first row; missed: saved by those of them that are "
    "not called positive, below 0 where they wait longer; others: lost by studies without; called: positive, of all."
)
INTERVALS = (
    "Minutes until reading begins, the mean over repeats and what the middle 95 % of them hold: the chance of such a "
    "period, and what is not known of a detector's sensitivity and specificity."
)


def name_of(order: Saved) -> str:
    """Name an order."""
    if order.detector is None:
        return "first in, first out"
    return "every call right" if order.detector is PERFECT else order.detector.name


def minutes(figure: Interval | None) -> str:
    """Write minutes with their interval, or a dash where there was no such study.

    >>> minutes(Interval(12.04, 9.96, 15.0))
    '12.0 [10.0-15.0]'
    >>> minutes(Interval(-3.5, -5.0, -2.0))
    '-3.5 [-5.0 to -2.0]'
    """
    if figure is None or math.isnan(figure.value):
        return "-"
    to = " to " if figure.low < 0 else "-"
    return f"{figure.value:.1f} [{figure.low:.1f}{to}{figure.high:.1f}]"


def short(figure: Interval | None) -> str:
    """Write minutes alone."""
    return minutes(figure).partition(" ")[0]


def site_in_words(gain: Gain) -> str:
    """Say what was simulated."""
    site = gain.site
    others = f", {site.others:.0%} of them no head CT" if site.others else ""
    return (
        f"{site.arrivals_per_day:,.1f} studies a day{others}; reading takes {site.reading_minutes:g} minutes; "
        f"{site.prevalence:.1%} have hemorrhage; readers are busy {site.load:.0%} of their time. "
        f"{gain.repeats} repeats of {gain.days} days, {gain.studies:,} studies in all."
    )
