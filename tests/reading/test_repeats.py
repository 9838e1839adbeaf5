"""A slice that lies in a place twice is kept once when it is a copy."""

import shutil
from pathlib import Path

import numpy as np
from pydicom import dcmread
from pydicom.dataset import Dataset

from hemoscope.reading import Series, open_studies
from tests.reading.series_files import random_volume, write_edited


def read_series(folder: Path) -> Series:
    with open_studies(folder) as found:
        (study,) = found.studies
        assert study.chosen is not None
        return study.chosen


def told(series: Series) -> list[tuple[str, str]]:
    return [(notice.code, notice.message) for notice in series.geometry.findings]


def test_a_folder_inside_itself_gives_each_slice_once(tmp_path: Path):
    volume = random_volume()
    write_edited(volume, tmp_path / "study")
    shutil.copytree(tmp_path / "study", tmp_path / "study" / "copy")
    series = read_series(tmp_path)
    assert np.array_equal(np.stack([series.read(index).pixels for index in range(len(series))]), volume)
    assert told(series) == [
        (
            "series.repeated_slice",
            "6 slices (slice-001.dcm, slice-002.dcm, slice-003.dcm, slice-004.dcm, slice-005.dcm and more) are copies "
            "of "
            "others, pixel for pixel; each was kept once.",
        )
    ]


def test_slices_that_differ_at_one_place_are_both_kept(tmp_path: Path):
    write_edited(random_volume(), tmp_path / "a")
    extra = write_edited(random_volume(seed=4), tmp_path / "b")
    for path in [*extra[:2], *extra[3:]]:
        path.unlink()
    series = read_series(tmp_path)
    assert len(series) == 7
    assert told(series) == [
        (
            "series.doubled_position",
            "2 slices (slice-003.dcm, slice-003.dcm) share a place with another and differ from it; all were kept.",
        )
    ]
    assert series.geometry.positions.count(10.0) == 2


def test_a_damaged_copy_gives_way_to_a_whole_one(tmp_path: Path):
    paths = write_edited(random_volume(), tmp_path / "a")
    (tmp_path / "b").mkdir()
    (tmp_path / "b" / "cut.dcm").write_bytes(paths[2].read_bytes()[:-50])
    series = read_series(tmp_path)
    assert len(series) == 6
    assert told(series) == [
        (
            "series.damaged_copy",
            "1 slices (cut.dcm) cannot be decoded, but another of the same place can; they were left out.",
        )
    ]


def test_copies_are_known_without_positions_by_their_uid(tmp_path: Path):
    def without_place(dataset: Dataset, index: int) -> None:
        del dataset.ImagePositionPatient

    paths = write_edited(random_volume(), tmp_path, without_place)
    shutil.copy(paths[0], tmp_path / "again.dcm")
    assert dcmread(paths[0]).SOPInstanceUID == dcmread(tmp_path / "again.dcm").SOPInstanceUID
    with open_studies(tmp_path) as found:
        series = found.studies[0].series[0]
        assert len(series) == 6
        assert [notice.code for notice in series.warnings] == ["series.ordered_by_number"]
