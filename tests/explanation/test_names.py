"""Names that any file system takes."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hemoscope.explanation.names import UniqueNames


@pytest.mark.parametrize(
    ("name", "safe"),
    [
        ("scan.dcm", "scan"),
        ("head.nii.gz", "head"),
        ("1.2.840.113", "1.2.840.113"),
        ("head.nii.gz[12]", "head.nii.gz_12_"),
        ("study #2", "study_2"),
        ("頭.png", "input"),
        ("..", "input"),
        (".png", "png"),
        ("con", "_con"),
        ("LPT1.txt", "_LPT1.txt"),
        ("console", "console"),
    ],
)
def test_a_name_keeps_what_any_system_takes(name, safe):
    assert UniqueNames().take(name) == safe


def test_names_that_differ_only_in_case_or_suffix_are_numbered():
    names = UniqueNames()
    assert [names.take(name) for name in ("a.png", "A.dcm", "a", "a-2")] == ["a", "A-2", "a-3", "a-2-2"]


@given(st.lists(st.text(max_size=200), min_size=1, max_size=20))
def test_any_names_become_as_many_files_in_one_folder(names):
    taken = UniqueNames()
    safe = [taken.take(name) for name in names]
    assert len({one.casefold() for one in safe}) == len(names)
    assert all(Path(one).name == one and 0 < len(one) < 90 and not one.startswith(".") for one in safe)
