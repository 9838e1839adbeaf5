"""The mistakes of a run as one page: how often cases of each kind go wrong, and every mistake as a picture."""

import os
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import cv2
import numpy as np

from hemoscope.results.html import page_environment
from hemoscope.results.palette import COLORS, LIMIT
from hemoscope.results.picture import data_uri, to_bytes
from hemoscope.results.wording import counted, percent
from hemoscope.review.cases import ReviewedCase
from hemoscope.review.review import Finding, Rate, Review, Side
from hemoscope.terms import RESEARCH_USE_ONLY, Label
from hemoscope.writing.atomic import write_text

SIDE = 320
"""Rows and columns of each picture."""
FOUND, DRAWN = COLORS[Label.ANY], COLORS[Label.INTRAVENTRICULAR]
"""Colors of the map's outline and of the outline that a person drew."""
WORDS = {1: ("Misses", "missed", "with hemorrhage"), 0: ("False alarms", "called positive", "without hemorrhage")}


def write_errors_html(found: Review, path: str | os.PathLike[str], *, most: int, made: datetime | None = None) -> None:
    """Write the page, whole or not at all.

    Args:
        found: All mistakes, sorted.
        path: The file to write or replace.
        most: Pictures in each pile; the others are counted.
        made: The time to print, in UTC; now unless given.
    """
    page = (
        page_environment()
        .get_template("errors.html.jinja")
        .render(
            run=found.run,
            sides=[_side(side, most) for side in (found.misses, found.false_alarms)],
            made=made or datetime.now(UTC),
            notice=RESEARCH_USE_ONLY,
            outlines=[(FOUND.hex, "where the map sees blood"), (DRAWN.hex, "where the blood is, as drawn")],
        )
    )
    write_text(Path(path), page)


def _side(side: Side, most: int) -> dict[str, Any]:
    heading, wrong, of_what = WORDS[side.truth]
    return {
        "heading": heading,
        "anchor": "misses" if side.truth else "false-alarms",
        "whole": None if side.rate is None else rate_in_words(side.rate, wrong, of_what),
        "count": 0 if side.rate is None else side.rate.wrong,
        "traits": [
            {"kind": str(row.trait.kind), "value": row.trait.value, "rate": row.rate, "is_weak": row.is_weak}
            for row in side.traits
        ],
        "piles": [
            {
                "title": "Nothing stands out" if pile.trait is None else str(pile.trait).capitalize(),
                "size": pile.size,
                "shown": [_picture(one) for one in _first(pile.patients, most)],
            }
            for pile in side.piles
        ],
        "patients": [(group, rate) for group, rate in side.patients],
    }


def rate_in_words(rate: Rate, wrong: str, of_what: str) -> str:
    """Say how often cases go wrong.

    >>> from hemoscope.records import Interval
    >>> rate_in_words(Rate(2, 8, 1, 4, Interval(0.25, 0.05, 0.6)), "missed", "with hemorrhage")
    '2 of 8 slices with hemorrhage missed, of 1 of 4 groups: 25.0% [5.0%-60.0%]'
    """
    share = f"{percent(rate.share.value)} [{percent(rate.share.low)}-{percent(rate.share.high)}]"
    what = f"{rate.wrong:,} of {counted(rate.cases, 'slice')} {of_what} {wrong}"
    return f"{what}, of {rate.wrong_groups:,} of {counted(rate.groups, 'group')}: {share}"


def _first(patients: Sequence[Sequence[Finding]], most: int) -> list[Finding]:
    """Take the first of every group before the second of any."""
    deepest = max((len(each) for each in patients), default=0)
    in_turn = [each[rank] for rank in range(deepest) for each in patients if rank < len(each)]
    return in_turn[:most]


def _picture(one: Finding) -> Mapping[str, Any]:
    case = one.case
    return {
        "source": data_uri(draw(case)),
        "key": case.key,
        "group": case.group,
        "origin": case.origin,
        "score": f"{case.score:.3f}",
        "threshold": f"{case.threshold:.3f}",
        "traits": [str(trait) for trait in one.traits],
    }


def draw(case: ReviewedCase) -> np.ndarray:
    """Draw a prepared slice with the outlines of its map and of its mask: uint8, shape (SIDE, SIDE, 3)."""
    shown = cv2.resize(case.inputs.astype(np.float32), (SIDE, SIDE), interpolation=cv2.INTER_LINEAR)
    picture = np.stack([to_bytes(shown)] * 3, axis=-1)
    if case.cells is not None:
        shares = (1 / (1 + np.exp(-case.cells))).astype(np.float32)
        _outline(picture, cv2.resize(shares, (SIDE, SIDE), interpolation=cv2.INTER_LINEAR) >= LIMIT, FOUND.rgb)
    if case.mask is not None:
        mask = cv2.resize(case.mask.astype(np.uint8), (SIDE, SIDE), interpolation=cv2.INTER_NEAREST)
        _outline(picture, mask > 0, DRAWN.rgb)
    return picture


def _outline(picture: np.ndarray, area: np.ndarray, color: tuple[int, int, int]) -> None:
    outlines, _ = cv2.findContours(area.astype(np.uint8), cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_NONE)
    cv2.drawContours(picture, outlines, -1, color, 1)
