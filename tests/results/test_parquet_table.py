"""Parquet: a typed row per input, read back by the library that others read it with."""

import json
import sys
from dataclasses import replace

import pyarrow
import pyarrow.parquet
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from hemoscope.errors import BundleError, MissingExtraError
from hemoscope.records import Notice, SliceResult, Status
from hemoscope.results.csv_table import COLUMNS, cells_of
from hemoscope.results.document import SCHEMA_VERSION
from hemoscope.results.parquet_table import write_parquet

from .sample import ALL, MODEL, POSITIVE, REFUSED_STUDY, STUDY, UNCERTAIN


def read(results, folder):
    path = folder / "results.parquet"
    write_parquet(results, path, model=MODEL)
    return pyarrow.parquet.read_table(path)


def test_every_result_has_its_row_with_the_values_of_the_csv(tmp_path):
    results = [*ALL, UNCERTAIN, STUDY, REFUSED_STUDY]
    lists = ("warnings", "key_slices")
    for row, result in zip(read(iter(results), tmp_path).to_pylist(), results, strict=True):
        expected = dict(zip(COLUMNS, cells_of(result), strict=True))
        assert {name: row[name] for name in COLUMNS if name not in lists} == {
            name: expected[name] for name in COLUMNS if name not in lists
        }


def test_text_is_not_guarded_against_formulas_as_in_csv(tmp_path):
    assert read(ALL, tmp_path).column("input").to_pylist() == [
        "scans/head <1>.png",
        "b.dcm",
        "knee.png",
        "=1+1.png",
    ]


def test_codes_and_key_slices_are_lists(tmp_path):
    warned = replace(POSITIVE, warnings=(Notice("a.one", "One."), Notice("b.two", "Two.")))
    slice_row, study_row = read([warned, STUDY], tmp_path).to_pylist()
    assert slice_row["warnings"] == ["a.one", "b.two"]
    assert slice_row["key_slices"] is None
    assert study_row["key_slices"] == ["b.dcm"]
    assert (study_row["slices"], study_row["volume_ml"]) == (3, 12.5)


def test_the_types_are_the_same_whatever_is_known(tmp_path):
    full, empty = read([STUDY, POSITIVE], tmp_path).schema, read([], tmp_path).schema
    assert full == empty
    assert tuple(full.names) == COLUMNS
    assert full.field("probability").type == pyarrow.float64()
    assert full.field("subdural").type == pyarrow.float64()
    assert full.field("slices").type == pyarrow.int64()
    assert full.field("status").type == pyarrow.string()
    assert full.field("warnings").type == pyarrow.list_(pyarrow.string())


def test_the_file_says_what_scored_and_that_it_is_for_research_alone(tmp_path):
    said = read(ALL, tmp_path).schema.metadata
    assert said[b"research_use_only"].startswith(b"Research use only")
    assert said[b"schema_version"].decode() == SCHEMA_VERSION
    assert json.loads(said[b"model"]) == MODEL


def test_a_number_that_is_no_probability_is_not_written(tmp_path):
    with pytest.raises(BundleError, match=r"result\.not_a_probability"):
        write_parquet([replace(POSITIVE, probability=1.5)], tmp_path / "results.parquet", model=MODEL)
    assert list(tmp_path.iterdir()) == []


def test_without_the_extra_it_says_how_to_get_it(tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "pyarrow", None)
    with pytest.raises(MissingExtraError, match=r'Parquet needs .* Run: pip install "hemoscope\[parquet\]"'):
        write_parquet(ALL, tmp_path / "results.parquet", model=MODEL)
    assert list(tmp_path.iterdir()) == []


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=50)
@given(name=st.text(st.characters(exclude_categories=()) | st.just("\udce4"), min_size=1))
def test_any_name_can_be_written(tmp_path, name):
    written = read([SliceResult(name, Status.FAILED)], tmp_path).column("input").to_pylist()
    assert written == [name.encode("utf-8", "backslashreplace").decode()]
