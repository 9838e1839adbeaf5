"""The report page: one file, nothing fetched, nothing run."""

import base64
import re

import numpy as np
import pytest

from hemoscope.records import Slice, SliceResult, Status
from hemoscope.results.html import LARGEST_SIDE, ReportEntry, data_uri, write_html
from hemoscope.results.picture import for_display
from hemoscope.terms import Unit

from .sample import ALL, MODEL, POSITIVE

PICTURE = np.full((500, 400), 128, np.uint8)


@pytest.fixture
def page(tmp_path) -> str:
    entries = [ReportEntry(POSITIVE, PICTURE, np.ones((128, 128), np.float32)), *map(ReportEntry, ALL[1:])]
    write_html(entries, tmp_path / "report.html", model=MODEL)
    return (tmp_path / "report.html").read_text(encoding="utf-8")


def test_the_page_says_what_it_must(page):
    for text in ("Research use only", "87.3 %", "● Positive", "○ Negative", "Refused: no score", "Failed: no score"):
        assert text in page
    for text in ("gate.no_head", "Choose a head.", "picture.hu_unknown", "positive from 40.0 %", "seed-cnn"):
        assert text in page


def test_the_page_asks_nothing_of_anyone_else(page):
    assert not re.findall(r'(?:src|href)="(?!data:)', page)
    assert "<script" not in page
    assert "default-src 'none'" in page


def test_pictures_have_a_text_for_those_who_cannot_see_them(page):
    images = re.findall(r"<img [^>]*>", page)
    assert len(images) == 2
    assert all(re.search(r'alt="[^"]+"', image) for image in images)


def test_a_script_in_a_name_does_not_run(tmp_path):
    wicked = SliceResult(
        "<script>alert(1)</script>.png", Status.SCORED, 0.5, POSITIVE.decision, POSITIVE.operating_point
    )
    write_html([ReportEntry(wicked)], tmp_path / "report.html", model=MODEL)
    page = (tmp_path / "report.html").read_text()
    assert "<script" not in page
    assert "&lt;script&gt;alert(1)" in page


def test_large_pictures_are_shrunk_and_keep_their_shape():
    import io

    from PIL import Image

    encoded = data_uri(np.zeros((1000, 500), np.uint8)).removeprefix("data:image/png;base64,")
    assert Image.open(io.BytesIO(base64.b64decode(encoded))).size == (LARGEST_SIDE // 2, LARGEST_SIDE)


def test_hu_are_shown_in_the_brain_window_and_pictures_as_they_are():
    hu = Slice(np.array([[-1000, 40, 80]], np.float32), Unit.HU, "a.dcm", "dicom")
    grey = Slice(np.array([[0, 0.5, 1]], np.float32), Unit.GREY, "a.png", "png")
    assert for_display(hu).tolist() == [[0, 128, 255]]
    assert for_display(grey).tolist() == [[0, 128, 255]]
