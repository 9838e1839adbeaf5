"""A slice as one picture that can be passed on: what is seen in it, and around it all that must not be lost from it."""

from collections.abc import Sequence

import numpy as np
from PIL import Image, ImageDraw

from hemoscope.results.caption import Caption
from hemoscope.results.lettering import CAUTION, CAUTION_PAGE, INK, PAGE, SOFT, draw_mark, fit, font, width_of, wrap
from hemoscope.results.overlay import Canvas, paint, scale_bar
from hemoscope.results.palette import COLORS, HEAT, LIMIT, NAMES, labels_in
from hemoscope.terms import RESEARCH_USE_ONLY, Label

GUTTER, TOP, BOTTOM = 28, 24, 32
"""Pixels around the slice, for the letters of its edges and its scale."""
NARROWEST = 560
MARGIN = 14
_TEXT, _FINE, _LARGE, _LETTER = 14, 13, 24, 17


def draw_slice(canvas: Canvas, caption: Caption) -> Image.Image:
    """Draw a slice with its colors, and its words above and below.

    Args:
        canvas: The slice at its size.
        caption: Its words.

    Returns:
        A picture in color, at least `NARROWEST` pixels wide.
    """
    width = max(canvas.grey.shape[1] + 2 * GUTTER, NARROWEST)
    blocks = [header(caption, width), surround(canvas, paint(canvas), width), legend(canvas, caption, width)]
    if caption.withheld is not None:
        blocks.append(lines_of(f"Map withheld: {caption.withheld}", width, color=CAUTION))
    return stacked([*blocks, lines_of(" ".join((caption.window, *caption.notes)), width), notice(width)])


def surround(canvas: Canvas, colored: np.ndarray, width: int) -> Image.Image:
    """Put a slice between the letters of its edges, above its scale.

    Args:
        canvas: What is known of the slice.
        colored: uint8, shape (rows, columns, 3), of the same size.
        width: Of the block.
    """
    rows, columns = canvas.grey.shape
    block, draw = blank(width, rows + TOP + BOTTOM)
    left = (width - columns) // 2
    block.paste(Image.fromarray(colored), (left, TOP))
    center, middle, below = left + columns / 2, TOP + rows / 2, TOP + rows + BOTTOM / 2
    if canvas.edges is None:
        draw.text((left, below), "side unknown", CAUTION, font(_FINE), anchor="lm")
    else:
        spots = [(left - GUTTER / 2, middle), (center, TOP / 2), (left + columns + GUTTER / 2, middle), (center, below)]
        for letter, spot in zip(canvas.edges, spots, strict=True):
            draw.text(spot, letter, INK, font(_LETTER), anchor="mm")
    if canvas.pixel_mm is not None:
        _draw_scale(draw, canvas.pixel_mm, right=left + columns, top=TOP + rows + 8, room=columns // 3)
    return block


def header(caption: Caption, width: int) -> Image.Image:
    """Write the name and place of a slice, and what was said of it."""
    block, draw = blank(width, 58)
    verdict = fit(caption.verdict, _FINE, width / 2)
    taken = max(width_of(caption.figure, _LARGE) + 26, width_of(verdict, _FINE))
    draw.text((width - MARGIN, 30), caption.figure, INK, font(_LARGE), anchor="rs")
    left = width - MARGIN - width_of(caption.figure, _LARGE) - 10
    draw_mark(draw, caption.kind, (left - 14, 14, left, 28))
    draw.text((width - MARGIN, 48), verdict, SOFT, font(_FINE), anchor="rs")
    room = width - taken - 3 * MARGIN
    draw.text((MARGIN, 28), fit(caption.name, _TEXT, room), INK, font(_TEXT), anchor="ls")
    draw.text(
        (MARGIN, 48),
        fit(", ".join(filter(None, (caption.place, caption.joined))), _FINE, room),
        SOFT,
        font(_FINE),
        anchor="ls",
    )
    return block


def legend(canvas: Canvas, caption: Caption, width: int) -> Image.Image:
    """Name the colors that a slice shows."""
    if canvas.heat is not None:
        return _heat_legend(caption.method or "", width)
    if canvas.areas is None:
        return blank(width, 0)[0]
    labels = labels_in(canvas.areas)
    if not labels:
        return lines_of(f"No area reaches the map's limit of {LIMIT:.0%}.", width, color=INK)
    names = [_name(label, caption) for label in labels]
    return swatches([(COLORS[label].rgb, name) for label, name in zip(labels, names, strict=True)], width)


def swatches(named: Sequence[tuple[tuple[int, int, int], str]], width: int) -> Image.Image:
    """Lay out colors with their names, as many to a line as fit."""
    spots: list[tuple[float, int]] = []
    right, line = float(MARGIN), 0
    for _, name in named:
        taken = 22 + width_of(name, _TEXT) + 18
        if right > MARGIN and right + taken > width:
            right, line = float(MARGIN), line + 1
        spots.append((right, line))
        right += taken
    block, draw = blank(width, 24 * (line + 1) + 4)
    for (color, name), (left, line) in zip(named, spots, strict=True):
        top = 24 * line + 5
        draw.rectangle((left, top, left + 13, top + 13), fill=color)
        draw.text((left + 21, top + 12), name, INK, font(_TEXT), anchor="ls")
    return block


def lines_of(text: str, width: int, *, color: tuple[int, int, int] = SOFT, size: int = _FINE) -> Image.Image:
    """Write a text in as many lines as it takes."""
    lines = wrap(text, size, width - 2 * MARGIN)
    block, draw = blank(width, (size + 5) * len(lines) + (6 if lines else 0))
    for number, line in enumerate(lines):
        draw.text((MARGIN, (size + 5) * (number + 1) - 3), line, color, font(size), anchor="ls")
    return block


def notice(width: int) -> Image.Image:
    """Write what every picture says."""
    block, draw = blank(width, 28, color=CAUTION_PAGE)
    draw.text((width / 2, 14), RESEARCH_USE_ONLY, CAUTION, font(_FINE), anchor="mm")
    return block


def stacked(blocks: Sequence[Image.Image]) -> Image.Image:
    """Put blocks of one width below each other."""
    sheet, _ = blank(blocks[0].width, sum(block.height for block in blocks))
    top = 0
    for block in blocks:
        sheet.paste(block, (0, top))
        top += block.height
    return sheet


def blank(width: int, height: int, *, color: tuple[int, int, int] = PAGE) -> tuple[Image.Image, ImageDraw.ImageDraw]:
    """Return an empty block and what draws on it."""
    block = Image.new("RGB", (width, height), color)
    return block, ImageDraw.Draw(block)


def _name(label: Label, caption: Caption) -> str:
    said = caption.subtypes.get(label)
    return NAMES[label] if said is None else f"{NAMES[label]} {said:.0%}"


def _heat_legend(method: str, width: int) -> Image.Image:
    block, draw = blank(width, 30)
    steps = 100
    for step in range(steps):
        share = step / steps
        color = tuple(round(page * (1 - share) + part * share) for page, part in zip(PAGE, HEAT.rgb, strict=True))
        draw.line([(MARGIN + step, 8), (MARGIN + step, 21)], fill=color)
    words = fit(f"{method}: from 0 to its maximum, which is no probability", _TEXT, width - 3 * MARGIN - steps)
    draw.text((2 * MARGIN + steps, 20), words, INK, font(_TEXT), anchor="ls")
    return block


def _draw_scale(draw: ImageDraw.ImageDraw, pixel_mm: float, *, right: int, top: int, room: int) -> None:
    """Draw a bar with a tick per centimeter; its length runs from the first tick to the last."""
    centimeters, length = scale_bar(pixel_mm, room=room)
    left = right - 1 - length
    draw.line([(left, top + 5), (right - 1, top + 5)], fill=INK, width=1)
    for tick in range(centimeters + 1):
        at = left + round(tick * length / centimeters)
        draw.line([(at, top if tick in (0, centimeters) else top + 3), (at, top + 5)], fill=INK, width=1)
    draw.text((left - 8, top + 5), f"{centimeters} cm", INK, font(_FINE), anchor="rm")
