"""Results as one page that needs nothing else: no script, no request, pictures inside."""

import os
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np
from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from hemoscope.records import Decision, Interval, SliceOfStudy, SliceResult, Status, StudyResult
from hemoscope.results.palette import COLORS, NAMES
from hemoscope.results.picture import data_uri, to_bytes
from hemoscope.results.wording import (
    check_probability,
    counted,
    operating_points,
    percent,
    percents,
    printable,
    summarize,
    volumes_in_words,
)
from hemoscope.terms import RESEARCH_USE_ONLY, Label
from hemoscope.writing.atomic import write_text


@dataclass(frozen=True, slots=True, eq=False)
class ShownSlice:
    """A slice to be shown.

    Attributes:
        name: What to call it.
        picture: The slice for people, uint8, shape (rows, columns, 3), colored where the network sees blood.
        has_map: Whether the network tells where.
        withheld: Why its map is not drawn; None where it is.
    """

    name: str
    picture: np.ndarray
    has_map: bool = False
    withheld: str | None = None


@dataclass(frozen=True, slots=True, eq=False)
class ReportEntry:
    """A result with its pictures.

    Attributes:
        result: The answer.
        shown: The slice, or the key slices of a study, the strongest first; nothing where they could not be read.
        model_input: What the network saw of a single slice, float32, shape (rows, columns), in [0, 1]; None unless
            scored.
    """

    result: SliceResult | StudyResult
    shown: tuple[ShownSlice, ...] = ()
    model_input: np.ndarray | None = None


@dataclass(frozen=True, slots=True)
class Verdict:
    """How the page says one outcome: a shape and a word beside every color.

    Attributes:
        kind: "positive", "uncertain", "negative", "refused" or "failed"; also the class in the style sheet.
        mark: A shape that differs from the others without color.
        word: The outcome.
        meaning: What it means, in a sentence of its own; empty where the card says it.
    """

    kind: str
    mark: str
    word: str
    meaning: str


VERDICTS = {
    verdict.kind: verdict
    for verdict in (
        Verdict("positive", "●", "Positive", ""),
        Verdict(
            "uncertain",
            "◐",
            "Uncertain",
            "It is too high to call negative and too low to call positive: there is no decision.",
        ),
        Verdict("negative", "○", "Negative", "This does not rule hemorrhage out."),
        Verdict("refused", "◇", "Refused", "The file was read, but it is not something to judge: there is no score."),
        Verdict("failed", "✕", "Failed", "The file could not be judged: there is no score."),
    )
}


def write_html(entries: Iterable[ReportEntry], path: str | os.PathLike[str], *, model: Mapping[str, object]) -> None:
    """Write the report page, whole or not at all.

    The page holds its style and its pictures (at most 384 pixels wide or high) and forbids itself scripts and requests
    by its Content-Security-Policy; whatever a name or a message holds is shown as text.

    Args:
        entries: In the order to show them; each is let go once its pictures are encoded, so a generator saves memory.
        path: The file to write or replace.
        model: What scored, as `Bundle.summary` tells it; "name" and "version" are needed, the rest is shown if there.

    Raises:
        BundleError: "result.not_a_probability": a number is NaN, infinite or outside [0, 1].
    """
    cards = [_card(number, entry) for number, entry in enumerate(entries, start=1)]
    write_text(Path(path), render_html(cards, model=model, made=datetime.now(UTC)))


def render_html(cards: Sequence[Mapping[str, Any]], *, model: Mapping[str, object], made: datetime) -> str:
    """Fill the template.

    Args:
        cards: What `_card` made of each entry.
        model: As in `write_html`.
        made: The time to print, in UTC.
    """
    results = [card["result"] for card in cards]
    kinds = [card["verdict"].kind for card in cards]
    points = operating_points(results)
    abstains = any(point.uncertain_from is not None for point in points)
    shown = [verdict for kind, verdict in VERDICTS.items() if abstains or kind != Decision.UNCERTAIN]
    return (
        page_environment()
        .get_template("report.html.jinja")
        .render(
            cards=cards,
            counts=[(verdict, kinds.count(verdict.kind)) for verdict in shown],
            summary=summarize(results),
            points=points,
            model=model,
            notice=RESEARCH_USE_ONLY,
            made=made,
        )
    )


def page_environment() -> Environment:
    """Return what every report page is rendered with: escaping on, odd characters written out."""
    environment = Environment(
        loader=PackageLoader("hemoscope.results", "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        finalize=_shown_as_text,
    )
    environment.globals |= {"counted": counted, "percents": percents, "volumes_in_words": volumes_in_words}
    environment.globals["colors"] = [(COLORS[label].hex, NAMES[label]) for label in Label]
    environment.filters |= {"percent": percent, "value": _value, "reach": _reach}
    environment.filters["css"] = lambda probability: f"{100 * probability:.2f}%"
    return environment


def _shown_as_text(value: object) -> object:
    """Write out lone surrogates of odd file names, which no file holds, and bidirectional controls, which mislead.

    A macro's output and a plot are safe already: their parts went through here or through escape one by one.
    """
    return printable(value) if isinstance(value, str) and not isinstance(value, Markup) else value


def _value(figure: Interval | None) -> str:
    return "–" if figure is None else f"{figure.value:.3f}"


def _reach(figure: Interval | None) -> str:
    if figure is None:
        return "cannot be given"
    return f"{figure.low:.3f}{' to ' if figure.low < 0 else '–'}{figure.high:.3f}"


def _card(number: int, entry: ReportEntry) -> dict[str, Any]:
    result, seen = entry.result, entry.model_input
    check_probability(result.probability, of="any hemorrhage")
    return {
        "anchor": f"input-{number}",
        "result": result,
        "verdict": VERDICTS[str(result.decision or result.status)],
        "name": result.input.replace("\\", "/").rstrip("/").rsplit("/", 1)[-1] or result.input,
        "subtypes": subtypes_of(result),
        "study": result if isinstance(result, StudyResult) else None,
        "strip": _strip(result) if isinstance(result, StudyResult) else [],
        "pictures": [_picture(one, result) for one in entry.shown],
        "has_map": any(one.has_map for one in entry.shown),
        "model_input": None if seen is None else data_uri(to_bytes(seen)),
    }


def _picture(one: ShownSlice, result: SliceResult | StudyResult) -> dict[str, str]:
    if isinstance(result, StudyResult):
        said = next(each.probability for each in result.slices if each.name == one.name)
        legend = one.name if said is None else f"{one.name}: {percent(said)}"
    else:
        legend = "The slice" + ("; outlined where the network sees blood, if it does" if one.has_map else "")
    if one.withheld is not None:
        legend += f" (map withheld: {one.withheld})"
    return {"source": data_uri(one.picture), "name": one.name, "legend": legend}


def _strip(result: StudyResult) -> list[dict[str, Any]]:
    """Lay the slices' probabilities out as bars, feet to head, in a box of 100 by 100."""
    count, point = len(result.slices), result.operating_point
    return [
        {
            "left": 100 * place / count,
            "width": 100 / count,
            "height": 100 * (one.probability or 0.0),
            "kind": "positive" if point and (one.probability or 0.0) >= point.threshold else "negative",
            "is_key": place in result.key_slices,
            "words": _in_words(place, one),
        }
        for place, one in enumerate(result.slices)
    ]


def _in_words(place: int, one: SliceOfStudy) -> str:
    said = percent(one.probability) if one.probability is not None else str(one.status)
    where = "" if one.position_mm is None else f", {one.position_mm:.1f} mm"
    reason = f" [{one.error.code}]" if one.error is not None and one.status is not Status.SCORED else ""
    return f"{place + 1}: {one.name}{where}: {said}{reason}"


def subtypes_of(result: SliceResult | StudyResult) -> list[tuple[Label, float | None]]:
    """Return the subtypes that the model tells, in the order of `Label`.

    Raises:
        BundleError: "result.not_a_probability".
    """
    told = result.subtypes or {}
    return [(label, check_probability(told[label], of=label)) for label in Label if label in told]
