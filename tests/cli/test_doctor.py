"""hemoscope doctor as a user types it."""

import getpass
import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from hemoscope.cli import main
from hemoscope.inference.doctor import packages


def run(*arguments: str) -> Result:
    return CliRunner().invoke(main, ["doctor", *arguments])


def test_all_is_well_here_and_the_table_says_so():
    result = run()
    assert result.exit_code == 0, result.output
    assert "Scoring works." in result.stdout
    for topic in ("packages", "model", "decoders", "machine", "extras", "speed"):
        assert f"\n{topic}" in f"\n{result.stdout}"


def test_json_alone_stands_on_stdout():
    result = run("--json", "--no-speed")
    document = json.loads(result.stdout)
    assert result.exit_code == 0
    assert document["works"] is True
    assert "speed" not in {check["topic"] for check in document["checks"]}


def test_no_path_and_no_user_is_told():
    told = run("--json", "--no-speed").stdout
    assert str(Path.home()) not in told
    assert str(Path.cwd()) not in told
    if len(getpass.getuser()) > 4:  # "root" may stand in a word
        assert getpass.getuser() not in told


def test_what_the_base_install_lacks_ends_with_code_1(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setitem(packages.BASE, "pyjpegls", "no_such_module")
    result = run("--no-speed")
    assert result.exit_code == 1
    told = " ".join(result.stdout.split())
    assert "Scoring does not work as it should." in told
    assert "not ok: packages pyjpegls" in told
    assert "○ missing Not installed. pip install pyjpegls" in told
