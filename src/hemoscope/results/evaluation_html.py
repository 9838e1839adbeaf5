"""An evaluation as one page that needs nothing else: figures, plots, subgroups, the worst mistakes, what is missing."""

import os
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from hemoscope.evaluation.cases import unanswered_of, worst_false_alarms, worst_misses
from hemoscope.evaluation.intervals import Interval
from hemoscope.evaluation.report import Evaluation, Example, SeenStatus
from hemoscope.results.checklist import checklist
from hemoscope.results.evaluation_document import counts_as_json, seen_in_words
from hemoscope.results.evaluation_plots import figures_of
from hemoscope.results.html import page_environment
from hemoscope.results.picture import data_uri, for_display, outline_blood
from hemoscope.results.wording import percents, printable
from hemoscope.terms import RESEARCH_USE_ONLY
from hemoscope.writing.atomic import write_text

MEANINGS = {
    "auroc": ("AUROC", "Chance that a slice with hemorrhage has the higher probability; 0.5 is guessing."),
    "auprc": ("AUPRC", "Mean positive predictive value over all thresholds; guessing gives the share of positives."),
    "brier": ("Brier score", "Mean squared error of the probabilities; 0 is perfect."),
    "ece": ("Calibration error", "Mean gap between probability and frequency; 0 is perfect."),
}
TONES = {SeenStatus.NOT_POSSIBLE: "unsure", SeenStatus.NONE_FOUND: "fine", SeenStatus.FOUND: "leak"}
MOST_LISTED = 200
"""Slices in a list of the page; the JSON holds all."""


def write_evaluation_html(evaluation: Evaluation, path: str | os.PathLike[str]) -> None:
    """Write the page, whole or not at all.

    It holds its style, plots and pictures and forbids itself scripts and requests; whatever a name holds is shown as
    text.

    Args:
        evaluation: What was found.
        path: The file to write or replace.
    """
    write_text(Path(path), render_evaluation_html(evaluation, made=datetime.now(UTC)))


def render_evaluation_html(evaluation: Evaluation, *, made: datetime) -> str:
    """Fill the template.

    Args:
        evaluation: What was found.
        made: The time to print, in UTC.
    """
    judgement = evaluation.judgement
    environment = page_environment()
    environment.filters["value"] = lambda figure: "–" if figure is None else f"{figure.value:.3f}"
    environment.filters["reach"] = _reach
    point = judgement.points[0].point
    return environment.get_template("evaluation.html.jinja").render(
        model=evaluation.model,
        collection=evaluation.collection,
        counts=counts_as_json(judgement.cases),
        seen=evaluation.seen,
        seen_words=seen_in_words(evaluation.seen),
        seen_tone="fine" if evaluation.seen.were_dropped else TONES[evaluation.seen.status],
        figures=[(*MEANINGS[name], figure) for name, figure in judgement.figures.items()],
        is_certain=any(figure.low == figure.high for figure in judgement.figures.values()),
        points=judgement.points,
        point=point,
        judgement=judgement,
        plots=figures_of(judgement),
        mistakes=[
            _mistakes("Worst misses", "with hemorrhage, called negative", evaluation.misses,
                      len(worst_misses(judgement.cases, point)), point.threshold),
            _mistakes("Worst false alarms", "without hemorrhage, called positive", evaluation.false_alarms,
                      len(worst_false_alarms(judgement.cases, point)), point.threshold),
        ],
        unanswered=unanswered_of(judgement.cases),
        checklist=checklist(evaluation),
        most_listed=MOST_LISTED,
        notice=RESEARCH_USE_ONLY,
        made=made,
    )  # fmt: skip


def _reach(figure: Interval | None) -> str:
    return "cannot be given" if figure is None else f"{figure.low:.3f}–{figure.high:.3f}"


def _mistakes(title: str, what: str, examples: tuple[Example, ...], count: int, threshold: float) -> dict[str, Any]:
    return {
        "title": title,
        "what": what,
        "count": count,
        "shown": [
            {
                "case": example.case,
                "name": printable(example.case.key),
                "probability": percents(example.case.probability or 0.0, threshold)[0],
                "picture": _picture(example),
                "has_map": example.blood_map is not None,
            }
            for example in examples
        ],
    }


def _picture(example: Example) -> str:
    shown = for_display(example.image)
    return data_uri(shown if example.blood_map is None else outline_blood(shown, example.blood_map))
