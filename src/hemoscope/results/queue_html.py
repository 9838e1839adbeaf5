"""A simulated reading list as one page that needs nothing else: minutes saved, whom it costs, the waits."""

import math
import os
from datetime import UTC, datetime
from pathlib import Path

from hemoscope.evaluation.reading_list import PERFECT, Gain
from hemoscope.results.curve_plots import Figure, points_of
from hemoscope.results.html import page_environment
from hemoscope.results.plots import Axis, Plot
from hemoscope.results.queue_wording import FLAGS_ALONE, INTERVALS, minutes, name_of, site_in_words
from hemoscope.terms import RESEARCH_USE_ONLY
from hemoscope.writing.atomic import write_text

ROOM = 1.15
"""Of an axis beyond the longest interval."""


def write_queue_html(gain: Gain, path: str | os.PathLike[str]) -> None:
    """Write the page, whole or not at all.

    Args:
        gain: What came of the simulation.
        path: The file to write or replace.
    """
    write_text(Path(path), render_queue_html(gain, made=datetime.now(UTC)))


def render_queue_html(gain: Gain, *, made: datetime) -> str:
    """Fill the template.

    Args:
        gain: What came of the simulation.
        made: The time to print, in UTC.
    """
    environment = page_environment()
    environment.filters["minutes"] = minutes
    return environment.get_template("queue.html.jinja").render(
        gain=gain,
        orders=[(name_of(order), order) for order in gain.orders],
        plots=[_saved(gain), _begun(gain)],
        site=site_in_words(gain),
        flags_alone=FLAGS_ALONE,
        intervals=INTERVALS,
        notice=RESEARCH_USE_ONLY,
        made=made,
    )


def _saved(gain: Gain) -> Figure:
    orders = [(name_of(order), order.saved) for order in gain.orders if not math.isnan(order.saved.value)]
    high, low = (
        pick(0.0, *ends) for pick, ends in ((max, [s.high for _, s in orders]), (min, [s.low for _, s in orders]))
    )
    ticks = _ticks(low, high)
    across = Axis("minutes saved", min(low * ROOM, 0.0), max(high * ROOM, 1.0), ticks)
    plot = Plot("Minutes saved by each order", across, Axis("", 0, len(orders), ()))
    for place, (name, saved) in enumerate(orders):
        height = len(orders) - place - 0.4
        plot.line([(saved.low, height), (saved.high, height)], "reach")
        plot.dot((saved.value, height), "mark")
        plot.text((across.low, height - 0.3), name, "word")
    legend = (
        "How much sooner the reading of a study with hemorrhage begins than with first in, first out, on average; the "
        "lines hold the middle 95 % of the repeats."
    )
    return Figure("Minutes saved", plot.as_svg(), legend)


def _begun(gain: Gain) -> Figure:
    longest = float(gain.minutes[-1])
    plot = Plot(
        "Share of studies with hemorrhage whose reading has begun",
        Axis("minutes since arrival", 0.0, longest, _ticks(0.0, longest)),
        Axis("share begun"),
    )
    best = max(gain.orders, key=lambda order: (order.detector not in (None, PERFECT), order.saved.value))
    shown = {name_of(order): share for order, share in zip(gain.orders, gain.begun, strict=True)}
    words = {"chance": "short dashes are", "curve": "solid is", "other": "dots are"}
    names = dict(
        zip(words, dict.fromkeys((name_of(gain.orders[0]), name_of(best), name_of(gain.orders[-1]))), strict=False)
    )
    for style, name in names.items():
        plot.line(points_of(gain.minutes, shown[name]), style)
    legend = "; ".join(f"{words[style]} {name}" for style, name in names.items()).capitalize()
    return Figure("When reading begins", plot.as_svg(), legend + ".")


def _ticks(low: float, high: float) -> tuple[float, ...]:
    """Return some four round values in a range that holds 0.

    >>> _ticks(0.0, 37.0), _ticks(-3.0, 3.0)
    ((0.0, 10.0, 20.0, 30.0), (-2.0, 0.0, 2.0))
    """
    span = max(high - low, 1e-3)
    power = 10.0 ** math.floor(math.log10(span / 4))
    step = next(power * each for each in (1, 2, 5, 10) if span / (power * each) <= 4)
    return tuple(round(place * step, 6) for place in range(math.ceil(low / step), math.floor(high / step) + 1))
