"""An evaluation as a section for a model card: the figures, what was left out, and what the guidelines still ask."""

from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined

from hemoscope.evaluation.intervals import Interval
from hemoscope.evaluation.report import Evaluation
from hemoscope.results.checklist import Answer, checklist
from hemoscope.results.evaluation_document import counts_as_json, seen_in_words
from hemoscope.results.wording import percent, printable
from hemoscope.terms import RESEARCH_USE_ONLY

_MARKDOWN = str.maketrans({sign: f"\\{sign}" for sign in "\\`*_[]<>|"})


def render_card_section(evaluation: Evaluation) -> str:
    """Write the section in Markdown, to be put below a bundle's MODEL_CARD.md.

    Args:
        evaluation: What was found; the section holds nothing else.
    """
    environment = Environment(
        loader=PackageLoader("hemoscope.results", "templates"),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
        autoescape=False,  # Markdown, whose own signs `plain` escapes
    )
    environment.filters["plain"] = lambda text: printable(str(text)).translate(_MARKDOWN)
    environment.filters["percent"] = percent
    environment.filters["interval"] = _interval
    items = checklist(evaluation)
    template = environment.get_template("evaluation_card.md.jinja")
    context: dict[str, Any] = {
        "model": evaluation.model,
        "collection": evaluation.collection,
        "judgement": evaluation.judgement,
        "counts": counts_as_json(evaluation.judgement.cases),
        "seen_words": seen_in_words(evaluation.seen),
        "parts": [(answer, [item for item in items if item.answer is answer]) for answer in Answer],
        "notice": RESEARCH_USE_ONLY,
    }
    return template.render(context)


def _interval(figure: Interval | None) -> str:
    return "– | –" if figure is None else f"{figure.value:.3f} | {figure.low:.3f} to {figure.high:.3f}"
