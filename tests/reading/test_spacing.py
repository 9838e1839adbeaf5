"""Gaps, blocks and missing numbers, in words that say where."""

from hypothesis import given
from hypothesis import strategies as st

from hemoscope.reading.spacing import Block, blocks_of, distance_findings, missing_numbers, number_finding


def told(positions: list[float]) -> list[tuple[str, str]]:
    return [(notice.code, notice.message) for notice in distance_findings(positions)]


def test_even_slices_have_nothing_to_report():
    assert told([0, 5, 10, 15]) == []
    assert told([0.0, 5.01, 9.99, 15.0]) == []
    assert told([3.0]) == []
    assert told([]) == []
    assert told([0, 7]) == []


def test_a_gap_is_told_with_its_place():
    assert told([0, 5, 10, 20, 25, 30]) == [
        (
            "series.gap",
            "About 1 slice is missing: the slices are 5.00 mm apart, but nothing lies between 10.0 to 20.0 mm along "
            "the "
            "normal.",
        )
    ]


def test_several_gaps_are_counted_together():
    ((code, text),) = told([0, 5, 10, 25, 30, 35, 45, 50])
    assert code == "series.gap"
    assert text.startswith("About 3 slices are missing")
    assert "10.0 to 25.0 mm, 35.0 to 45.0 mm" in text


def test_two_blocks_are_usual_and_no_gap():
    assert told([0, 2.5, 5, 7.5, 12.5, 17.5, 22.5]) == [
        (
            "series.uneven_spacing",
            "Two blocks, as is usual in head CT: slices 2.50 mm apart up to slice 4, then 5.00 mm.",
        )
    ]


def test_a_gap_beside_two_blocks_is_told_beside_them():
    assert [code for code, _ in told([0, 2.5, 5, 10, 12.5, 15, 20, 25, 30])] == ["series.gap", "series.uneven_spacing"]


def test_irregular_distances_are_told_with_their_range():
    assert told([0, 4, 9, 13.3, 19]) == [
        ("series.uneven_spacing", "The distance between neighboring slices varies from 4.00 to 5.70 mm.")
    ]


def test_doubled_positions_do_not_count_as_distances():
    assert told([0, 5, 5, 10, 15]) == []


def test_blocks_share_their_border():
    assert blocks_of([0, 1, 2, 4, 6]) == (Block(0, 2, 1), Block(2, 4, 2))


@given(st.lists(st.integers(1, 15), min_size=3, max_size=30), st.integers(-500, 500))  # 15 and 14 still differ enough
def test_findings_depend_on_distances_alone(steps: list[int], shift: int):
    positions = [0.0]
    for step in steps:
        positions.append(positions[-1] + step)
    codes = [code for code, _ in told(positions)]
    assert codes == [code for code, _ in told([position + shift for position in positions])]
    assert (codes == []) == (len(set(steps)) == 1)


def test_missing_numbers_are_named():
    assert [(notice.code, notice.message) for notice in number_finding([1, 2, 5, None, 4])] == [
        ("series.missing_instances", "(0020,0013) Instance Number runs from 1 to 5, but 1 is not there: 3.")
    ]
    (notice,) = number_finding([1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, *range(21, 40)])
    assert notice.message.endswith("but 9 are not there: 12, 13, 14, 15, 16, 17, 18, 19 and more.")


def test_numbers_that_count_otherwise_say_nothing():
    assert number_finding([]) == ()
    assert number_finding([None, None]) == ()
    assert number_finding([2, 4, 6, 8]) == ()
    assert number_finding([1, 2, 900]) == ()
    assert missing_numbers([0, 2**31 - 1]) == ()
