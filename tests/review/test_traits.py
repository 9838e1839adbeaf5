"""From measures to words."""

from dataclasses import replace

import numpy as np
import pytest

from hemoscope.review.measure import BleedMeasures, Measures, PeakMeasures, SliceMeasures
from hemoscope.review.traits import (
    AT_BONE,
    CLIPPED,
    CONVEXITY,
    DARKER,
    DENSE,
    DOUBTFUL,
    ELSEWHERE,
    HIGHEST_DEEP,
    HIGHEST_MIDLINE,
    HIGHEST_RIM,
    HIGHEST_VENTRICLE,
    ISODENSE,
    NO_BRAIN,
    NOISY,
    OPEN,
    SIZES,
    SKULL_BASE,
    VENTRICLES,
    VERTEX,
    Kind,
    Trait,
    clipping_of,
    contrast_of,
    level_of,
    miss_of,
    noise_of,
    peak_of,
    place_of,
    size_of,
    spots_of,
    traits_of,
    view_of,
)
from hemoscope.terms import Label

from .drawn import drawn_case

PLAIN = SliceMeasures(0.78, 0.0, 0.0, 0.0, 5.0, 1.5, 0.0, False)
BLEED = BleedMeasures(2.0, 30.0, 0.0, 0.0)
PEAK = PeakMeasures(None, 40.0, 30.0, None)


@pytest.mark.parametrize(
    ("changes", "level"),
    [
        ({}, VENTRICLES),
        ({"ventricles_cm2": 0.9}, CONVEXITY),
        ({"brain_share": 0.59}, VERTEX),
        ({"brain_share": 0.59, "deep_bone": 0.3}, VERTEX),
        ({"brain_share": 0.59, "deep_air": 0.01}, SKULL_BASE),
        ({"deep_bone": 0.04}, SKULL_BASE),
        ({"behind": 0.06}, SKULL_BASE),
    ],
)
def test_the_level_follows_from_air_bone_room_and_fluid(changes, level):
    assert level_of(replace(PLAIN, **changes)) == level


@pytest.mark.parametrize(("area", "place"), [(0.99, 0), (1.0, 1), (4.0, 2), (9.9, 2), (10.0, 3)])
def test_bleeds_are_tiny_small_medium_or_large(area, place):
    assert size_of(replace(BLEED, area_cm2=area)) == SIZES[place]


@pytest.mark.parametrize(("hu", "word"), [(8.0, None), (7.9, ISODENSE), (-7.9, ISODENSE), (-8.0, DARKER), (None, None)])
def test_contrast_is_named_where_it_is_low(hu, word):
    assert contrast_of(replace(BLEED, contrast_hu=hu)) == word


def test_each_other_trait_begins_at_its_limit():
    assert (clipping_of(BLEED), clipping_of(replace(BLEED, white_share=0.5))) == (None, CLIPPED)
    assert (place_of(BLEED), place_of(replace(BLEED, contact_mm=20.0))) == (None, AT_BONE)
    assert place_of(replace(BLEED, contact_mm=None)) is None
    assert (noise_of(PLAIN), noise_of(replace(PLAIN, noise_hu=3.0))) == (None, NOISY)
    assert noise_of(replace(PLAIN, noise_hu=None)) is None
    assert (view_of(PLAIN), view_of(None), view_of(replace(PLAIN, is_open=True))) == (None, NO_BRAIN, OPEN)


def test_white_spots_are_believed_away_from_bone_alone():
    spots = replace(PLAIN, dense_mm2=10.0)
    assert (spots_of(PLAIN), spots_of(spots)) == (None, DENSE)
    assert spots_of(replace(spots, deep_air=0.01)) is None
    assert spots_of(replace(spots, is_open=True)) is None
    assert spots_of(replace(spots, dense_mm2=None)) is None


@pytest.mark.parametrize(
    ("changes", "place"),
    [
        ({}, HIGHEST_DEEP),
        ({"depth_mm": 8.0}, HIGHEST_RIM),
        ({"depth_mm": 0.0, "ventricle_mm": 1.0}, HIGHEST_RIM),
        ({"ventricle_mm": 5.0, "across_mm": 1.0}, HIGHEST_VENTRICLE),
        ({"ventricle_mm": 6.0, "across_mm": 5.0}, HIGHEST_MIDLINE),
        ({"depth_mm": None, "across_mm": None}, None),
    ],
)
def test_the_peak_of_a_map_lies_at_bone_a_ventricle_the_midline_or_elsewhere(changes, place):
    assert peak_of(replace(PEAK, **changes)) == place


def test_a_map_that_points_beside_the_bleed_is_named():
    said = [miss_of(replace(PEAK, is_in_mask=is_in)) for is_in in (True, False, None)]
    assert said == [None, ELSEWHERE, None]


def test_a_miss_and_a_false_alarm_are_told_in_their_own_words():
    found = Measures(replace(PLAIN, noise_hu=4.0), BLEED, replace(PEAK, is_in_mask=False))
    miss = drawn_case(truth=1, subtypes=(Label.SUBDURAL,), claimed=Label.EPIDURAL, is_doubtful=True)
    assert traits_of(miss, found) == (
        Trait(Kind.LABEL, DOUBTFUL),
        Trait(Kind.ARTIFACT, NOISY),
        Trait(Kind.LEVEL, VENTRICLES),
        Trait(Kind.SIZE, SIZES[1]),
        Trait(Kind.MAP, ELSEWHERE),
        Trait(Kind.SUBTYPE, "subdural"),
        Trait(Kind.ORIGIN, "here"),
    )
    alarm = drawn_case(claimed=Label.EPIDURAL, origin="")
    assert traits_of(alarm, Measures(of_peak=PEAK)) == (
        Trait(Kind.VIEW, NO_BRAIN),
        Trait(Kind.MAP, HIGHEST_DEEP),
        Trait(Kind.CLAIM, "epidural"),
    )


def test_sizes_and_levels_are_listed_as_they_rise():
    traits = [Trait(Kind.LEVEL, VERTEX), Trait(Kind.LEVEL, SKULL_BASE), *(Trait(Kind.SIZE, size) for size in SIZES)]
    traits.append(Trait(Kind.CONTRAST, ISODENSE))
    listed = sorted(np.random.default_rng(0).permutation(np.array(traits, object)), key=lambda trait: trait.place)
    assert [trait.value for trait in listed] == [*SIZES, ISODENSE, SKULL_BASE, VERTEX]
    assert str(listed[0]) == "size of the bleed: tiny, below 1 cm²"
