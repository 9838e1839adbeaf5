"""The journal keeps what was answered, whatever happens next."""

import errno
import json
import os

import pytest

from hemoscope.errors import InputError
from hemoscope.results.journal import Journal

from .sample import MODEL, POSITIVE, REFUSED, REFUSED_STUDY, STUDY


def write(path, *results):
    with Journal(path, model=MODEL) as journal:
        for result in results:
            journal.add(result)


def read(path):
    with Journal(path, model=MODEL, resume=True) as journal:
        return journal.results


def test_what_was_added_is_there_when_the_journal_is_opened_again(tmp_path):
    write(tmp_path / "out.jsonl", STUDY, POSITIVE)
    with Journal(tmp_path / "out.jsonl", model=MODEL, resume=True) as again:
        assert again.results == [STUDY, POSITIVE]
        assert STUDY.key in again
        assert REFUSED_STUDY.key not in again
        again.add(REFUSED_STUDY)
    assert read(tmp_path / "out.jsonl") == [STUDY, POSITIVE, REFUSED_STUDY]


def test_a_result_is_on_the_disk_before_the_next_is_begun(tmp_path):
    with Journal(tmp_path / "out.jsonl", model=MODEL) as journal:
        journal.add(POSITIVE)
        lines = (tmp_path / "out.jsonl").read_text(encoding="utf-8").splitlines()
    assert json.loads(lines[0])["research_use_only"].startswith("Research use only")
    assert json.loads(lines[1])["result"]["input"] == POSITIVE.input


@pytest.mark.parametrize("torn", [1, 20, 200])
def test_a_line_that_a_kill_tore_is_dropped_and_written_again(tmp_path, torn):
    path = tmp_path / "out.jsonl"
    write(path, REFUSED, STUDY)
    path.write_bytes(path.read_bytes()[:-torn])
    with Journal(path, model=MODEL, resume=True) as again:
        assert again.results == [REFUSED]
        again.add(STUDY)
    assert read(path) == [REFUSED, STUDY]


def test_a_file_that_is_there_is_not_written_to_unless_told_so(tmp_path):
    write(tmp_path / "out.jsonl", POSITIVE)
    before = (tmp_path / "out.jsonl").read_bytes()
    with pytest.raises(InputError, match="--resume") as error:
        Journal(tmp_path / "out.jsonl", model=MODEL)
    assert error.value.code == "output.exists"
    assert (tmp_path / "out.jsonl").read_bytes() == before


def test_answers_of_another_model_are_not_mixed_in(tmp_path):
    write(tmp_path / "out.jsonl", POSITIVE)
    with pytest.raises(InputError) as error:
        Journal(tmp_path / "out.jsonl", model=MODEL | {"bundle_sha256": "1" * 64}, resume=True)
    assert error.value.code == "journal.other_model"


@pytest.mark.parametrize("content", [b"notes\n", b'{"schema": "other"}\n', b"[1]\n", b'{"schema": 3}\n{}\n'])
def test_a_file_that_is_no_journal_stays_as_it_is(tmp_path, content):
    path = tmp_path / "notes.txt"
    path.write_bytes(content)
    with pytest.raises(InputError) as error:
        Journal(path, model=MODEL, resume=True)
    assert error.value.code == "journal.malformed"
    assert path.read_bytes() == content


def test_a_full_disk_is_said_and_costs_nothing_that_was_answered(tmp_path, monkeypatch):
    def full(_):
        raise OSError(errno.ENOSPC, "No space left on device")

    with Journal(tmp_path / "out.jsonl", model=MODEL) as journal:
        journal.add(STUDY)
        with monkeypatch.context() as patch:
            patch.setattr(os, "fsync", full)
            with pytest.raises(InputError, match=r"'out\.jsonl' cannot be written: No space .*--resume.*cannot_write"):
                journal.add(POSITIVE)
        assert POSITIVE.key not in journal
    assert read(tmp_path / "out.jsonl")[0] == STUDY


def test_a_place_that_cannot_be_written_is_said(tmp_path):
    with pytest.raises(InputError, match=r"\[output\.cannot_write\]"):
        Journal(tmp_path / "no" / "out.jsonl", model=MODEL)
