"""Thin slices are joined to sections as thick as those that were learned from."""

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hemoscope.inference.sections import GAP, SECTION_MM, THIN_MM, Section, plan_sections, thickness_of

steps = st.lists(st.floats(0.1, 20.0), min_size=1, max_size=60)


def positions_of(steps):
    positions = [0.0]
    for step in steps:
        positions.append(positions[-1] + step)
    return positions


@given(steps, st.floats(0.1, 6.0))
def test_every_slice_stands_in_one_section_and_in_order(steps, spacing):
    positions = positions_of(steps)
    sections = plan_sections(len(positions), positions, spacing=spacing)
    assert [place for section in sections for place in section.places] == list(range(len(positions)))


@given(steps, st.floats(0.3, 2.4))
def test_no_section_reaches_over_a_gap_or_is_thicker_than_meant(steps, spacing):
    positions = positions_of(steps)
    for section in plan_sections(len(positions), positions, spacing=spacing):
        inside = [positions[place] for place in section.places]
        assert all(high - low <= GAP * spacing for low, high in itertools.pairwise(inside))
        assert section.count * spacing <= SECTION_MM + spacing / 2 + 1e-9


def test_slices_of_0_625_mm_are_joined_by_eight():
    positions = [0.625 * place for place in range(20)]
    assert [section.count for section in plan_sections(20, positions, spacing=0.625)] == [8, 8, 4]


@pytest.mark.parametrize("spacing", [THIN_MM, 5.0, None, 0.0])
def test_thick_slices_and_those_of_unknown_spacing_stay_by_themselves(spacing):
    positions = [] if spacing is None else [place * (spacing or 1.0) for place in range(4)]
    assert plan_sections(4, positions, spacing=spacing) == tuple(Section(place, 1) for place in range(4))


def test_the_middle_of_a_section_stands_for_it():
    assert [Section(4, count).middle for count in (1, 2, 3, 8)] == [4, 5, 5, 8]


def test_sections_are_as_far_apart_as_their_middles():
    positions = [0.625 * place for place in range(16)]
    sections = plan_sections(16, positions, spacing=0.625)
    assert thickness_of(sections, positions) == pytest.approx(5.0)
    assert thickness_of(sections[:1], positions) is None
    assert thickness_of(sections, []) is None
