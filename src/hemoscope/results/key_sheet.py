"""The slices of a study that matter on one picture, from feet to head, each plain above and with its map below."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from PIL import Image, ImageDraw

from hemoscope.records import StudyResult
from hemoscope.results.caption import Caption, answer_in_words, base_name
from hemoscope.results.lettering import CAUTION, INK, SOFT, draw_mark, fit, font, width_of
from hemoscope.results.overlay import Canvas, paint, scale_bar
from hemoscope.results.palette import COLORS, HEAT, NAMES, labels_in
from hemoscope.results.slice_picture import MARGIN, blank, lines_of, notice, stacked, swatches
from hemoscope.results.wording import counted, percent, volumes_in_words
from hemoscope.terms import Label

SIDE = 288
"""Pixels of the longer side of each slice."""
COLUMNS = 4
"""Slices beside each other."""
_GUTTER, _GAP, _WORDS = 18, 6, 44
_TEXT, _FINE, _LARGE = 14, 12, 22


@dataclass(frozen=True, slots=True, eq=False)
class Cell:
    """A slice of the sheet.

    Attributes:
        canvas: The slice, its longer side `SIDE` pixels.
        caption: Its words.
        rank: 1 for the strongest key slice, 2 for the next; None for a neighbor of one.
    """

    canvas: Canvas
    caption: Caption
    rank: int | None


def neighbors(key_slices: Sequence[int], result: StudyResult) -> list[int]:
    """Return the key slices and the sections next to them, each by the slice in its middle, from feet to head.

    Args:
        key_slices: Places in the study.
        result: The study's answer.
    """
    middles = middles_of(result)
    wanted = {result.slices[place].section + step for place in key_slices for step in (-1, 0, 1)}
    return [middles[section] for section in sorted(wanted) if 0 <= section < len(middles)]


def middles_of(result: StudyResult) -> list[int]:
    """Return the place of the slice in the middle of each section, which stands for it."""
    counts = np.bincount([one.section for one in result.slices]) if result.slices else np.zeros(0, int)
    return [int(first + count // 2) for first, count in zip(np.cumsum(counts) - counts, counts, strict=True)]


def draw_key_sheet(
    result: StudyResult, cells: Sequence[Cell], *, model: Mapping[str, object], method: str | None = None
) -> Image.Image:
    """Draw the sheet.

    Args:
        result: The answer.
        cells: At least one, from feet to head.
        model: As `Bundle.summary` tells it.
        method: What made the maps; None for the network itself.
    """
    across = min(COLUMNS, len(cells))
    width = max(across * (SIDE + 2 * _GUTTER + _GAP) + 2 * MARGIN, 640)
    bands = [_band(cells[start : start + COLUMNS], width) for start in range(0, len(cells), COLUMNS)]
    facts = [lines_of(line, width, color=color) for line, color in _facts(result, cells, model)]
    return stacked([_header(result, width), *facts, *bands, _legend(cells, width, method), notice(width)])


def _header(result: StudyResult, width: int) -> Image.Image:
    block, draw = blank(width, 62)
    figure, meaning = answer_in_words(result)
    right = width - MARGIN
    draw.text((right, 32), figure, INK, font(_LARGE), anchor="rs")
    left = right - width_of(figure, _LARGE) - 10
    draw_mark(draw, str(result.decision or result.status), (left - 14, 17, left, 31))
    said = fit(meaning, _TEXT, width / 2)
    draw.text((right, 53), said, SOFT, font(_TEXT), anchor="rs")
    room = width - max(width_of(said, _TEXT), width_of(figure, _LARGE) + 26) - 3 * MARGIN
    draw.text((MARGIN, 32), fit(base_name(result.input), 18, room), INK, font(18), anchor="ls")
    draw.text((MARGIN, 53), counted(len(result.slices), "slice"), SOFT, font(_TEXT), anchor="ls")
    return block


def _facts(
    result: StudyResult, cells: Sequence[Cell], model: Mapping[str, object]
) -> list[tuple[str, tuple[int, int, int]]]:
    subtypes = ", ".join(f"{label} {percent(value)}" for label, value in (result.subtypes or {}).items())
    named = f"{model['name']} {model['version']}, bundle {str(model.get('bundle_sha256', ''))[:12]}"
    withheld = next((cell.caption.withheld for cell in cells if cell.caption.withheld), None)
    facts = [
        (f"Subtypes: {subtypes}" if subtypes else "", INK),
        (f"Blood outlined: {volumes_in_words(result.volumes_ml)}" if result.volumes_ml else "", SOFT),
        (f"{counted(len(result.warnings), 'warning')}, on the page" if result.warnings else "", CAUTION),
        (f"Map withheld: {withheld}" if withheld else "", CAUTION),
        (f"Model: {named}. {cells[0].caption.window} Above each slice alone, below with its map.", SOFT),
    ]
    return [(line, color) for line, color in facts if line]


def _band(cells: Sequence[Cell], width: int) -> Image.Image:
    """Put a few slices beside each other: plain, with their map, with their words."""
    rows = max(cell.canvas.grey.shape[0] for cell in cells)
    step = SIDE + 2 * _GUTTER + _GAP
    block, draw = blank(width, 2 * rows + _WORDS + 3 * _GAP)
    for number, cell in enumerate(cells):
        _draw_cell(block, draw, cell, left=MARGIN + number * step, rows=rows)
    return block


def _draw_cell(block: Image.Image, draw: ImageDraw.ImageDraw, cell: Cell, *, left: int, rows: int) -> None:
    canvas = cell.canvas
    high, wide = canvas.grey.shape
    start = left + _GUTTER + (SIDE - wide) // 2
    for number, picture in enumerate((np.stack([canvas.grey] * 3, axis=-1), paint(canvas))):
        top = _GAP + number * (rows + _GAP) + (rows - high) // 2
        block.paste(Image.fromarray(picture), (start, top))
        if canvas.edges is not None:
            spots = ((start - _GUTTER / 2, canvas.edges.left), (start + wide + _GUTTER / 2, canvas.edges.right))
            for at, letter in spots:
                draw.text((at, top + high / 2), letter, INK, font(_TEXT), anchor="mm")
    base = 2 * (rows + _GAP) + _GAP
    if cell.rank is not None:
        draw.rectangle((left + 1, 1, left + SIDE + 2 * _GUTTER - 2, base + _WORDS - 8), outline=INK, width=2)
    _draw_words(draw, cell, left=left + _GUTTER, top=base)


def _draw_words(draw: ImageDraw.ImageDraw, cell: Cell, *, left: int, top: int) -> None:
    caption, canvas, right = cell.caption, cell.canvas, left + SIDE
    said = f"key {cell.rank}: {caption.figure}" if cell.rank is not None else caption.figure or caption.kind
    draw.text((right, top + 13), said, INK if cell.rank is not None else SOFT, font(_TEXT), anchor="rs")
    room = SIDE - width_of(said, _TEXT) - 8
    draw.text((left, top + 13), fit(caption.place or caption.name, _FINE, room), INK, font(_FINE), anchor="ls")
    doubts = ["side unknown"] * (canvas.edges is None) + ["map withheld"] * bool(caption.withheld)
    draw.text(
        (left, top + 29), ", ".join(doubts) or caption.joined, CAUTION if doubts else SOFT, font(_FINE), anchor="ls"
    )
    if canvas.pixel_mm is not None:
        centimeters, length = scale_bar(canvas.pixel_mm, room=SIDE // 3)
        draw.line([(right - 1 - length, top + 25), (right - 1, top + 25)], fill=SOFT, width=1)
        for end in (right - 1 - length, right - 1):
            draw.line([(end, top + 21), (end, top + 25)], fill=SOFT, width=1)
        draw.text((right - length - 8, top + 29), f"{centimeters} cm", SOFT, font(_FINE), anchor="rs")


def _legend(cells: Sequence[Cell], width: int, method: str | None) -> Image.Image:
    if method is not None:
        return swatches([(HEAT.rgb, f"{method}: from 0 to its maximum in this input, which is no probability")], width)
    shown = {label for cell in cells if cell.canvas.areas is not None for label in labels_in(cell.canvas.areas)}
    named = [(COLORS[label].rgb, NAMES[label]) for label in Label if label in shown]
    return swatches(named, width) if named else blank(width, 0)[0]
