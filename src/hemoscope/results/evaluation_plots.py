"""The six plots of an evaluation, each with what it shows in words."""

from hemoscope.evaluation.judge import HISTOGRAM_BINS, Judgement
from hemoscope.results.curve_plots import (
    Figure,
    mark_point,
    points_of,
    reliability_figure,
    risk_coverage_plot,
    risk_in_words,
    roc_plot,
    tidy_axis,
)
from hemoscope.results.evaluation_document import thinned
from hemoscope.results.plots import Axis, Plot
from hemoscope.results.wording import percent

LOWEST_BENEFIT = -0.05
"""The net benefit of acting on all falls without end; below this nothing is worth seeing."""


def figures_of(judgement: Judgement, *, many: str = "slices") -> list[Figure]:
    """Draw the plots of an evaluation, of slices or of what else `many` says was judged."""
    return [
        _roc(judgement),
        _precision_recall(judgement),
        reliability_figure(judgement.reliability, judgement.figures["ece"], many=many),
        _risk_coverage(judgement, many),
        _decision_curve(judgement),
        _histogram(judgement, many),
    ]


def _roc(judgement: Judgement) -> Figure:
    plot = roc_plot((judgement.roc, "curve"))
    for found in judgement.points:
        mark_point(plot, found.point.name, sensitivity=found.sensitivity, specificity=found.specificity)
    legend = f"AUROC {judgement.figures['auroc']}. Dots are operating points, with their intervals; dashed is chance."
    return Figure("ROC curve", plot.as_svg(), legend)


def _precision_recall(judgement: Judgement) -> Figure:
    share = float(judgement.answers.labels.mean())
    plot = Plot("Precision-recall curve", Axis("sensitivity"), Axis("positive predictive value"))
    plot.line([(0, share), (1, share)], "chance")
    recall, ppv = thinned(judgement.precision_recall.sensitivity, judgement.precision_recall.ppv)
    plot.line([(0.0, float(ppv[0])), *points_of(recall, ppv)], "curve")
    legend = (
        f"AUPRC {judgement.figures['auprc']}. Dashed is chance, {percent(share)}: this collection's own share of "
        "hemorrhage, on which the whole curve depends."
    )
    return Figure("Precision and recall", plot.as_svg(), legend)


def _risk_coverage(judgement: Judgement, many: str) -> Figure:
    legend = (
        f"If the {many} nearest to {judgement.points[0].point.name} were left undecided first. "
        f"{risk_in_words(judgement.risk_coverage, many=many)}"
    )
    return Figure("Risk and coverage", risk_coverage_plot(judgement.risk_coverage).as_svg(), legend)


def _decision_curve(judgement: Judgement) -> Figure:
    curve = judgement.decision_curve
    top, ticks = tidy_axis(float(max(curve.by_probability.max(), curve.treat_all.max())))
    plot = Plot(
        "Decision curve", Axis("probability from which one acts"), Axis("net benefit", LOWEST_BENEFIT, top, ticks)
    )
    plot.line([point for point in points_of(curve.thresholds, curve.treat_all) if point[1] >= LOWEST_BENEFIT], "other")
    plot.line([(0, 0), (1, 0)], "chance")
    plot.line(points_of(curve.thresholds, curve.by_probability), "curve")
    legend = (
        "Solid: acting on the probability. Dotted: acting on all. Dashed: acting on none. Where solid lies above both, "
        "the model is worth having, at this collection's own share of hemorrhage."
    )
    return Figure("Decision curve", plot.as_svg(), legend)


def _histogram(judgement: Judgement, many: str) -> Figure:
    most = int(judgement.histogram.max())
    ticks = tuple(sorted({-most, 0, most}))
    plot = Plot(
        "Histogram of probabilities by label",
        Axis("probability given"),
        Axis(many, -most, most, tuple(map(float, ticks)), lambda value: f"{abs(value):,.0f}"),
    )
    for place, (without, with_blood) in enumerate(judgement.histogram.T.tolist()):
        left, right = place / HISTOGRAM_BINS + 0.004, (place + 1) / HISTOGRAM_BINS - 0.004
        plot.bar(left, right, 0, with_blood, "with")
        plot.bar(left, right, 0, -without, "without")
    point = judgement.points[0].point
    plot.line([(point.threshold, -most), (point.threshold, most)], "threshold")
    legend = (
        f"Upward: {many} with hemorrhage. Downward: without. The line is {point.name}, "
        f"{percent(point.threshold)}: what lies right of it is called positive."
    )
    return Figure("Probabilities by label", plot.as_svg(), legend)
