"""Results as one page that needs nothing else: no script, no request, pictures inside."""

import base64
import io
import os
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np
from jinja2 import Environment, PackageLoader, StrictUndefined
from PIL import Image

from hemoscope.records import SliceResult
from hemoscope.results.table import summarize
from hemoscope.terms import RESEARCH_USE_ONLY
from hemoscope.writing.atomic import write_text

LARGEST_SIDE = 384


@dataclass(frozen=True, slots=True, eq=False)
class ReportEntry:
    """A result with its pictures.

    Attributes:
        result: The answer.
        picture: The slice for people, uint8, shape (rows, columns); None where it could not be read.
        model_input: What the network saw, float32, shape (size, size), in [0, 1]; None unless scored.
    """

    result: SliceResult
    picture: np.ndarray | None = None
    model_input: np.ndarray | None = None


def write_html(entries: Iterable[ReportEntry], path: str | os.PathLike[str], *, model: Mapping[str, object]) -> None:
    """Write the report page, whole or not at all.

    Args:
        entries: In the order to show them.
        path: The file to write or replace.
        model: What `Bundle.summary` says of the model.
    """
    shown = list(entries)
    environment = Environment(
        loader=PackageLoader("hemoscope.results", "templates"), autoescape=True, undefined=StrictUndefined
    )
    page = environment.get_template("report.html.jinja").render(
        cards=[_card(entry) for entry in shown],
        summary=summarize([entry.result for entry in shown]),
        model=model,
        notice=RESEARCH_USE_ONLY,
        made=datetime.now(UTC).strftime("%Y-%m-%d %H:%M UTC"),
    )
    write_text(Path(path), page)


def _card(entry: ReportEntry) -> dict[str, Any]:
    seen = None if entry.model_input is None else np.round(entry.model_input * 255).astype(np.uint8)
    return {
        "result": entry.result,
        "name": entry.result.input.replace("\\", "/").rsplit("/", 1)[-1],
        "picture": None if entry.picture is None else data_uri(entry.picture),
        "model_input": None if seen is None else data_uri(seen),
    }


def data_uri(picture: np.ndarray) -> str:
    """Encode a picture as a PNG inside a data: address, its longer side at most `LARGEST_SIDE` pixels.

    Args:
        picture: uint8, shape (rows, columns).
    """
    image = Image.fromarray(picture)
    image.thumbnail((LARGEST_SIDE, LARGEST_SIDE))
    stream = io.BytesIO()
    image.save(stream, "PNG", optimize=True)
    return "data:image/png;base64," + base64.b64encode(stream.getvalue()).decode("ascii")
