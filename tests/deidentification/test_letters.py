"""Letters beside the head are seen; heads alone are not taken for any."""

import cv2
import numpy as np
import pytest
from pydicom.dataset import Dataset

from hemoscope.datasets.phantom import PhantomSettings, make_phantom
from hemoscope.deidentification.letters import declared_letters, has_letters, seen_letters

from .conftest import written


@pytest.fixture(scope="module")
def heads() -> np.ndarray:
    return make_phantom(PhantomSettings(seed=3)).hu


def test_heads_alone_hold_no_letters(heads):
    assert not any(map(has_letters, heads))


@pytest.mark.parametrize("text", ["QUIXOTEWICZ", "7731904", "01-Mar-2024"])
@pytest.mark.parametrize("scale", [0.4, 0.6])
def test_a_row_of_letters_is_seen(heads, text, scale):
    picture = heads[len(heads) // 2]
    assert has_letters(written(picture, text, scale))
    assert seen_letters(np.stack([written(picture, "", scale), written(picture, text, scale)])) is not None


def test_small_letters_that_run_into_each_other_are_seen(heads):
    above = cv2.copyMakeBorder(heads[len(heads) // 2], 60, 10, 10, 10, cv2.BORDER_CONSTANT, value=-1000.0)
    soft = cv2.putText(np.zeros(above.shape, np.uint8), "QUIXOTEWICZ", (6, 24), cv2.FONT_HERSHEY_SIMPLEX, 0.3, 255, 1)
    assert has_letters(np.where(soft > 0, np.float32(2000), above))


def test_a_ragged_curve_beside_the_head_is_not_taken_for_letters(heads):
    picture, generator = heads[len(heads) // 2].copy(), np.random.default_rng(0)
    for column in range(10, 90):
        top = 12 + round(6 * np.sin(column / 25)) + generator.integers(0, 2)
        picture[top : top + generator.integers(1, 4), column] = 300.0
    assert not has_letters(picture)


def test_noise_and_empty_pictures_hold_none():
    assert not has_letters(np.zeros((64, 64)))
    assert not has_letters(np.random.default_rng(0).normal(0, 1, (256, 256)))


@pytest.mark.parametrize(
    "said",
    [
        {"BurnedInAnnotation": "YES"},
        {"SOPClassUID": "1.2.840.10008.5.1.4.1.1.7.4"},
        {"ImageType": ["DERIVED", "SECONDARY", "SCREEN SAVE"]},
        {"SamplesPerPixel": 3, "Modality": "CT"},
    ],
    ids=str,
)
def test_what_an_image_says_of_itself_counts(said):
    dataset = Dataset()
    for keyword, value in said.items():
        setattr(dataset, keyword, value)
    assert declared_letters(dataset).code == "deidentify.burnt_in"


def test_an_ordinary_slice_says_nothing():
    dataset = Dataset()
    dataset.ImageType, dataset.Modality, dataset.BurnedInAnnotation = ["ORIGINAL", "PRIMARY", "AXIAL"], "CT", "NO"
    assert declared_letters(dataset) is None
