"""Text on pictures, in the font that comes with Pillow."""

import unicodedata
from functools import lru_cache

from PIL import ImageDraw, ImageFont

PAGE, INK, SOFT = (13, 17, 23), (231, 237, 243), (160, 174, 187)
CAUTION, CAUTION_PAGE = (248, 220, 156), (58, 49, 22)
"""Red, green and blue; text on its ground has a contrast of at least 4.5:1 (WCAG 2.2, 1.4.3)."""
_BESIDES_ASCII = "·…"


@lru_cache
def font(size: int) -> ImageFont.FreeTypeFont | ImageFont.ImageFont:
    """Return the font in a size, in pixels."""
    return ImageFont.load_default(size)


def spell(text: str) -> str:
    """Write text with the letters that the font has.

    >>> spell("Schädel–中")
    'Schadel-?'
    """
    plain = unicodedata.normalize("NFKD", text.replace("–", "-").replace("−", "-"))
    kept = (letter for letter in plain if not unicodedata.combining(letter))
    return "".join(letter if " " <= letter <= "~" or letter in _BESIDES_ASCII else "?" for letter in kept)


def width_of(text: str, size: int) -> float:
    """Return how wide a spelled text is, in pixels."""
    return font(size).getlength(text)


def fit(text: str, size: int, width: float) -> str:
    """Spell a text, and leave its middle out where it is too wide: the ends of file names tell them apart.

    >>> fit("ID_0123456789abcdef.dcm", 14, 90)
    'ID_01…ef.dcm'
    """
    text = spell(text)
    if width_of(text, size) <= width:
        return text
    for kept in range(len(text) - 1, 0, -1):
        shorter = text[: kept // 2] + "…" + text[len(text) - (kept - kept // 2) :]
        if width_of(shorter, size) <= width:
            return shorter
    return "…"


def wrap(text: str, size: int, width: float) -> list[str]:
    """Spell a text and break it into lines; a word that is too wide loses its middle."""
    lines: list[str] = []
    for word in spell(text).split():
        longer = f"{lines[-1]} {word}" if lines else word
        if lines and width_of(longer, size) <= width:
            lines[-1] = longer
        else:
            lines.append(fit(word, size, width))
    return lines


def draw_mark(draw: ImageDraw.ImageDraw, kind: str, box: tuple[float, float, float, float]) -> None:
    """Draw the shape of an outcome, which tells it apart without color: as on report pages.

    Args:
        draw: Where.
        kind: "positive" a full circle, "negative" an empty one, "uncertain" half a one, "refused" a diamond, "failed" a
            cross.
        box: left, top, right, bottom.
    """
    left, top, right, bottom = box
    middle, center = (left + right) / 2, (top + bottom) / 2
    if kind == "positive":
        draw.ellipse(box, fill=INK)
    elif kind in ("negative", "uncertain"):
        draw.ellipse(box, outline=INK, width=2)
        if kind == "uncertain":
            draw.pieslice(box, 90, 270, fill=INK)
    elif kind == "refused":
        draw.polygon([(middle, top), (right, center), (middle, bottom), (left, center)], outline=INK, width=2)
    else:
        draw.line([(left, top), (right, bottom)], fill=INK, width=2)
        draw.line([(left, bottom), (right, top)], fill=INK, width=2)
