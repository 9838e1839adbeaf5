"""The head is found whatever the window, and what is not a head is refused with its reason."""

import cv2
import numpy as np
import pytest

from hemoscope.errors import RefusedError
from hemoscope.preparation.head import find_head, shrink
from hemoscope.preparation.window import apply_window
from hemoscope.terms import BRAIN, SOFT_TISSUE, Window

from .drawn import brain_of, draw_head, write_letter

WINDOWS = [Window(35, 70), BRAIN, Window(40, 150), Window(40, 250), SOFT_TISSUE]


def overlap(one: np.ndarray, other: np.ndarray) -> float:
    return 2 * np.count_nonzero(one & other) / (np.count_nonzero(one) + np.count_nonzero(other))


@pytest.mark.parametrize("window", WINDOWS, ids=str)
def test_tissue_is_the_inside_of_the_skull_in_every_window(window):
    head = find_head(apply_window(draw_head(), window))
    assert head.is_closed
    assert overlap(head.tissue, brain_of()) > 0.93


@pytest.mark.parametrize("window", WINDOWS, ids=str)
def test_the_box_is_the_skull_without_scalp_in_every_window(window):
    head = find_head(apply_window(draw_head(), window))
    assert head.box == pytest.approx((38, 58, 219, 199), abs=3)


def test_letters_and_head_holder_stay_outside():
    hu = draw_head(center=(128, 112))
    write_letter(hu, "R", (2, 30))
    cv2.ellipse(hu, (128, 100), (120, 140), 0, 20, 160, 300, 3)
    head = find_head(apply_window(hu, BRAIN))
    assert head.box == pytest.approx((22, 58, 203, 199), abs=3)


def test_a_bleed_inside_the_brain_is_not_bone():
    hu = draw_head()
    cv2.circle(hu, (110, 110), 22, 90, -1)
    head = find_head(apply_window(hu, BRAIN))
    assert not head.bone[110, 110]


def test_a_bright_background_does_not_hide_the_brain():
    grey = np.maximum(0.35 * (apply_window(draw_head(), BRAIN) > 0) + 0.55 * apply_window(draw_head(), BRAIN), 0.12)
    head = find_head(np.asarray(grey, np.float32))
    assert overlap(head.tissue, brain_of()) > 0.85


def test_half_a_skull_still_gives_the_whole_brain():
    hu = draw_head()
    hu[60:200, 150:205][hu[60:200, 150:205] == 1000] = 30
    head = find_head(apply_window(hu, SOFT_TISSUE))
    assert np.count_nonzero(head.hull & brain_of()) > 0.95 * np.count_nonzero(brain_of())


def test_an_empty_picture_is_refused():
    with pytest.raises(RefusedError) as caught:
        find_head(np.zeros((64, 64), np.float32))
    assert caught.value.code == "gate.empty"
    assert caught.value.message == "The picture shows nothing to judge."


def test_a_flat_picture_is_refused_as_empty():
    with pytest.raises(RefusedError, match=r"gate\.empty"):
        find_head(np.full((64, 64), 0.7, np.float32))


def test_specks_without_a_skull_are_refused():
    grey = np.zeros((256, 256), np.float32)
    grey[::16, ::16] = 1
    grey[8::16, :] = 0.1
    with pytest.raises(RefusedError) as caught:
        find_head(grey)
    assert caught.value.code == "gate.no_head"
    assert caught.value.next_step.startswith("Choose an axial CT slice of the head")


def test_bone_without_brain_is_refused_as_above_the_vertex():
    hu = np.full((256, 256), -1000, np.float32)
    cv2.circle(hu, (128, 128), 40, 900, -1)
    with pytest.raises(RefusedError) as caught:
        find_head(apply_window(hu, BRAIN))
    assert caught.value.code == "gate.no_tissue"


def test_shrink_averages_areas_and_says_the_scale():
    grey = np.kron(np.eye(256, dtype=np.float32), np.ones((2, 2), np.float32))
    small, scale = shrink(grey)
    assert scale == 2.0
    assert np.array_equal(small, np.eye(256, dtype=np.float32))


@pytest.mark.parametrize("away", [(1, 0), (0, 1), (-7, 5), (36, -57)])
def test_masks_move_with_the_head_by_any_number_of_pixels_up_to_the_border(away):
    hu = draw_head()
    write_letter(hu, "R", (2, 30))
    there, moved = (find_head(apply_window(picture, BRAIN)) for picture in (hu, np.roll(hu, away, axis=(0, 1))))
    for name in ("bone", "hull", "tissue"):
        assert np.array_equal(np.roll(getattr(there, name), away, axis=(0, 1)), getattr(moved, name))


def test_more_specks_than_parts_are_looked_at_change_nothing():
    hu = draw_head()
    sown = hu.copy()
    sown[2:30:4, 2:60:4] = 1000
    there, beside = (find_head(apply_window(picture, BRAIN)) for picture in (hu, sown))
    assert np.array_equal(there.bone, beside.bone)
