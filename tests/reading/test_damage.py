"""Any damage to any file ends in an answer or a code."""

import importlib
import subprocess
import sys
from pathlib import Path

FUZZ = Path(__file__).resolve().parents[2] / "benchmarks" / "fuzz.py"


def test_damaged_files_end_in_answers_and_codes():
    """A small part of what `benchmarks/fuzz.py` does: it ends with 1 where anything else was found."""
    done = subprocess.run(
        [sys.executable, FUZZ, "--inputs", "400", "--seed", "1000"], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout
    assert "400 damaged files" in done.stdout
    assert "read and prepared" in done.stdout
    assert "found: 0" in done.stdout


def test_an_input_follows_from_its_seed_and_number(monkeypatch):
    monkeypatch.syspath_prepend(FUZZ.parent)
    mutations = importlib.import_module("mutations")
    first, again = mutations.seed_files(), mutations.seed_files()
    assert first == again
    damaged = [mutations.mutated(first, seed=3, number=number) for number in range(40)]
    assert damaged == [mutations.mutated(again, seed=3, number=number) for number in range(40)]
    assert len({file.data for file in damaged} - {file.data for file in first}) >= 38
