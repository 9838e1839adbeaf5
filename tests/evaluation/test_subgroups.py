"""Tables by column: only columns that part the cases into a few, and nobody lost on the way."""

from hemoscope.evaluation.intervals import share_interval
from hemoscope.evaluation.subgroups import subgroup_tables

from .judged import POINT, case, twelve


def test_a_column_with_few_values_is_a_table_and_one_with_many_is_named():
    tables, left_out = subgroup_tables(twelve(), POINT)
    assert [table.column for table in tables] == ["scanner"]
    assert left_out == ("age",)


def test_the_rows_count_the_unanswered_and_the_cases_without_a_value():
    rows = {row.value: row for row in subgroup_tables(twelve(), POINT)[0][0].rows}
    assert list(rows) == ["", "A", "B"]
    assert (rows["A"].slices, rows["A"].scored, rows["A"].positives, rows["A"].groups) == (7, 6, 3, 3)
    assert (rows[""].slices, rows[""].scored) == (1, 0)
    assert (rows[""].auroc, rows[""].sensitivity, rows[""].specificity) == (None, None, None)


def test_figures_of_a_row_are_those_of_its_own_cases():
    row = subgroup_tables(twelve(), POINT)[0][0].rows[2]  # B: positives .8 and .6, negatives .1 and .55
    assert row.auroc.value == 1.0
    assert row.sensitivity == share_interval([True, True], ["g1", "g3"])
    assert row.specificity.value == 0.5


def test_a_class_of_one_group_has_no_auroc():
    cases = [case("a", 1, 0.9, site="x"), case("b", 0, 0.1, site="x"), case("c", 0, 0.2, site="y")]
    rows = subgroup_tables(cases, POINT)[0][0].rows
    assert [row.auroc for row in rows] == [None, None]


def test_a_column_with_one_value_is_left_out():
    assert subgroup_tables([case("a", 1, 0.9, site="x"), case("b", 0, 0.1, site="x")], POINT) == ((), ("site",))
