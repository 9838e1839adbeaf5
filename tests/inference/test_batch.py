"""From names to files."""

from pathlib import Path

import pytest

from hemoscope.errors import InputError
from hemoscope.inference.batch import find_inputs
from tests.datasets.layouts import write_kaggle


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return write_kaggle(tmp_path / "set", each=2)


def test_a_folder_gives_its_pictures_and_not_its_label_file(folder):
    assert [path.name for path in find_inputs([folder])] == ["000.png", "001.png", "002.png", "003.png"]


def test_a_pattern_gives_what_it_matches(folder):
    assert [path.name for path in find_inputs([str(folder / "**" / "00[12].png")])] == ["001.png", "002.png"]


def test_a_file_named_twice_is_scored_once(folder):
    one = folder / "head_ct" / "head_ct" / "001.png"
    assert find_inputs([one, folder, one])[0] == one
    assert len(find_inputs([one, folder, one])) == 4


def test_a_file_that_is_not_there_is_kept_so_that_it_gets_its_own_answer(tmp_path):
    assert find_inputs([tmp_path / "gone.png"]) == [tmp_path / "gone.png"]


def test_a_name_with_brackets_is_a_file_before_it_is_a_pattern(tmp_path):
    odd = tmp_path / "slice[1].png"
    odd.write_bytes(b"x")
    assert find_inputs([odd]) == [odd]


def test_a_folder_without_pictures_is_an_error(tmp_path):
    (tmp_path / "notes.txt").write_text("nothing to see")
    with pytest.raises(InputError, match=r"found none\. Name a folder that holds .*\[input\.no_images\]"):
        find_inputs([tmp_path])


def test_a_pattern_that_matches_nothing_is_an_error(tmp_path):
    with pytest.raises(InputError, match=r"Nothing matches .*\[input\.not_found\]"):
        find_inputs([str(tmp_path / "*.dcm")])
