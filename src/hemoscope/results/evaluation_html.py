"""An evaluation as one page that needs nothing else: figures, plots, subgroups, the worst mistakes, what is missing."""

import os
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from hemoscope.evaluation.cases import unanswered_of, worst_false_alarms, worst_misses
from hemoscope.evaluation.report import Evaluation, Example
from hemoscope.results.checklist import checklist
from hemoscope.results.evaluation_document import counts_as_json
from hemoscope.results.evaluation_plots import figures_of
from hemoscope.results.html import page_environment
from hemoscope.results.pages import MOST_LISTED, banner_of, meanings_of, picture_of
from hemoscope.results.wording import percents, printable
from hemoscope.terms import RESEARCH_USE_ONLY
from hemoscope.writing.atomic import write_text


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
    judgement, meanings = evaluation.judgement, meanings_of(evaluation.collection)
    point = judgement.points[0].point
    return page_environment().get_template("evaluation.html.jinja").render(
        model=evaluation.model,
        collection=evaluation.collection,
        counts=counts_as_json(judgement.cases),
        check=evaluation.seen,
        seen=banner_of(evaluation.seen),
        figures=[(*meanings[name], figure) for name, figure in judgement.figures.items()],
        is_certain=any(figure.low == figure.high for figure in judgement.figures.values()),
        points=judgement.points,
        point=point,
        judgement=judgement,
        plots=figures_of(judgement, many=evaluation.collection.many),
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
                "picture": picture_of(example),
                "has_map": example.shown.maps is not None,
            }
            for example in examples
        ],
    }
