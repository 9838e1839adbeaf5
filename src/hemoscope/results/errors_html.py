"""The mistakes of a run as one page: how often cases of each kind go wrong, and the mistakes as pictures.

Outlines are drawn by the browser over the prepared slice, so that a click on a box takes them away and shows what lies
under them; no script is needed for it.
"""

import os
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import cv2
import numpy as np

from hemoscope.results.errors_table import WORDS, rate_in_words
from hemoscope.results.html import page_environment
from hemoscope.results.palette import COLORS
from hemoscope.results.picture import data_uri, to_bytes
from hemoscope.results.wording import percents
from hemoscope.review.cases import ReviewedCase
from hemoscope.review.measure import highest, spread_cells
from hemoscope.review.review import Finding, Pile, Review, Side
from hemoscope.review.traits import Kind, Trait
from hemoscope.terms import RESEARCH_USE_ONLY, Label
from hemoscope.writing.atomic import write_text

ZOOM = 4
"""Outlines are found at so many times the slice's resolution, so that they are smooth."""
SMOOTH = 0.8
"""A corner of an outline that leaves the line by less, in pixels of the zoomed slice, is left out."""
MAP_COLOR, DRAWN_COLOR = COLORS[Label.ANY], COLORS[Label.INTRAVENTRICULAR]
"""Of the outline of the map, and of the outline that a person drew."""
SAID_ELSEWHERE = (Kind.LABEL, Kind.SUBTYPE, Kind.ORIGIN)
"""Kinds of traits that a card tells in its own words."""
OPENED = 3
"""Piles that are open when the page is."""


def write_errors_html(found: Review, path: str | os.PathLike[str], *, most: int, made: datetime | None = None) -> None:
    """Write the page, whole or not at all.

    It holds its style and its pictures and forbids itself scripts and requests; whatever a name holds is shown as text.

    Args:
        found: All mistakes, sorted.
        path: The file to write or replace.
        most: Groups shown in each pile; the others are counted.
        made: The time to print, in UTC; now unless given.
    """
    origins = sorted({case.origin for case in found.run.cases if case.is_wrong})
    page = (
        page_environment()
        .get_template("errors.html.jinja")
        .render(
            run=found.run,
            groups=len({case.group for case in found.run.cases}),
            sides=[_side(side, most, origins) for side in (found.misses, found.false_alarms)],
            origins=origins if len(origins) > 1 else [],
            has_maps=any(case.cells is not None for case in found.run.cases),
            has_masks=any(case.mask is not None for case in found.run.cases),
            map_color=MAP_COLOR.hex,
            drawn_color=DRAWN_COLOR.hex,
            made=made or datetime.now(UTC),
            notice=RESEARCH_USE_ONLY,
        )
    )
    write_text(Path(path), page)


def _side(side: Side, most: int, origins: Sequence[str]) -> dict[str, Any]:
    heading, wrong, of_what = WORDS[side.truth]
    anchor = "misses" if side.truth else "false-alarms"
    place_of = {pile.trait: f"{anchor}-{number}" for number, pile in enumerate(side.piles, start=1)}
    return {
        "heading": heading,
        "wrong": wrong,
        "of_what": of_what,
        "anchor": anchor,
        "rate": side.rate,
        "words": "" if side.rate is None else rate_in_words(side.rate, side.truth),
        "kinds": _by_kind(side, place_of),
        "piles": [_pile(pile, place_of[pile.trait], most, origins) for pile in side.piles],
        "opened": OPENED,
        "patients": side.patients,
    }


def _by_kind(side: Side, place_of: Mapping[Trait | None, str]) -> list[dict[str, Any]]:
    """Gather the lines of the table under what they speak of."""
    kinds: dict[str, list[dict[str, Any]]] = {}
    for row in side.traits:
        line = {"value": row.trait.value, "rate": row.rate, "is_weak": row.is_weak, "pile": place_of.get(row.trait)}
        kinds.setdefault(str(row.trait.kind), []).append(line)
    return [{"kind": kind, "rows": rows} for kind, rows in kinds.items()]


def _pile(pile: Pile, anchor: str, most: int, origins: Sequence[str]) -> dict[str, Any]:
    return {
        "anchor": anchor,
        "kind": "" if pile.trait is None else str(pile.trait.kind),
        "title": "Nothing stands out" if pile.trait is None else pile.trait.value,
        "size": pile.size,
        "groups": len(pile.patients),
        "cards": [_card(patient, pile.trait, origins) for patient in pile.patients[:most]],
    }


def _card(patient: Sequence[Finding], shared: Trait | None, origins: Sequence[str]) -> dict[str, Any]:
    worst = patient[0]
    case = worst.case
    return {
        "case": case,
        "origin": origins.index(case.origin),
        "score": percents(case.score, case.threshold),
        "truth": _truth_in_words(case),
        "picture": data_uri(to_bytes(np.asarray(case.inputs, np.float32))),
        "outlines": outlines_of(case),
        "size": worst.measures.of_bleed and _size_in_words(worst),
        "traits": [trait for trait in worst.traits if trait != shared and trait.kind not in SAID_ELSEWHERE],
        "others": [(one.case.key, percents(one.case.score, one.case.threshold)[0]) for one in patient[1:]],
    }


def _truth_in_words(case: ReviewedCase) -> str:
    if not case.truth:
        return "no hemorrhage"
    return ", ".join(case.subtypes) if case.subtypes else "hemorrhage"


def _size_in_words(one: Finding) -> str:
    bleed = one.measures.of_bleed
    if bleed is None:
        return ""
    contrast = "" if bleed.contrast_hu is None else f", {bleed.contrast_hu:+.0f} HU against the brain around it"
    return f"{bleed.area_cm2:.1f} cm²{contrast}"


def outlines_of(case: ReviewedCase) -> dict[str, Any]:
    """Return what is drawn over a slice.

    Returns:
        `size`, the side of the square they are drawn in; `map` and `drawn`, the outlines of the map, where its logit
        exceeds 0, and of the mask, as paths of SVG, empty where there is nothing to outline; `peak`, column and row
        where the map is highest, None without a map.
    """
    found: dict[str, Any] = {"size": case.inputs.shape[0], "map": "", "drawn": "", "peak": None}
    if case.mask is not None:
        found["drawn"] = outline(case.mask.astype(np.float32) - 0.5)
    if case.cells is not None:
        spread = spread_cells(case)
        row, column = highest(spread)
        found["map"], found["peak"] = outline(spread), (column + 0.5, row + 0.5)
    return found


def outline(values: np.ndarray) -> str:
    """Outline where values exceed 0, as a path of SVG in which a pixel is as wide as 1.

    Args:
        values: float, shape (rows, columns).

    >>> outline(np.array([[-1.0, -1.0], [-1.0, -1.0]]))
    ''
    """
    rows, columns = values.shape
    fine = cv2.resize(values.astype(np.float32), (columns * ZOOM, rows * ZOOM), interpolation=cv2.INTER_LINEAR)
    found, _ = cv2.findContours((fine > 0).astype(np.uint8), cv2.RETR_CCOMP, cv2.CHAIN_APPROX_NONE)
    return "".join(_path(cv2.approxPolyDP(line, SMOOTH, closed=True)[:, 0, :]) for line in found)


def _path(corners: np.ndarray) -> str:
    """Write a closed line; corners are pixel centers of the zoomed slice."""
    return "M" + "L".join(f"{(x + 0.5) / ZOOM:g} {(y + 0.5) / ZOOM:g}" for x, y in corners) + "Z"
