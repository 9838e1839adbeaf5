"""Small shapes on axes: where each lies can be worked out by hand."""

import re
import xml.etree.ElementTree as ElementTree

import pytest

from hemoscope.results.plots import Axis, Plot


@pytest.fixture
def plot() -> Plot:
    return Plot("A plot", Axis("across"), Axis("up"))


def shapes(plot: Plot, tag: str) -> list[dict[str, str]]:
    return [dict(element.attrib) for element in ElementTree.fromstring(plot.as_svg()).iter(tag)]


def test_corners_of_the_data_are_corners_of_the_plotted_area(plot):
    plot.line([(0, 0), (1, 1)], "curve")
    # 360 x 300 with 58, 14, 14, 42 left, right, above and below
    assert shapes(plot, "polyline") == [{"class": "curve", "points": "58.0,258.0 346.0,14.0"}]


def test_what_lies_beyond_an_axis_stays_at_its_edge(plot):
    plot.dot((2.0, -3.0), "mark")
    assert [(dot["cx"], dot["cy"]) for dot in shapes(plot, "circle")] == [("346.0", "258.0")]


def test_a_bar_may_hang_below_zero():
    plot = Plot("Bars", Axis("across"), Axis("up", -10, 10, (-10.0, 0.0, 10.0)))
    plot.bar(0.0, 0.5, 0, -5, "without")
    assert shapes(plot, "rect") == [{"class": "without", "x": "58.0", "y": "136.0", "width": "144.0", "height": "61.0"}]


def test_words_stand_on_the_side_that_has_room(plot):
    plot.text((0.1, 0.5), "left", "word")
    plot.text((0.9, 0.5), "right", "word")
    assert [text["text-anchor"] for text in shapes(plot, "text") if text["class"] == "word"] == ["start", "end"]


def test_axes_are_named_and_marked(plot):
    texts = re.findall(r">([^<]+)</text>", plot.as_svg())
    assert texts == ["0", "0.25", "0.5", "0.75", "1", "0", "0.25", "0.5", "0.75", "1", "across", "up"]


def test_no_word_can_become_a_tag():
    plot = Plot('"><script>', Axis("<b>"), Axis("up"))
    plot.text((0.5, 0.5), "<script>alert(1)</script>", "word")
    assert "<script" not in plot.as_svg()
    assert ElementTree.fromstring(plot.as_svg()).attrib["aria-label"] == '"><script>'
