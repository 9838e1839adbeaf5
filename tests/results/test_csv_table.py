"""CSV: a row per input, safe to open in a spreadsheet."""

import csv
import io
import math
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hemoscope.errors import BundleError
from hemoscope.records import Notice, SliceResult, Status
from hemoscope.results.csv_table import COLUMNS, write_csv

from .sample import ALL, POSITIVE, REFUSED_STUDY, STUDY, UNCERTAIN, scored, unanswered


def read(path):
    with path.open(newline="", encoding="utf-8") as stream:
        return list(csv.DictReader(stream))


def written(results):
    stream = io.StringIO(newline="")
    write_csv(results, stream)
    return stream.getvalue()


def test_the_header_is_the_documented_one():
    assert written([]) == (
        "input,status,probability,decision,operating_point,threshold,epidural,intraparenchymal,intraventricular,"
        "subarachnoid,subdural,warnings,error_code,error_message,next_step,uncertain_from,slices,key_slices,volume_ml\r\n"
    )


def test_every_kind_of_result_has_its_row():
    assert written(ALL).splitlines()[1:] == [
        "scans/head <1>.png,scored,0.873,positive,balanced,0.4,,,,,,picture.hu_unknown,,,,,,,",
        "b.dcm,scored,0.05,negative,balanced,0.4,0.01,,,,0.04,,,,,,,,",
        "knee.png,refused,,,,,,,,,,,gate.no_head,Found no skull.,Choose a head.,,,,",
        "'=1+1.png,failed,,,,,,,,,,,read.empty,It has no bytes.,Fetch it again.,,,,",
    ]


def test_a_study_has_a_row_with_its_slices_and_its_volume():
    row = next(csv.DictReader(io.StringIO(written([STUDY]), newline="")))
    assert (row["input"], row["probability"], row["decision"]) == ("scans/study", "0.9", "positive")
    assert (row["slices"], row["key_slices"], row["volume_ml"], row["subdural"]) == ("3", "b.dcm", "12.5", "0.8")
    assert written([REFUSED_STUDY]).splitlines()[1].endswith("study.no_brain,Found no brain.,Choose a head.,,0,,")


def test_an_uncertain_result_has_both_ends_of_its_band():
    row = next(csv.DictReader(io.StringIO(written([UNCERTAIN]), newline="")))
    assert (row["decision"], row["operating_point"], row["uncertain_from"], row["threshold"]) == (
        "uncertain",
        "abstain",
        "0.1",
        "0.8",
    )


def test_a_file_holds_what_a_stream_gets(tmp_path):
    write_csv(iter(ALL), tmp_path / "results.csv")
    assert (tmp_path / "results.csv").read_bytes().decode("utf-8") == written(ALL)


def test_codes_of_several_warnings_are_joined(tmp_path):
    result = replace(POSITIVE, warnings=(Notice("a.one", "One."), Notice("b.two", "Two.")))
    write_csv([result], tmp_path / "results.csv")
    assert read(tmp_path / "results.csv")[0]["warnings"] == "a.one;b.two"


@pytest.mark.parametrize("name", ["=cmd()", "+1.png", "-1.png", "@SUM(A1)", "\t=1", "\r=1", "\n=1", "＝1", "'quoted"])
def test_a_name_that_a_spreadsheet_would_run_is_disarmed(tmp_path, name):
    write_csv([SliceResult(name, Status.FAILED)], tmp_path / "results.csv")
    assert read(tmp_path / "results.csv")[0]["input"] == f"'{name}"


@pytest.mark.parametrize("name", ["scan.png", "a=b.png", "./-1.png", "頭部.png", "hémo, \"two\".png"])  # fmt: skip
def test_a_harmless_name_is_kept_as_it_is(tmp_path, name):
    write_csv([SliceResult(name, Status.FAILED)], tmp_path / "results.csv")
    assert read(tmp_path / "results.csv")[0]["input"] == name


@given(st.lists(scored | unanswered, max_size=4))
def test_taking_one_apostrophe_away_gives_every_name_back(results):
    rows = list(csv.DictReader(io.StringIO(written(results), newline="")))
    assert all(tuple(row) == COLUMNS for row in rows)
    assert [row["input"].removeprefix("'") for row in rows] == [result.input for result in results]
    assert [row["probability"] for row in rows] == [
        "" if result.probability is None else repr(float(result.probability)) for result in results
    ]


def test_a_name_that_is_no_utf_8_does_not_stop_the_others(tmp_path):
    name = b"h\xe4mo.png".decode("utf-8", "surrogateescape")
    write_csv([SliceResult(name, Status.FAILED), *ALL], tmp_path / "results.csv")
    assert [row["input"] for row in read(tmp_path / "results.csv")][:2] == ["h\\udce4mo.png", "scans/head <1>.png"]


def test_what_is_no_probability_leaves_no_file(tmp_path):
    with pytest.raises(BundleError, match=r"received nan"):
        write_csv([replace(POSITIVE, probability=math.nan)], tmp_path / "results.csv")
    assert list(tmp_path.iterdir()) == []


def test_no_temporary_file_stays_behind(tmp_path):
    write_csv(ALL, tmp_path / "results.csv")
    assert [path.name for path in tmp_path.iterdir()] == ["results.csv"]
