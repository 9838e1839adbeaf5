"""A picture's origin tells the network nothing: window, size, place, letters and depth leave it alone; HU stay."""

import json

import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image
from pydicom.data import get_testdata_file

import hemoscope
from hemoscope.errors import RefusedError
from hemoscope.preparation.canonical import (
    PreparationSettings,
    prepare,
    prepare_and_check,
    preprocess_single_image,
)
from hemoscope.preparation.window import apply_window
from hemoscope.reading import read_slice
from hemoscope.records import Slice
from hemoscope.terms import BRAIN, SOFT_TISSUE, Unit, Window

from .drawn import draw_head, write_letter

WINDOWS = [Window(40, width) for width in (80, 100, 150, 200, 300)]
WIDE = Window(40, 400)


def as_picture(hu: np.ndarray, window: Window) -> Slice:
    """Render to 8 bits, as a screenshot would."""
    return Slice(np.round(apply_window(hu, window) * 255).astype(np.float32) / 255, Unit.GREY, "a.png", "png")


def in_hu(hu: np.ndarray) -> Slice:
    return Slice(hu.astype(np.float32), Unit.HU, "a.dcm", "dicom")


def difference(one: Slice, other: Slice) -> float:
    return float(np.abs(prepare(one) - prepare(other)).mean())


@pytest.fixture(scope="module")
def head_ct() -> np.ndarray:
    """The real head CT inside pydicom, in HU."""
    return read_slice(get_testdata_file("J2K_pixelrep_mismatch.dcm", download=False)).pixels


@pytest.mark.parametrize("window", WINDOWS, ids=str)
def test_a_real_slice_gives_nearly_the_same_input_in_every_window(head_ct, window):
    assert difference(as_picture(head_ct, window), as_picture(head_ct, WIDE)) < 0.03


@pytest.mark.parametrize("window", WINDOWS, ids=str)
def test_a_drawn_head_gives_nearly_the_same_input_in_every_window(window):
    assert difference(as_picture(draw_head(), window), as_picture(draw_head(), WIDE)) < 0.03


def test_the_input_of_a_slice_in_hu_is_the_brain_window():
    prepared = prepare_and_check(in_hu(draw_head()))
    shown = prepared.frame.to_input(apply_window(draw_head(), BRAIN))
    away = np.abs(prepared.inputs[0, :, :, 0] - shown)[prepared.brain]
    assert np.median(away) < 0.02


def test_hu_of_a_brain_that_cannot_be_are_taken_as_grey():
    """A rescaling that is wrong by 40 HU: the slice is prepared as a picture of it would be."""
    shifted = np.where(draw_head() > -500, draw_head() + 40, draw_head())
    assert prepare_and_check(in_hu(shifted)).slope != SOFT_TISSUE.width
    assert difference(in_hu(shifted), as_picture(shifted, SOFT_TISSUE)) < 0.01


def test_another_slice_does_not_give_nearly_the_same_input():
    """The bound above would mean nothing if any two heads met it."""
    bled = draw_head()
    cv2.circle(bled, (110, 110), 32, 70, -1)
    assert difference(as_picture(draw_head(), WIDE), as_picture(bled, WIDE)) > 0.03


@pytest.mark.real_data
def test_wide_and_narrow_windows_agree_on_most_real_slices_with_a_closed_skull(rsna_slices):
    """Median and 90th percentile over RSNA slices whose skull encloses the brain; the rest is faces and necks."""
    from hemoscope.preparation.head import find_head

    differences = []
    for hu in rsna_slices:
        try:
            if not all(find_head(as_picture(hu, window).pixels).is_closed for window in (BRAIN, SOFT_TISSUE)):
                continue
            differences.append(difference(as_picture(hu, BRAIN), as_picture(hu, SOFT_TISSUE)))
        except hemoscope.HemoscopeError:
            continue
    assert len(differences) >= 60
    assert np.median(differences) < 0.03
    assert np.percentile(differences, 90) < 0.1  # a few are blanked as necks in one window and not in the other


def test_size_and_place_leave_the_input_alone():
    small = in_hu(draw_head())
    large = cv2.resize(draw_head(), (700, 700), interpolation=cv2.INTER_LINEAR)
    moved = np.full((900, 800), -1000, np.float32)
    moved[150:850, 50:750] = large
    assert difference(small, in_hu(moved)) < 0.03


def test_letters_leave_the_input_alone():
    lettered = draw_head()
    write_letter(lettered, "A", (4, 34))
    assert difference(in_hu(draw_head()), in_hu(lettered)) == 0


def test_a_bleed_is_brighter_than_brain_in_the_input():
    bled = draw_head()
    cv2.circle(bled, (110, 110), 25, 65, -1)
    change = prepare(in_hu(bled)) - prepare(in_hu(draw_head()))
    assert change.max() > 0.2


@given(st.integers(0, 10_000), st.floats(0.3, 0.9), st.floats(0.0, 0.1))
@settings(max_examples=15, deadline=None)
def test_inputs_are_always_float32_in_0_to_1(seed, contrast, offset):
    grey = apply_window(draw_head(seed=seed), BRAIN) * np.float32(contrast) + np.float32(offset)
    given_input = prepare(Slice(grey.astype(np.float32), Unit.GREY, "a.png", "png"))
    assert given_input.shape == (1, 192, 192, 1)
    assert given_input.dtype == np.float32
    assert given_input.min() >= 0
    assert given_input.max() <= 1


@pytest.mark.parametrize("image", [in_hu(draw_head()), as_picture(draw_head(), BRAIN)], ids=["hu", "grey"])
def test_preparing_does_not_change_the_slice(image):
    before = image.pixels.copy()
    prepare(image)
    assert np.array_equal(image.pixels, before)


def test_colour_and_alpha_leave_the_input_alone(tmp_path):
    grey = np.round(apply_window(draw_head(), BRAIN) * 255).astype(np.uint8)
    Image.fromarray(grey).save(tmp_path / "grey.png")
    Image.fromarray(np.dstack([grey] * 3 + [np.full_like(grey, 255)]), "RGBA").save(tmp_path / "rgba.png")
    tint = (np.dstack([grey] * 3) * np.array([0.8, 0.9, 1.0])).astype(np.uint8)
    Image.fromarray(tint).save(tmp_path / "tinted.png")
    plain = preprocess_single_image(tmp_path / "grey.png")
    assert np.array_equal(preprocess_single_image(tmp_path / "rgba.png"), plain)
    assert np.abs(preprocess_single_image(tmp_path / "tinted.png") - plain).mean() < 0.02


def test_preprocess_single_image_is_public():
    assert hemoscope.preprocess_single_image is preprocess_single_image


def test_settings_survive_json_and_their_hash_tells_them_apart():
    changed = PreparationSettings(size=160)
    again = PreparationSettings.from_json(json.loads(json.dumps(changed.as_json())))
    assert again == changed
    assert again.hash == changed.hash
    assert changed.hash != PreparationSettings().hash
    assert prepare(in_hu(draw_head()), settings=changed).shape == (1, 160, 160, 1)


def test_a_slice_without_brain_shows_the_network_bone_alone_and_says_so():
    """A skull of radius 80 around a brain of radius 20, which fills 6 % of it."""
    hu = np.full((256, 256), -1000.0, np.float32)
    cv2.circle(hu, (128, 128), 80, 900, -1)
    cv2.circle(hu, (128, 128), 20, 35, -1)
    hu[hu == 35] += np.random.default_rng(0).normal(0, 4, int((hu == 35).sum())).astype(np.float32)
    prepared = prepare_and_check(Slice(hu, Unit.HU, "drawn", "dicom"))
    assert [notice.code for notice in prepared.notices] == ["gate.no_brain"]
    assert prepared.inputs[0, 96, 96, 0] == 0
    assert prepared.inputs[0, 96, 30, 0] == 1


def test_a_ct_slice_of_bone_alone_is_scored_as_without_brain_and_a_picture_of_it_refused():
    hu = np.full((256, 256), -1000.0, np.float32)
    cv2.circle(hu, (128, 128), 80, 900, -1)
    prepared = prepare_and_check(Slice(hu, Unit.HU, "drawn", "dicom"))
    assert [notice.code for notice in prepared.notices] == ["gate.no_brain"]
    assert not prepared.inputs.any()
    assert not prepared.brain.any()
    with pytest.raises(RefusedError) as caught:
        prepare_and_check(Slice(apply_window(hu, BRAIN), Unit.GREY, "drawn", "png"))
    assert caught.value.code == "gate.no_tissue"


def test_the_frame_brings_a_mask_into_the_input_and_a_map_back():
    image = Slice(draw_head(), Unit.HU, "drawn", "dicom")
    prepared = prepare_and_check(image)
    mask = np.zeros(image.pixels.shape, np.float32)
    mask[100:140, 120:150] = 1
    there = prepared.frame.to_input(mask)
    back = prepared.frame.to_picture(there, shape=image.pixels.shape)
    assert there.shape == (192, 192)
    assert np.abs(back - mask).mean() < 0.01
    assert np.array_equal(back[104:136, 124:146] > 0.99, np.ones((32, 22), bool))
