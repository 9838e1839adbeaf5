"""Layouts are recognized; what is wrong with one is said with its line."""

from dataclasses import replace
from pathlib import Path

import pytest

from hemoscope.datasets.items import Collection, Level, require_slice_labels
from hemoscope.datasets.load import load_collection, read_groups
from hemoscope.errors import DatasetError, InputError

from .layouts import write_class_folders, write_kaggle, write_table
from .public_sets import write_bhsd, write_ct_ich, write_rsna


@pytest.fixture(params=[write_kaggle, write_class_folders, write_table], ids=["kaggle", "class folders", "table"])
def folder(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    """One folder of each layout: what every reader of a layout must keep."""
    return request.param(tmp_path / "set", each=3)


def test_every_layout_gives_items_with_a_file_a_label_and_a_group(folder):
    collection = load_collection(folder)
    assert isinstance(collection, Collection)
    assert len(collection) == 6
    assert sorted(collection.labels) == [0, 0, 0, 1, 1, 1]
    assert all(item.path.is_file() and item.group for item in collection)
    assert len({item.key for item in collection}) == 6


def test_every_layout_hashes_its_bytes_and_labels_wherever_it_lies(folder, tmp_path):
    before = load_collection(folder).data_hash()
    moved = folder.rename(tmp_path / "elsewhere")
    assert load_collection(moved).data_hash() == before
    first = load_collection(moved).items[0].path
    first.write_bytes(first.read_bytes() + b"\0")
    assert load_collection(moved).data_hash() != before


@pytest.mark.real_data
def test_the_200_image_set_is_recognized_with_100_of_each(two_hundred):
    collection = load_collection(two_hundred)
    assert (collection.layout, len(collection), sum(collection.labels)) == ("kaggle", 200, 100)
    assert collection.items[7].path.name == "007.png"


@pytest.mark.real_data
def test_the_groups_file_of_the_200_makes_109_groups(two_hundred, real_data):
    collection = load_collection(two_hundred, groups_file=real_data / "kaggle-head-ct-hemorrhage-groups.csv")
    assert len(set(collection.groups)) == 109


def test_a_label_that_is_neither_0_nor_1_is_named_with_its_line(tmp_path):
    folder = write_kaggle(tmp_path / "set", each=2)
    (folder / "labels.csv").write_text("id, hemorrhage\n0,1\n1,maybe\n")
    with pytest.raises(DatasetError, match=r"labels\.csv, line 3: expected 0 or 1; received 'maybe'"):
        load_collection(folder)


def test_a_label_without_a_picture_is_named_with_its_line(tmp_path):
    folder = write_kaggle(tmp_path / "set", each=2)
    (folder / "head_ct" / "head_ct" / "003.png").unlink()
    with pytest.raises(DatasetError, match=r"line 5: there is no picture for id '3'.*\[data\.missing_file\]"):
        load_collection(folder)


def test_a_repeated_id_is_an_error(tmp_path):
    folder = write_kaggle(tmp_path / "set", each=2)
    with (folder / "labels.csv").open("a") as stream:
        stream.write("0,1\n")
    with pytest.raises(DatasetError, match=r"'0' stands twice.*\[data\.repeated_key\]"):
        load_collection(folder)


def test_one_class_alone_is_an_error(tmp_path):
    folder = write_kaggle(tmp_path / "set", each=2)
    (folder / "labels.csv").write_text("id, hemorrhage\n0,1\n1,1\n")
    with pytest.raises(DatasetError, match=r"found 2 with and 0 without.*\[data\.one_class\]"):
        load_collection(folder)


def test_a_folder_of_no_known_layout_is_an_error_with_the_next_step(tmp_path):
    with pytest.raises(DatasetError, match=r"Put slices into two folders named hemorrhage and normal"):
        load_collection(tmp_path)


def test_a_path_that_is_not_there_is_an_error(tmp_path):
    with pytest.raises(InputError, match=r"There is no 'nothing'"):
        load_collection(tmp_path / "nothing")


def test_patients_below_a_class_folder_are_groups(tmp_path):
    folder = write_class_folders(tmp_path / "set", each=2)
    patient = folder / "Normal" / "patient-7"
    patient.mkdir()
    (folder / "Normal" / "0.png").rename(patient / "0.png")
    (folder / "Normal" / "1.png").rename(patient / "1.png")
    groups = [item.group for item in load_collection(folder) if not item.label]
    assert groups == ["Normal/patient-7", "Normal/patient-7"]


def test_a_groups_file_by_file_name_is_taken(tmp_path):
    folder = write_kaggle(tmp_path / "set", each=1)
    groups = tmp_path / "groups.csv"
    groups.write_text("file,group\n000.png,one\n001.png,two\n")
    assert load_collection(folder, groups_file=groups).groups == ("one", "two")


def test_a_groups_file_that_leaves_items_out_is_an_error(tmp_path):
    collection = load_collection(write_kaggle(tmp_path / "set", each=1))
    groups = tmp_path / "groups.csv"
    groups.write_text("id,group\n0,one\n")
    with pytest.raises(DatasetError, match=r"no group for 1 of 2 slices, first '1'"):
        read_groups(groups, collection)


def test_a_groups_file_with_other_columns_is_an_error(tmp_path):
    collection = load_collection(write_kaggle(tmp_path / "set", each=1))
    groups = tmp_path / "groups.csv"
    groups.write_text("id,patient\n0,one\n")
    with pytest.raises(DatasetError, match=r"received id, patient.*\[groups\.columns\]"):
        read_groups(groups, collection)


def write_rsna_whole(folder: Path, **_: int) -> Path:
    return write_rsna(folder, truncated=False)


@pytest.mark.parametrize(
    "write", [write_rsna_whole, write_ct_ich, write_bhsd], ids=["RSNA 2019", "CT-ICH", "volumes with masks"]
)
def test_every_public_set_gives_slices_that_can_be_read_and_hash_wherever_they_lie(write, tmp_path):
    folder = write(tmp_path / "set")
    collection = load_collection(folder)
    assert {0, 1} == set(collection.labels)
    assert all(item.read().pixels.shape == (128, 128) and item.group for item in collection)
    assert len({item.sha256() for item in collection}) == len(collection)
    before = collection.data_hash()
    moved = folder.rename(tmp_path / "elsewhere")
    assert load_collection(moved).data_hash() == before


def test_labels_of_studies_are_refused_where_slices_are_learned_from(cq500):
    collection = load_collection(cq500)
    with pytest.raises(DatasetError, match=r"those of 'cq500' speak of whole studies.*\[data\.study_labels\]"):
        require_slice_labels(collection)
    assert require_slice_labels(replace(collection, level=Level.SLICE))


def test_progress_is_told_where_headers_have_to_be_read(cq500):
    calls: list[tuple[int, int]] = []
    load_collection(cq500, on_progress=lambda *done: calls.append(done))
    assert calls[-1] == (72, 72)
