"""CQ500 in both its layouts: labels of studies by the majority of three, one plain series of each study."""

import shutil

import numpy as np
import pytest

from hemoscope.datasets.cq500 import read_reads
from hemoscope.datasets.items import Level
from hemoscope.datasets.load import load_collection
from hemoscope.datasets.studies import study_table
from hemoscope.errors import DatasetError
from hemoscope.evaluation.agreement import measure_agreement


def test_each_study_has_what_most_of_its_readers_said(cq500):
    collection = load_collection(cq500)
    assert (collection.layout, collection.level) == ("CQ500", Level.STUDY)
    studies = {study.key: study.targets for study in study_table(collection)}
    assert studies == {
        "CQ500-CT-0": (1, 0, 0, 0, 0, 1),
        "CQ500-CT-1": (0,) * 6,
        "CQ500-CT-2": (1, 0, 1, 0, 0, 0),
        "CQ500-CT-3": (0,) * 6,
    }


def test_both_layouts_are_found_and_one_plain_thick_series_of_each_study_is_taken(cq500):
    collection = load_collection(cq500)
    folders = {item.key.rpartition("/")[0] for item in collection}
    assert folders == {
        "CQ500CT0 CQ500CT0/Unknown Study/CT Plain",
        "CQ500CT1 CQ500CT1/Unknown Study/CT Plain",
        "CQ500-CT-2",
        "CQ500-CT-3",
    }
    assert all(len(study.items) == 9 for study in study_table(collection))
    assert [notice.code for notice in collection.notices] == ["data.study_level", "data.absent", "data.other_series"]
    assert collection.notices[1].message == "1 of 5 studies of reads.csv are not there; left out."
    assert collection.notices[2].message.startswith(
        "4 other series of 4 studies were left out: of each study the plain"
    )


def test_studies_that_lie_in_parts_or_with_underscores_are_found(cq500, tmp_path):
    shutil.copy(cq500 / "reads.csv", tmp_path)
    shutil.copytree(cq500 / "CQ500-CT-2", tmp_path / "qct01" / "CQ500CT2_CQ500CT2" / "Unknown_Study" / "CT_Plain")
    shutil.copytree(cq500 / "CQ500-CT-3", tmp_path / "qct02" / "CQ500CT3 CQ500CT3" / "Unknown Study" / "CT 5mm")
    assert {item.group for item in load_collection(tmp_path)} == {"CQ500-CT-2", "CQ500-CT-3"}


def test_a_study_with_contrast_alone_is_kept_all_the_same(cq500, tmp_path):
    shutil.copy(cq500 / "reads.csv", tmp_path)
    shutil.copytree(cq500 / "CQ500-CT-2", tmp_path / "CQ500CT2 CQ500CT2" / "Unknown Study" / "CT POST CONTRAST")
    shutil.copytree(cq500 / "CQ500-CT-3", tmp_path / "CQ500-CT-3")
    assert {item.group for item in load_collection(tmp_path)} == {"CQ500-CT-2", "CQ500-CT-3"}


def test_a_folder_that_nobody_read_is_told(cq500, tmp_path):
    copy = shutil.copytree(cq500, tmp_path / "copy")
    shutil.copytree(copy / "CQ500-CT-3", copy / "CQ500-CT-77")
    messages = [notice.message for notice in load_collection(copy).notices]
    assert "1 studies are not in reads.csv, first CQ500-CT-77; left out." in messages


def test_readings_are_a_row_per_study_a_column_per_reader(cq500):
    reads = read_reads(cq500 / "reads.csv")
    assert reads.ratings.shape == (5, 3, 6)
    assert reads.ratings[0].tolist() == [[1, 0, 0, 0, 0, 1], [1, 0, 0, 0, 0, 1], [0] * 6]
    assert reads.majority[:, 0].tolist() == [1, 0, 1, 0, 0]
    assert measure_agreement(reads.ratings)[0].unanimous == 0.6


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("CQ500-CT-1,", "patient 1,", r"line 3: expected a name such as CQ500-CT-0; received 'patient 1'"),
        ("CQ500-CT-1,", "CQ500-CT-0,", r"has CQ500-CT-0 twice.*\[data\.repeated_key\]"),
        ("R3:SAH", "R3:Other", r"reads\.csv lacks R3:SAH.*\[data\.columns\]"),
        ("CQ500-CT-0,B1,1", "CQ500-CT-0,B1,yes", r"line 2: expected 0 or 1 as R1:ICH; received 'yes'"),
    ],
)
def test_what_is_wrong_with_the_readings_is_named(cq500, tmp_path, old, new, message):
    text = (cq500 / "reads.csv").read_text()
    assert old in text
    (tmp_path / "reads.csv").write_text(text.replace(old, new, 1))
    with pytest.raises(DatasetError, match=message):
        read_reads(tmp_path / "reads.csv")


def test_readings_without_studies_are_an_error_that_says_what_to_unpack(cq500, tmp_path):
    shutil.copy(cq500 / "reads.csv", tmp_path)
    with pytest.raises(DatasetError, match=r"Expected folders such as 'CQ500CT0 CQ500CT0' or 'CQ500-CT-0'"):
        load_collection(tmp_path)


@pytest.mark.real_data
def test_the_real_readings_hold_205_studies_with_hemorrhage(real_data):
    reads = read_reads(real_data / "cq500-ct-0" / "reads.csv")
    assert len(reads.names) == 491
    assert reads.majority.sum(axis=0).tolist() == [205, 13, 134, 28, 60, 53]
    assert np.isin(reads.ratings, (0, 1)).all()


@pytest.mark.real_data
def test_the_two_real_studies_are_found_in_the_order_of_their_positions(real_data):
    collection = load_collection(real_data / "cq500-ct-0")
    studies = {study.key: study for study in study_table(collection)}
    assert {key: (study.label, len(study.items)) for key, study in studies.items()} == {
        "CQ500-CT-0": (0, 238),
        "CQ500-CT-1": (1, 1),
    }
    positions = studies["CQ500-CT-0"].positions
    assert positions == tuple(sorted(positions))
