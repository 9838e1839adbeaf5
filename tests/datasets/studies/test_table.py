"""Slices joined into studies: what any slice shows, in the order of their positions, one patient each."""

from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hemoscope.datasets.items import NOT_SAID, UNKNOWN, Collection, Item, Level, Place
from hemoscope.datasets.load import load_collection
from hemoscope.datasets.studies import study_table
from hemoscope.errors import DatasetError


def item(key: str, *, label: int = 0, study: str = "s", series: str = "", position: float | None = 0.0) -> Item:
    place = Place(study, series, position)
    return Item(key, Path(f"{key}.dcm"), label, "patient", subtypes=NOT_SAID, place=place)


def table(*items: Item, level: Level = Level.SLICE):
    return study_table(Collection("drawn", "test", tuple(items), level=level))


@given(st.permutations([(10.0, 1), (0.0, 0), (-5.0, 0), (5.0, 0)]))
def test_slices_in_any_order_give_the_same_study(order):
    [study] = table(*(item(str(position), label=label, position=position) for position, label in order)).studies
    assert [one.key for one in study.items] == ["-5.0", "0.0", "5.0", "10.0"]
    assert study.positions == (-5.0, 0.0, 5.0, 10.0)
    assert study.targets == (1, *[UNKNOWN] * 5)


def test_a_study_shows_what_any_of_its_slices_shows(rsna):
    found = study_table(load_collection(rsna))
    assert found.has_slice_labels
    assert sorted(study.targets for study in found) == [
        (0,) * 6,
        (0,) * 6,
        (1, 0, 1, 0, 0, 1),
        (1, 0, 1, 0, 0, 1),
    ]
    assert found.targets.shape == (4, 6)
    assert len(set(found.groups)) == 3
    assert all(len(study.items) == 4 for study in found)


def test_labels_of_studies_are_taken_as_they_are(cq500):
    found = study_table(load_collection(cq500))
    assert not found.has_slice_labels
    assert [study.label for study in found] == [1, 0, 1, 0]


def test_of_several_series_the_longest_is_kept_and_the_rest_is_told():
    found = table(
        item("thin-1", series="a", position=1), item("thin-2", series="a", position=2), item("scout", series="b")
    )
    assert [one.key for one in found.studies[0].items] == ["thin-1", "thin-2"]
    assert [notice.message for notice in found.notices] == [
        "1 slices of further series were left out of their studies."
    ]


def test_slices_that_do_not_say_where_they_lie_keep_their_order():
    found = table(item("b", position=None), item("a", position=3.0))
    assert [one.key for one in found.studies[0].items] == ["b", "a"]
    assert found.studies[0].positions is None
    assert [notice.code for notice in found.notices] == ["data.no_position"]


def test_a_slice_of_no_study_and_a_study_of_two_patients_are_errors():
    with pytest.raises(DatasetError, match=r"Expected the study of each slice; 'a' has none.*\[data\.no_study\]"):
        table(replace(item("a"), place=None))
    with pytest.raises(DatasetError, match=r"those of study 's' are in 2\. Correct the groups.*\[data\.mixed_study\]"):
        table(item("a"), replace(item("b"), group="other"))
