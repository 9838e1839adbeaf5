"""hemoscope deidentify as a user types it."""

import json

import numpy as np
import pytest
from click.testing import CliRunner, Result

from hemoscope.cli import main
from tests.deidentification.conftest import write
from tests.reading.conftest import head

pytest.importorskip("dicomanonymizer")


def run(*arguments: object) -> Result:
    return CliRunner().invoke(main, ["deidentify", *map(str, arguments)])


def test_a_study_is_written_and_the_key_is_made(tmp_path):
    write(tmp_path / "in", np.stack([head()] * 2))
    result = run(tmp_path / "in", "--out", tmp_path / "out", "--key", tmp_path / "key")
    assert result.exit_code == 0, result.output
    assert result.stdout == "2 of 2 files written without the patient.\n"
    assert (tmp_path / "key").is_file()
    assert len(list((tmp_path / "out").rglob("*.dcm"))) == 2


def test_without_a_key_one_is_kept_in_the_users_data(tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "home"))
    write(tmp_path / "in", head()[np.newaxis])
    assert run(tmp_path / "in", "--out", tmp_path / "out").exit_code == 0
    assert (tmp_path / "home" / "hemoscope" / "deidentify.key").is_file()


def test_what_was_not_written_is_told_and_the_rest_is_written(tmp_path):
    paths = write(tmp_path / "in", np.stack([head()] * 2))
    paths[0].write_bytes(paths[0].read_bytes()[:300])
    result = run(tmp_path / "in", "--out", tmp_path / "out", "--key", tmp_path / "key", "--json")
    document = json.loads(result.stdout)
    assert result.exit_code == 3
    assert document["written"] == 1
    assert [one["error"] is None for one in document["files"]] == [False, True]
    assert f"[{document['files'][0]['error']['code']}]" in result.stderr


def test_a_place_that_is_not_there_is_a_usage_error(tmp_path):
    result = run(tmp_path / "none", "--out", tmp_path / "out", "--key", tmp_path / "key")
    assert result.exit_code == 2
    assert "input.not_found" in result.stderr
