"""The five plots of an evaluation, each with what it shows in words."""

import math
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from markupsafe import Markup

from hemoscope.evaluation.judge import HISTOGRAM_BINS, Judgement
from hemoscope.results.evaluation_document import thinned
from hemoscope.results.plots import Axis, Plot, Point
from hemoscope.results.wording import percent

LARGEST_DOT = 9.0
SMALLEST_DOT = 2.5
LOWEST_BENEFIT = -0.05
"""The net benefit of acting on all falls without end; below this nothing is worth seeing."""


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


def figures_of(judgement: Judgement) -> list[Figure]:
    """Draw the plots of an evaluation."""
    return [
        _roc(judgement),
        _precision_recall(judgement),
        _reliability(judgement),
        _decision_curve(judgement),
        _histogram(judgement),
    ]


def _roc(judgement: Judgement) -> Figure:
    plot = Plot("ROC curve", Axis("1 − specificity"), Axis("sensitivity"))
    plot.line([(0, 0), (1, 1)], "chance")
    sensitivity, specificity = thinned(judgement.roc.sensitivity, judgement.roc.specificity)
    plot.line(_stairs(1 - specificity, sensitivity), "curve")
    for found in judgement.points:
        at = 1 - found.specificity.value, found.sensitivity.value
        plot.line([(1 - found.specificity.low, at[1]), (1 - found.specificity.high, at[1])], "reach")
        plot.line([(at[0], found.sensitivity.low), (at[0], found.sensitivity.high)], "reach")
        plot.dot(at, "mark")
        plot.text((at[0], at[1] - 0.06), found.point.name, "word")
    legend = f"AUROC {judgement.figures['auroc']}. Dots are operating points, with their intervals; dashed is chance."
    return Figure("ROC curve", plot.as_svg(), legend)


def _precision_recall(judgement: Judgement) -> Figure:
    share = float(judgement.answers.labels.mean())
    plot = Plot("Precision-recall curve", Axis("sensitivity"), Axis("positive predictive value"))
    plot.line([(0, share), (1, share)], "chance")
    recall, ppv = thinned(judgement.precision_recall.sensitivity, judgement.precision_recall.ppv)
    plot.line([(0.0, float(ppv[0])), *_points(recall, ppv)], "curve")
    legend = (
        f"AUPRC {judgement.figures['auprc']}. Dashed is chance, {percent(share)}: this collection's own share of "
        "hemorrhage, on which the whole curve depends."
    )
    return Figure("Precision and recall", plot.as_svg(), legend)


def _reliability(judgement: Judgement) -> Figure:
    plot = Plot("Reliability diagram", Axis("probability given"), Axis("share with hemorrhage"))
    plot.line([(0, 0), (1, 1)], "chance")
    largest = max(row.count for row in judgement.reliability)
    for row in judgement.reliability:
        plot.line([(row.mean_probability, row.observed.low), (row.mean_probability, row.observed.high)], "reach")
        plot.dot(
            (row.mean_probability, row.observed.value),
            "mark",
            radius=max(SMALLEST_DOT, LARGEST_DOT * math.sqrt(row.count / largest)),
        )
    legend = (
        f"Expected calibration error {judgement.figures['ece']}. Larger dots hold more slices; on the dashed line "
        "probabilities mean what they say."
    )
    return Figure("Reliability", plot.as_svg(), legend)


def _decision_curve(judgement: Judgement) -> Figure:
    curve = judgement.decision_curve
    highest = max(0.1, float(max(curve.by_probability.max(), curve.treat_all.max())))
    top = math.ceil(highest * 10 + 0.5) / 10
    ticks = tuple(round(float(tick), 2) for tick in np.linspace(0, top, 6 if round(top * 10) % 5 == 0 else 5))
    plot = Plot(
        "Decision curve", Axis("probability from which one acts"), Axis("net benefit", LOWEST_BENEFIT, top, ticks)
    )
    plot.line([point for point in _points(curve.thresholds, curve.treat_all) if point[1] >= LOWEST_BENEFIT], "other")
    plot.line([(0, 0), (1, 0)], "chance")
    plot.line(_points(curve.thresholds, curve.by_probability), "curve")
    legend = (
        "Solid: acting on the probability. Dotted: acting on all. Dashed: acting on none. Where solid lies above both, "
        "the model is worth having, at this collection's own share of hemorrhage."
    )
    return Figure("Decision curve", plot.as_svg(), legend)


def _histogram(judgement: Judgement) -> Figure:
    most = int(judgement.histogram.max())
    ticks = tuple(sorted({-most, 0, most}))
    plot = Plot(
        "Histogram of probabilities by label",
        Axis("probability given"),
        Axis("slices", -most, most, tuple(map(float, ticks)), lambda value: f"{abs(value):,.0f}"),
    )
    for place, (without, with_blood) in enumerate(judgement.histogram.T.tolist()):
        left, right = place / HISTOGRAM_BINS + 0.004, (place + 1) / HISTOGRAM_BINS - 0.004
        plot.bar(left, right, 0, with_blood, "with")
        plot.bar(left, right, 0, -without, "without")
    point = judgement.points[0].point
    plot.line([(point.threshold, -most), (point.threshold, most)], "threshold")
    legend = (
        f"Upward: slices with hemorrhage. Downward: without. The line is {point.name}, "
        f"{percent(point.threshold)}: what lies right of it is called positive."
    )
    return Figure("Probabilities by label", plot.as_svg(), legend)


def _points(across: np.ndarray, up: np.ndarray) -> list[Point]:
    return list(zip(across.tolist(), up.tolist(), strict=True))


def _stairs(across: np.ndarray, up: np.ndarray) -> list[Point]:
    """Join neighbors straight, as the area under a ROC curve with ties does, without points that lie on a line."""
    points = _points(across, up)
    kept = [points[0]]
    for before, after in pairwise(points[1:]):
        flat = before[0] == kept[-1][0] == after[0] or before[1] == kept[-1][1] == after[1]
        if not flat:
            kept.append(before)
    return [*kept, points[-1]]
