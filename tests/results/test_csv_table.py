"""CSV: a row per input, safe to open in a spreadsheet."""

import csv

from hemoscope.results.csv_table import COLUMNS, write_csv

from .sample import ALL


def read(path):
    with path.open(newline="", encoding="utf-8") as stream:
        return list(csv.DictReader(stream))


def test_every_input_has_a_row_with_every_column(tmp_path):
    write_csv(ALL, tmp_path / "results.csv")
    rows = read(tmp_path / "results.csv")
    assert [row["status"] for row in rows] == ["scored", "scored", "refused", "failed"]
    assert all(tuple(row) == COLUMNS for row in rows)
    assert (rows[0]["probability"], rows[0]["decision"], rows[0]["threshold"]) == ("0.873", "positive", "0.4")
    assert rows[0]["warnings"] == "picture.hu_unknown"
    assert (rows[1]["subdural"], rows[1]["subarachnoid"]) == ("0.04", "")
    assert (rows[2]["error_code"], rows[2]["next_step"]) == ("gate.no_head", "Choose a head.")


def test_a_name_that_a_spreadsheet_would_run_is_disarmed(tmp_path):
    write_csv(ALL, tmp_path / "results.csv")
    assert read(tmp_path / "results.csv")[3]["input"] == "'=1+1.png"


def test_no_temporary_file_stays_behind(tmp_path):
    write_csv(ALL, tmp_path / "results.csv")
    assert [path.name for path in tmp_path.iterdir()] == ["results.csv"]
