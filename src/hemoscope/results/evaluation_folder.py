"""An evaluation as a folder: the page, the same as JSON, a row per slice, and a section for the model card."""

import csv
import json
import os
from pathlib import Path

from hemoscope.evaluation.report import Evaluation
from hemoscope.results.csv_table import guard
from hemoscope.results.evaluation_card import render_card_section
from hemoscope.results.evaluation_document import evaluation_as_json
from hemoscope.results.evaluation_html import write_evaluation_html
from hemoscope.writing.atomic import write_atomically, write_text

PAGE, DOCUMENT, TABLE, CARD = "report.html", "evaluation.json", "predictions.csv", "model_card_section.md"
COLUMNS = ("id", "label", "group", "status", "probability", "decision", "error_code")


def write_evaluation(evaluation: Evaluation, folder: str | os.PathLike[str]) -> tuple[Path, ...]:
    """Write an evaluation; each file whole or not at all, those of an earlier one replaced.

    Args:
        evaluation: What was found.
        folder: Is made; gets report.html, evaluation.json, predictions.csv and model_card_section.md.

    Returns:
        The files, in that order.
    """
    target = Path(folder)
    write_evaluation_html(evaluation, target / PAGE)
    document = json.dumps(evaluation_as_json(evaluation), indent=2, ensure_ascii=False, allow_nan=False)
    write_text(target / DOCUMENT, document + "\n")
    write_atomically(target / TABLE, lambda temporary: _write_rows(evaluation, temporary))
    write_text(target / CARD, render_card_section(evaluation))
    return tuple(target / name for name in (PAGE, DOCUMENT, TABLE, CARD))


def _write_rows(evaluation: Evaluation, path: Path) -> None:
    point = evaluation.judgement.points[0].point
    with path.open("w", newline="", encoding="utf-8") as stream:
        lines = csv.writer(stream)
        lines.writerow(COLUMNS)
        for case in evaluation.judgement.cases:
            decision = "" if case.probability is None else str(point.decide(case.probability))
            cells = (case.key, case.label, case.group, str(case.status), case.probability, decision)
            lines.writerow([guard(cell) for cell in (*cells, case.error.code if case.error else "")])
