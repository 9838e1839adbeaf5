"""Pictures for people: the brain window, small PNG files."""

import base64
import io

import numpy as np
import pytest
from PIL import Image

from hemoscope.records import Slice
from hemoscope.results.picture import data_uri, for_display, to_bytes
from hemoscope.terms import Unit


def decoded(uri):
    return Image.open(io.BytesIO(base64.b64decode(uri.removeprefix("data:image/png;base64,"), validate=True)))


def test_hu_are_shown_in_the_brain_window_and_pictures_as_they_are():
    hu = Slice(np.array([[-1000, 40, 80]], np.float32), Unit.HU, "a.dcm", "dicom")
    grey = Slice(np.array([[0, 0.5, 1]], np.float32), Unit.GREY, "a.png", "png")
    assert for_display(hu).tolist() == [[0, 128, 255]]
    assert for_display(grey).tolist() == [[0, 128, 255]]


def test_grey_outside_its_range_does_not_wrap_around():
    assert to_bytes(np.array([-1.0, 2.0])).tolist() == [0, 255]


@pytest.mark.parametrize(
    ("shape", "size"), [((1000, 500), (192, 384)), ((512, 512), (384, 384)), ((100, 50), (50, 100))]
)
def test_large_pictures_shrink_to_384_pixels_and_keep_their_shape(shape, size):
    assert decoded(data_uri(np.zeros(shape, np.uint8))).size == size


def test_a_small_picture_comes_back_pixel_for_pixel():
    picture = np.arange(256, dtype=np.uint8).reshape(16, 16)
    assert np.array_equal(np.asarray(decoded(data_uri(picture))), picture)
