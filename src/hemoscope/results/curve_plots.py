"""Plots that several pages have: ROC curve, reliability diagram, risk-coverage curve."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from markupsafe import Markup

from hemoscope.evaluation.intervals import Interval
from hemoscope.evaluation.reliability import ReliabilityBin
from hemoscope.evaluation.risk_coverage import RiskCoverageCurve
from hemoscope.evaluation.roc import RocCurve
from hemoscope.results.evaluation_document import thinned
from hemoscope.results.plots import Axis, Plot, Point
from hemoscope.results.wording import percent

LARGEST_DOT = 9.0
SMALLEST_DOT = 2.5


@dataclass(frozen=True, slots=True)
class Figure:
    """A plot with its heading and its legend.

    Attributes:
        heading: A few words.
        svg: The picture.
        legend: How to read it.
    """

    heading: str
    svg: Markup
    legend: str


def roc_plot(*curves: tuple[RocCurve, str]) -> Plot:
    """Draw ROC curves on one pair of axes, and chance, dashed.

    Args:
        curves: Each with its class in the style sheet, later ones above earlier ones.
    """
    plot = Plot("ROC curve", Axis("1 − specificity"), Axis("sensitivity"))
    plot.line([(0, 0), (1, 1)], "chance")
    for curve, style in curves:
        sensitivity, specificity = thinned(curve.sensitivity, curve.specificity)
        plot.line(_stairs(1 - specificity, sensitivity), style)
    return plot


def mark_point(plot: Plot, name: str, *, sensitivity: Interval, specificity: Interval) -> None:
    """Mark an operating point on ROC axes, with its intervals."""
    at = 1 - specificity.value, sensitivity.value
    plot.line([(1 - specificity.low, at[1]), (1 - specificity.high, at[1])], "reach")
    plot.line([(at[0], sensitivity.low), (at[0], sensitivity.high)], "reach")
    plot.dot(at, "mark")
    plot.text((at[0], at[1] - 0.06), name, "word")


def reliability_figure(table: Sequence[ReliabilityBin], error: Interval, *, many: str = "slices") -> Figure:
    """Draw probabilities against what was observed.

    Args:
        table: The bins.
        error: The expected calibration error.
        many: What was judged, in a word.
    """
    plot = Plot("Reliability diagram", Axis("probability given"), Axis("share with hemorrhage"))
    plot.line([(0, 0), (1, 1)], "chance")
    largest = max(row.count for row in table)
    for row in table:
        plot.line([(row.mean_probability, row.observed.low), (row.mean_probability, row.observed.high)], "reach")
        plot.dot(
            (row.mean_probability, row.observed.value),
            "mark",
            radius=max(SMALLEST_DOT, LARGEST_DOT * math.sqrt(row.count / largest)),
        )
    legend = (
        f"Expected calibration error {error}. Larger dots hold more {many}; on the dashed line probabilities mean what "
        "they say."
    )
    return Figure("Reliability", plot.as_svg(), legend)


def risk_coverage_plot(curve: RiskCoverageCurve, *, room_for: float = 0.0) -> Plot:
    """Draw the share of wrong answers against the share of slices answered, and leaving out at random, dashed.

    Args:
        curve: What to draw.
        room_for: A share of wrong answers that will be marked too.
    """
    top, ticks = tidy_axis(max(room_for, float(curve.risk.max())))
    plot = Plot("Risk-coverage curve", Axis("share answered"), Axis("share wrong of those", 0.0, top, ticks))
    everything = float(curve.risk[-1])
    plot.line([(0, everything), (1, everything)], "chance")
    coverage, risk = thinned(curve.coverage, curve.risk)
    plot.line([(0.0, float(risk[0])), *points_of(coverage, risk)], "curve")
    return plot


def risk_in_words(curve: RiskCoverageCurve, *, many: str = "slices") -> str:
    """Say how many answers are wrong, the fewer are answered; `many` is what was judged, in a word."""
    return (
        f"Wrong are {percent(curve.risk_at(1.0))} of all answers, {percent(curve.risk_at(0.8))} of the surest 80%, "
        f"{percent(curve.risk_at(0.5))} of the surest half; the area under the curve is {curve.area:.3f}. Dashed is "
        f"leaving {many} out at random."
    )


def tidy_axis(highest: float) -> tuple[float, tuple[float, ...]]:
    """Return a round upper end, at most 1, with room for a value from 0 to 1, and round ticks up to it.

    >>> tidy_axis(0.12), tidy_axis(0.25), tidy_axis(0.99)
    ((0.2, (0.0, 0.05, 0.1, 0.15, 0.2)), (0.3, (0.0, 0.1, 0.2, 0.3)), (1.0, (0.0, 0.2, 0.4, 0.6, 0.8, 1.0)))
    """
    tenths = min(10, math.ceil(max(0.1, highest) * 10 + 0.5))
    step = 0.05 if tenths < 3 else 0.2 if tenths in (6, 8, 10) else 0.1
    return tenths / 10, tuple(round(place * step, 2) for place in range(round(tenths / 10 / step) + 1))


def points_of(across: np.ndarray, up: np.ndarray) -> list[Point]:
    """Pair two columns."""
    return list(zip(across.tolist(), up.tolist(), strict=True))


def _stairs(across: np.ndarray, up: np.ndarray) -> list[Point]:
    """Join neighbors straight, as the area under a ROC curve with ties does, without points that lie on a line."""
    points = points_of(across, up)
    kept = [points[0]]
    for before, after in pairwise(points[1:]):
        flat = before[0] == kept[-1][0] == after[0] or before[1] == kept[-1][1] == after[1]
        if not flat:
            kept.append(before)
    return [*kept, points[-1]]
