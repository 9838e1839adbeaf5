"""Every file of a place is looked at once, told by its first bytes."""

import gc
import os
import warnings
from pathlib import Path

import numpy as np
import pytest

from hemoscope.errors import InputError
from hemoscope.reading import open_studies
from hemoscope.reading.scan import Kind, kind_of
from hemoscope.writing.picture import write_picture
from tests.reading.series_files import random_volume, write_edited

VOLUME = random_volume()


def test_a_mess_of_files_is_sorted_out(tmp_path: Path):
    write_edited(VOLUME, tmp_path / "deep" / "er")
    write_picture(np.zeros((8, 8)), tmp_path / "slice.png")
    (tmp_path / "README.txt").write_text("nothing")
    (tmp_path / "viewer.exe").write_bytes(b"MZ" + bytes(600))
    (tmp_path / "broken.dcm").write_bytes(b"garbage")
    (tmp_path / ".hidden.dcm").write_bytes(b"garbage")
    (tmp_path / "empty").write_bytes(b"")
    with open_studies(tmp_path) as found:
        assert [len(study.series[0]) for study in found.studies] == [6]
        assert [picture.path.name for picture in found.pictures] == ["broken.dcm", "slice.png"]
        assert found.ignored == ("README.txt", "empty", "viewer.exe")
        assert found.studies[0].series[0].source == "er"


def test_one_damaged_slice_costs_itself_alone(tmp_path: Path):
    paths = write_edited(VOLUME, tmp_path)
    paths[2].write_bytes(paths[2].read_bytes()[:300])
    with open_studies(tmp_path) as found:
        assert [problem.input for problem in found.problems] == ["slice-003.dcm"]
        assert found.problems[0].error.code.startswith("dicom.")
        assert len(found.studies[0].series[0]) == 5


def test_a_slice_without_pixels_and_one_of_mri_are_problems(tmp_path: Path):
    def edit(dataset, index):
        if index == 0:
            del dataset.PixelData
        if index == 1:
            dataset.Modality = "MR"

    write_edited(VOLUME, tmp_path, edit)
    with open_studies(tmp_path) as found:
        assert [problem.error.code for problem in found.problems] == ["dicom.no_pixels", "dicom.not_ct"]
        assert len(found.studies[0].series[0]) == 4


def test_a_dicomdir_stands_for_its_folder(tmp_path: Path):
    from pydicom.fileset import FileSet

    def dated(dataset, index):
        dataset.StudyDate, dataset.StudyTime = "20200101", "120000"

    paths = write_edited(VOLUME, tmp_path / "loose", dated)
    with warnings.catch_warnings():
        # pydicom leaves its temporary folder to the garbage collector, which warns
        warnings.simplefilter("ignore", ResourceWarning)
        disc = FileSet()
        for path in paths:
            disc.add(path)
        disc.write(tmp_path / "disc")
        del disc
        gc.collect()
    for place in (tmp_path / "disc", tmp_path / "disc" / "DICOMDIR"):
        with open_studies(place) as found:
            (study,) = found.studies
            assert found.problems == ()
            assert len(study.series[0]) == 6
            assert study.notices[0].code == "series.partial_cover"


def test_secondary_captures_are_pictures_alone_and_passed_over_beside_ct(tmp_path: Path):
    def capture(dataset, index):
        dataset.SOPClassUID, dataset.SeriesInstanceUID = "1.2.840.10008.5.1.4.1.1.7", "1.2.3"
        del dataset.RescaleIntercept, dataset.RescaleSlope

    write_edited(VOLUME[:1], tmp_path / "alone", capture)
    write_edited(VOLUME[:1], tmp_path / "both" / "capture", capture)
    write_edited(VOLUME, tmp_path / "both" / "ct")
    with open_studies(tmp_path / "alone") as found:
        assert found.studies == ()
        assert [picture.path.name for picture in found.pictures] == ["slice-001.dcm"]
    with open_studies(tmp_path / "both") as found:
        (study,) = found.studies
        assert [(one.code, one.reason) for one in study.passed_over] == [
            ("series.secondary_capture", "It is a picture of a screen, without Hounsfield units.")
        ]
        assert found.pictures == ()


def test_nothing_there_is_an_input_error(tmp_path: Path):
    with pytest.raises(InputError, match=r"\[input\.not_found\]"), open_studies(tmp_path / "missing"):
        pass
    with pytest.raises(InputError, match=r"\[input\.not_found\]"), open_studies("nul\x00byte"):
        pass


def test_a_file_of_no_known_kind_is_a_problem_when_named(tmp_path: Path):
    (tmp_path / "notes").write_text("x" * 600)
    with open_studies(tmp_path / "notes") as found:
        assert [(problem.input, problem.error.code) for problem in found.problems] == [("notes", "read.unknown_format")]


def test_links_that_lead_in_circles_or_nowhere_end(tmp_path: Path):
    write_edited(VOLUME, tmp_path / "study")
    (tmp_path / "study" / "up").symlink_to(tmp_path, target_is_directory=True)
    (tmp_path / "self").symlink_to(tmp_path / "self")
    (tmp_path / "gone.dcm").symlink_to(tmp_path / "nothing.dcm")
    with open_studies(tmp_path) as found:
        assert len(found.studies) == 1
        assert sorted(problem.input for problem in found.problems) == ["gone.dcm", "self"]
        assert {problem.error.code for problem in found.problems} == {"input.not_found", "input.unreadable"}


def test_a_pipe_does_not_block(tmp_path: Path):
    os.mkfifo(tmp_path / "pipe.dcm")
    with open_studies(tmp_path) as found:
        assert [problem.error.code for problem in found.problems] == ["input.unreadable"]


def test_kinds_are_told_by_bytes_before_names():
    assert kind_of(b"\x89PNG\r\n\x1a\n" + bytes(600), "x.dcm") is Kind.PICTURE
    assert kind_of(b"PK\x03\x04", "x.png") is Kind.ZIP
    assert kind_of(b"BZh9", "x") is Kind.PACKED
    assert kind_of(bytes(512), "x") is Kind.OTHER
    assert kind_of(b"", "x.dcm") is Kind.PICTURE
