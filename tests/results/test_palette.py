"""What is seen in each pixel, and in which color."""

import itertools

import numpy as np

from hemoscope.results.palette import COLORS, NAMES, find_areas, labels_in, number_of
from hemoscope.terms import Label

ANY, IPH, SDH = (number_of(label) for label in (Label.ANY, Label.INTRAPARENCHYMAL, Label.SUBDURAL))


def test_every_label_has_a_color_and_a_name_of_its_own():
    assert list(COLORS) == list(NAMES) == list(Label)
    assert len({color.rgb for color in COLORS.values()}) == len({color.name for color in COLORS.values()}) == 6


def linear(part: float) -> float:
    """Undo the gamma of sRGB (IEC 61966-2-1)."""
    share = part / 255
    return share / 12.92 if share <= 0.04045 else ((share + 0.055) / 1.055) ** 2.4


def test_colors_stay_apart_for_those_who_see_no_green():
    # Machado, Oliveira, Fernandes 2009, deuteranopia, severity 1
    seen_as = np.array([[0.367322, 0.860646, -0.227968], [0.280085, 0.672501, 0.047413], [-0.01182, 0.04294, 0.968881]])
    seen = [seen_as @ [linear(part) for part in color.rgb] for color in COLORS.values()]
    assert min(np.abs(one - other).max() for one, other in itertools.combinations(seen, 2)) > 0.08


def test_the_strongest_subtype_wins_where_several_overlap():
    maps = {
        Label.ANY: np.array([[0.4, 0.5, 0.9, 0.9]], np.float32),
        Label.INTRAPARENCHYMAL: np.array([[0.9, 0.8, 0.6, 0.1]], np.float32),
        Label.SUBDURAL: np.array([[0.9, 0.1, 0.7, 0.9]], np.float32),
    }
    assert find_areas(maps).tolist() == [[0, IPH, SDH, SDH]]


def test_an_area_in_which_no_subtype_reaches_the_limit_has_the_color_of_any():
    maps = {
        Label.ANY: np.array([[0.9, 0.9, 0.0, 0.9, 0.9]], np.float32),
        Label.SUBDURAL: np.array([[0.2, 0.6, 0.9, 0.4, 0.49]], np.float32),
        Label.INTRAPARENCHYMAL: np.array([[0.4, 0.1, 0.9, 0.3, 0.3]], np.float32),
    }
    # the left area is subdural as a whole: nothing else reaches the limit in it
    assert find_areas(maps).tolist() == [[SDH, SDH, 0, ANY, ANY]]


def test_a_network_that_tells_no_subtype_has_areas_all_the_same():
    areas = find_areas({Label.ANY: np.array([[0.49, 0.51]], np.float32)})
    assert areas.tolist() == [[0, ANY]]
    assert labels_in(areas) == (Label.ANY,)
    assert labels_in(np.zeros((2, 2), np.uint8)) == ()
