"""A CSV of path and label is a collection; what is wrong with it is said with its line."""

from pathlib import Path

import pytest

from hemoscope.datasets.items import UNKNOWN, Level, Place
from hemoscope.datasets.load import load_collection
from hemoscope.errors import DatasetError, InputError

from .layouts import write_kaggle, write_table
from .public_sets import write_bhsd


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return write_table(tmp_path / "set", each=2)


def rewrite(folder: Path, text: str) -> Path:
    (folder / "labels.csv").write_text(text, encoding="utf-8")
    return folder


def test_groups_and_every_other_column_are_kept_with_their_slice(folder):
    collection = load_collection(folder)
    assert (collection.name, collection.layout) == ("set", "table")
    assert collection.groups == ("patient-0", "patient-0", "patient-1", "patient-1")
    assert [item.details for item in collection] == [(("scanner", scanner),) for scanner in "AABB"]


def test_a_table_of_any_name_may_lie_elsewhere_and_its_slices_are_named_from_there(folder, tmp_path):
    table = tmp_path / "external.csv"
    table.write_text("path;label\nset/0.png;0\n" + f"{folder / '1.png'};1\n")
    collection = load_collection(table)
    assert collection.name == "external"
    assert [(item.key, item.label, item.group) for item in collection] == [
        ("set/0.png", 0, "set/0.png"),
        ("set/1.png", 1, "set/1.png"),
    ]


def test_a_table_as_a_spreadsheet_writes_it_is_read(folder):
    text = '\ufeffpath, label ,note,\r\n"0.png",0,"a, b",\r\n1.png,1,,\r\n,,,\r\n'
    (folder / "labels.csv").write_bytes(text.encode())
    collection = load_collection(folder)
    assert [item.details for item in collection] == [(("note", "a, b"),), (("note", ""),)]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("path,label\n0.png,yes\n", r"labels\.csv, line 2: expected 0 or 1; received 'yes'.*\[data\.bad_label\]"),
        ("path,label\n0.png,0\n\n9.png,1\n", r"line 4: there is no file '9\.png'.*\[data\.missing_file\]"),
        ("path,label\n,1\n", r"line 2: there is no file ''.*\[data\.missing_file\]"),
        ("path,label,group\n0.png,0,a\n1.png,1,\n", r"line 3: the group is empty.*\[data\.no_group\]"),
        ("path,label\n0.png,0\n./0.png,1\n", r"'0\.png' stands twice.*\[data\.repeated_key\]"),
        ("path,label\n0.png,0\n2.png,0\n", r"found 0 with and 2 without.*\[data\.one_class\]"),
        ("path,label\n", r"found 0 with and 0 without.*\[data\.one_class\]"),
        ("path,label,label\n0.png,0,0\n", r"its header names a column twice.*\[data\.unreadable_table\]"),
        ("path,label\n0.png,0,1\n", r"line 2 has 3 cells, the header 2.*\[data\.unreadable_table\]"),
        ('path,label\n"0.png,0\n', r"labels\.csv cannot be read as a table: unexpected end.*one header line"),
    ],
)
def test_what_is_wrong_is_named_with_its_place_and_the_next_step(folder, text, message):
    with pytest.raises(DatasetError, match=message):
        load_collection(rewrite(folder, text))


def test_a_table_without_its_columns_is_an_error_that_names_those_it_has(folder):
    table = folder / "other.csv"
    table.write_text("file,any\n0.png,0\n")
    with pytest.raises(DatasetError, match=r'"path" and "label" in other\.csv; received file, any.*\[data\.columns\]'):
        load_collection(table)


@pytest.mark.parametrize("write", [write_kaggle, write_table])
def test_a_label_file_that_is_no_text_is_a_clear_error_in_every_layout(write, tmp_path):
    labels = write(tmp_path / "drawn", each=1) / "labels.csv"
    labels.write_bytes(labels.read_bytes() + b"\xff\xfe\x00")
    with pytest.raises(
        DatasetError, match=r"labels\.csv cannot be read as a table: it is no UTF-8 text\. Save it as CSV"
    ):
        load_collection(tmp_path / "drawn")


def test_a_picture_is_neither_a_folder_nor_a_table(folder):
    with pytest.raises(InputError, match=r"Expected a folder or a CSV; '0\.png' is neither.*\[input\.not_a_folder\]"):
        load_collection(folder / "0.png")


def test_columns_of_subtypes_study_and_position_are_understood(folder):
    rows = "0.png,0,a,s1,,,5\n1.png,1,a,s1,1,0,10.5\n2.png,0,b,,,,\n"
    (folder / "labels.csv").write_text("path,label,group,study,subdural,epidural,position\n" + rows)
    first, second, third = load_collection(folder)
    assert first.targets == (0,) * 6
    assert second.targets == (1, 0, UNKNOWN, UNKNOWN, UNKNOWN, 1)
    assert (first.place, third.place) == (Place("s1", position=5.0), None)
    assert second.details == ()


def test_a_slice_of_a_volume_is_named_by_its_frame(tmp_path):
    write_bhsd(tmp_path)
    volume = next((tmp_path / "images").iterdir()).relative_to(tmp_path)
    (tmp_path / "labels.csv").write_text(f"path,label,frame\n{volume},1,0\n{volume},0,1\n")
    collection = load_collection(tmp_path)
    assert [(item.key, item.frame) for item in collection] == [(f"{volume}#0", 0), (f"{volume}#1", 1)]
    assert collection.items[1].read().pixels.shape == (128, 128)


@pytest.mark.parametrize(
    ("cells", "message"),
    [
        ("1,yes,,", r"line 2: expected 0, 1 or nothing as subdural where label is 1; received 'yes'"),
        ("0,1,,", r"line 2: expected no subdural where label is 0; received '1'"),
        ("1,1,high,", r"line 2: expected a number as position; received 'high'"),
        ("1,1,,-1", r"line 2: expected a number as frame; received '-1'.*slices of a volume count from 0"),
    ],
)
def test_what_is_wrong_with_these_columns_is_named(folder, cells, message):
    with pytest.raises(DatasetError, match=message):
        load_collection(rewrite(folder, f"path,label,subdural,position,frame\n0.png,{cells}\n"))


def test_labels_may_speak_of_whole_studies(folder):
    rows = "0.png,0,s1,study\n1.png,0,s1,study\n2.png,1,s2,study\n"
    collection = load_collection(rewrite(folder, "path,label,study,level\n" + rows))
    assert collection.level is Level.STUDY
    assert [item.details for item in collection] == [()] * 3
    assert load_collection(rewrite(folder, "path,label,level\n0.png,0,\n1.png,1,slice\n")).level is Level.SLICE


@pytest.mark.parametrize(
    "rows", ["0.png,0,s1,study\n1.png,1,s2,slice\n", "0.png,0,s1,study\n1.png,1,,study\n", "0.png,0,s1,patient\n"]
)
def test_a_table_of_mixed_levels_is_refused(folder, rows):
    with pytest.raises(DatasetError, match=r"expected slice in every line as level, or study in every line"):
        load_collection(rewrite(folder, "path,label,study,level\n" + rows))
