"""A comparison as one page that needs nothing else: differences, tests, both curves, what was decided differently."""

import os
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from hemoscope.evaluation.cases import JudgedCase
from hemoscope.evaluation.paired import Comparison, Side
from hemoscope.evaluation.report import Example
from hemoscope.results.comparison_document import NOT_INDEPENDENT, TESTED
from hemoscope.results.curve_plots import Figure, roc_plot
from hemoscope.results.evaluation_document import counts_as_json, counts_in_words
from hemoscope.results.html import page_environment
from hemoscope.results.pages import MOST_LISTED, banner_of, meanings_of, picture_of
from hemoscope.results.wording import p_value, percents, printable
from hemoscope.terms import RESEARCH_USE_ONLY
from hemoscope.writing.atomic import write_text

LETTERS = {"first": "A", "second": "B"}


def write_comparison_html(comparison: Comparison, path: str | os.PathLike[str]) -> None:
    """Write the page, whole or not at all.

    It holds its style, plots and pictures and forbids itself scripts and requests; whatever a name holds is shown as
    text.

    Args:
        comparison: What was found.
        path: The file to write or replace.
    """
    write_text(Path(path), render_comparison_html(comparison, made=datetime.now(UTC)))


def render_comparison_html(comparison: Comparison, *, made: datetime) -> str:
    """Fill the template.

    Args:
        comparison: What was found.
        made: The time to print, in UTC.
    """
    paired, many = comparison.paired, comparison.collection.many
    environment = page_environment()
    environment.filters["p_value"] = lambda value: p_value(value).removeprefix("= ")
    return environment.get_template("comparison.html.jinja").render(
        sides=[_side(*one) for one in zip("AB", _sides(comparison), strict=True)],
        collection=comparison.collection,
        paired=paired,
        settings=comparison.settings,
        dropped=comparison.collection.judged - len(comparison.first.cases),
        figures=_figures(comparison),
        tests=[(TESTED[name].format(many=many), test) for name, test in paired.mcnemar.items()],
        not_independent=NOT_INDEPENDENT.format(many=many.capitalize()),
        plots=[_roc(comparison)],
        apart=[_apart(comparison, pair) for pair in comparison.decided_differently()],
        shown=[_shown(comparison, pair) for pair in comparison.examples],
        unpaired=comparison.unpaired(),
        most_listed=MOST_LISTED,
        notice=RESEARCH_USE_ONLY,
        made=made,
    )


def _sides(comparison: Comparison) -> tuple[Side, Side]:
    return comparison.first, comparison.second


def _side(letter: str, side: Side) -> dict[str, Any]:
    return {
        "letter": letter,
        "model": side.model,
        "point": side.point,
        "check": side.seen,
        "seen": banner_of(side.seen),
        "counts": counts_in_words(counts_as_json(side.cases)),
    }


def _figures(comparison: Comparison) -> list[dict[str, Any]]:
    paired, meanings = comparison.paired, meanings_of(comparison.collection)
    return [
        {
            "name": meanings[name][0],
            "meaning": meanings[name][1],
            "found": found,
            "favors": LETTERS.get(paired.favors(name) or ""),
        }
        for name, found in paired.differences.items()
    ]


def _roc(comparison: Comparison) -> Figure:
    first, second = comparison.paired.rocs
    plot = roc_plot((first, "curve"), (second, "second"))
    found = comparison.paired.differences
    for place, (side, letter) in enumerate(LETTERS.items()):
        at = 1 - getattr(found["specificity"], side), getattr(found["sensitivity"], side)
        plot.dot(at, side)
        plot.text((at[0], at[1] - 0.06 * (1 + place)), letter, "word")
    auroc = found["auroc"]
    legend = (
        f"Solid is A, AUROC {auroc.first:.3f}; long dashes are B, AUROC {auroc.second:.3f}; A less B "
        f"{auroc.difference}. Dots are the operating points; short dashes are chance."
    )
    return Figure("ROC curves", plot.as_svg(), legend)


def _apart(comparison: Comparison, pair: tuple[JudgedCase, JudgedCase]) -> dict[str, Any]:
    """Say what each made of a case that they decided differently."""
    case = pair[0]
    return {
        "name": printable(case.key),
        "label": "with hemorrhage" if case.label else "without",
        "right": "A" if comparison.first.is_right(case) else "B",
        "sides": [
            {
                "letter": letter,
                "probability": percents(one.probability or 0.0, side.point.threshold)[0],
                "decision": "positive" if side.calls_positive(one) else "negative",
            }
            for letter, side, one in zip("AB", _sides(comparison), pair, strict=True)
        ],
    }


def _shown(comparison: Comparison, pair: tuple[Example, Example]) -> dict[str, Any]:
    said = _apart(comparison, (pair[0].case, pair[1].case))
    sides = [{**one, "picture": picture_of(example)} for one, example in zip(said["sides"], pair, strict=True)]
    return {**said, "sides": sides}
