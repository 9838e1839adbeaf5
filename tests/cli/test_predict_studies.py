"""hemoscope predict on studies, as a user types it."""

import csv
import json
import os
import re
import signal
import subprocess
import sys
import time
from pathlib import Path

import jsonschema
import pyarrow.parquet
import pytest
from click.testing import CliRunner, Result

from hemoscope.cli import main
from hemoscope.datasets.phantom.volume import PhantomSettings, make_phantom
from hemoscope.terms import Label
from hemoscope.writing.dicom import write_series
from tests.results.test_document import SCHEMA


def run(*arguments: object) -> Result:
    return CliRunner().invoke(main, ["predict", *map(str, arguments)])


def write_studies(folder: Path, count: int, *, slices: int = 3) -> Path:
    for number in range(count):
        phantom = make_phantom(
            PhantomSettings(size=96, slices=slices, spacing_mm=2.4, seed=number, bleeds=(Label.SUBDURAL,))
        )
        write_series(phantom.hu, folder / f"study{number}", spacing=phantom.spacing, name=f"study {number}")
    return folder


@pytest.fixture(scope="module")
def studies(tmp_path_factory) -> Path:
    return write_studies(tmp_path_factory.mktemp("studies"), 3)


def test_a_folder_of_studies_gives_an_answer_for_each(studies):
    document = json.loads(run(studies, "--json").stdout)
    jsonschema.validate(document, SCHEMA)
    assert [Path(study["input"]).name for study in document["studies"]] == ["study0", "study1", "study2"]
    assert [len(study["slices"]) for study in document["studies"]] == [3, 3, 3]
    assert document["results"] == []


def test_the_table_tells_the_slices_and_the_page_shows_the_key_slices(studies, tmp_path):
    page = tmp_path / "out.html"
    result = run(studies / "study0", "--html", page, "--csv", tmp_path / "out.csv")
    assert result.exit_code == 0
    assert "3 slices; highest at" in " ".join(result.stdout.split())
    assert "1 scored, 0 refused, 0 failed" in result.stdout
    text = page.read_text(encoding="utf-8")
    assert "Probability of each slice, from feet to head" in text
    assert len(re.findall(r'<rect class="bar"', text)) == 3
    assert 1 <= text.count("<figure>") <= 3
    with (tmp_path / "out.csv").open() as stream:
        row = next(csv.DictReader(stream))
    assert row["slices"] == "3"
    assert row["key_slices"].startswith("slice-")


def test_slices_by_themselves_are_scored_where_they_are_asked_for(studies):
    document = json.loads(run(studies / "study0", "--slices", "--json").stdout)
    assert document["studies"] == []
    assert [Path(one["input"]).name for one in document["results"]] == [f"slice-00{n}.dcm" for n in (1, 2, 3)]


def test_answers_are_kept_as_they_come_and_gone_on_with(studies, tmp_path):
    journal = tmp_path / "out.jsonl"
    assert run(studies / "study0", "--out", journal).exit_code == 0
    first = journal.read_bytes()
    refused = run(studies, "--out", journal)
    assert refused.exit_code == 2
    assert "Error [output.exists]" in refused.stderr
    result = run(studies, "--out", journal, "--resume", "--json")
    assert result.exit_code == 0
    assert "Going on: 1 inputs have their answer." in result.stderr
    assert journal.read_bytes().startswith(first)
    lines = [json.loads(line) for line in journal.read_bytes().splitlines()]
    assert [Path(line["study"]["input"]).name for line in lines[1:]] == ["study0", "study1", "study2"]
    assert [line["study"] for line in lines[1:]] == json.loads(result.stdout)["studies"]


def test_the_parquet_table_of_a_batch_that_was_gone_on_with_holds_each_input_once(studies, tmp_path):
    journal, table = tmp_path / "out.jsonl", tmp_path / "out.parquet"
    assert run(studies / "study1", "--out", journal).exit_code == 0
    assert run(studies, "--out", journal, "--resume", "--parquet", table).exit_code == 0
    rows = pyarrow.parquet.read_table(table).to_pylist()
    assert sorted(Path(row["input"]).name for row in rows) == ["study0", "study1", "study2"]
    assert {row["slices"] for row in rows} == {3}


def test_parquet_without_its_extra_stops_before_anything_is_scored(studies, tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "pyarrow", None)
    result = run(studies / "study0", "--out", tmp_path / "out.jsonl", "--parquet", tmp_path / "out.parquet")
    assert result.exit_code == 1
    assert 'pip install "hemoscope[parquet]"' in result.stderr
    assert "install.missing_extra" in result.stderr
    assert list(tmp_path.glob("out.*")) == []


def test_going_on_without_a_file_is_a_usage_error(studies):
    result = run(studies, "--resume")
    assert result.exit_code == 2
    assert "--resume goes on with the file of --out" in result.stderr


@pytest.mark.slow
def test_a_batch_that_is_killed_and_gone_on_with_answers_each_study_once(tmp_path):
    folder, journal = write_studies(tmp_path / "in", 12, slices=6), tmp_path / "out.jsonl"
    command = [sys.executable, "-m", "hemoscope", "predict", str(folder), "--out", str(journal)]
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as process:
        while process.poll() is None and (not journal.exists() or journal.read_bytes().count(b"\n") < 4):
            time.sleep(0.01)
        os.kill(process.pid, signal.SIGKILL)
    assert process.returncode == -signal.SIGKILL
    answered = journal.read_bytes().count(b"\n") - 1
    assert 3 <= answered < 12
    subprocess.run([*command, "--resume"], check=True, capture_output=True)
    lines = [json.loads(line) for line in journal.read_bytes().splitlines()[1:]]
    names = [Path(line["study"]["input"]).name for line in lines]
    assert sorted(names) == sorted(f"study{number}" for number in range(12))


def full_after(size: int, *arguments: object) -> "subprocess.CompletedProcess[str]":
    """Run a command on a disk that takes no file longer than that."""
    limited = (
        "import resource, sys\n"
        f"resource.setrlimit(resource.RLIMIT_FSIZE, ({size}, resource.RLIM_INFINITY))\n"
        "from hemoscope.cli import main\n"
        "main()\n"
    )
    command = [sys.executable, "-c", limited, *map(str, arguments)]
    return subprocess.run(command, capture_output=True, text=True, check=False)


def test_a_disk_that_fills_up_in_the_middle_of_a_batch_costs_no_answer(studies, tmp_path):
    journal = tmp_path / "out.jsonl"
    whole = json.loads(run(studies, "--json", "--out", journal).stdout)["studies"]
    lines = journal.read_bytes().splitlines(keepends=True)
    size = sum(map(len, lines[:3])) + 200  # two answers, and a part of the third
    journal.unlink()
    full = full_after(size, "predict", studies, "--out", journal)
    assert full.returncode == 2
    assert "Error [output.cannot_write]: 'out.jsonl' cannot be written: File too large." in full.stderr
    assert "Traceback" not in full.stderr
    assert journal.read_bytes()[:size] == b"".join(lines)[:size]
    document = json.loads(run(studies, "--json", "--out", journal, "--resume").stdout)
    assert document["studies"] == whole
    assert len(journal.read_bytes().splitlines()) == 4


@pytest.mark.parametrize("option", ["--csv", "--html"])
def test_a_full_disk_is_said_of_every_other_file_too(studies, tmp_path, option):
    full = full_after(100, "predict", studies / "study0", option, tmp_path / "answers")
    assert full.returncode == 1
    assert "Error [output.cannot_write]:" in full.stderr
    assert "Traceback" not in full.stderr
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("option", ["--csv", "--html", "--explain", "--out"])
def test_a_place_below_a_file_is_said_to_be_none(studies, tmp_path, option):
    (tmp_path / "file").write_bytes(b"")
    result = run(studies / "study0", option, tmp_path / "file" / "answers")
    assert result.exit_code in (1, 2)
    assert "Error [output." in result.stderr
    assert "cannot be written" in result.stderr


def test_a_place_that_cannot_be_opened_is_answered_for_once_and_costs_the_others_nothing(studies, tmp_path):
    torn, journal = tmp_path / "torn.zip", tmp_path / "out.jsonl"
    torn.write_bytes(b"PK\x03\x04 and no more")
    for resume in ((), ("--resume",)):
        result = run(torn, studies / "study0", "--json", "--out", journal, *resume)
        assert result.exit_code == 3
        document = json.loads(result.stdout)
        assert [one["status"] for one in document["results"]] == ["failed"]
        assert [one["status"] for one in document["studies"]] == ["scored"]
