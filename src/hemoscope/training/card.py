"""The model card: metadata.json for people, every figure taken from it."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined

from hemoscope.terms import RESEARCH_USE_ONLY


def write_card(metadata: Mapping[str, Any], path: Path) -> None:
    """Write the model card of a bundle.

    Args:
        metadata: `metadata.json` of the bundle.
        path: The Markdown file to write.
    """
    environment = Environment(
        loader=PackageLoader("hemoscope.training", "."), undefined=StrictUndefined, keep_trailing_newline=True
    )
    text = environment.get_template("model_card.md.jinja").render(notice=RESEARCH_USE_ONLY, **metadata)
    path.write_text(text, encoding="utf-8")
