"""Text on pictures fits, and is of letters that the font has."""

import pytest
from PIL import Image, ImageChops, ImageDraw

from hemoscope.results.lettering import draw_mark, fit, spell, width_of, wrap


def test_letters_that_the_font_lacks_are_written_with_those_it_has():
    assert spell("Müller–Straße é 頭.dcm") == "Muller-Stra?e e ?.dcm"
    assert spell("a\u202eb\x1bc") == "a?b?c"


@pytest.mark.parametrize("width", [400, 90, 20, 1])
def test_a_text_is_cut_in_its_middle_to_fit(width):
    shown = fit("ID_0123456789abcdef.dcm", 14, width)
    assert width_of(shown, 14) <= width or shown == "…"
    assert (shown == "ID_0123456789abcdef.dcm") == (width == 400)


def test_lines_are_as_wide_as_they_may_be_and_lose_no_word():
    text = "Side unknown: the file does not say which side is the patient's right."
    lines = wrap(text, 13, 200)
    assert " ".join(lines) == text
    assert all(width_of(line, 13) <= 200 for line in lines)
    assert len(lines) == 3
    assert wrap("", 13, 200) == []


def test_each_outcome_has_a_shape_of_its_own():
    drawn = []
    for kind in ("positive", "negative", "uncertain", "refused", "failed"):
        canvas = Image.new("RGB", (20, 20))
        draw_mark(ImageDraw.Draw(canvas), kind, (2, 2, 17, 17))
        drawn.append(canvas)
    assert all(ImageChops.difference(one, other).getbbox() for at, one in enumerate(drawn) for other in drawn[:at])
