"""Whom a slice belongs to, without a name; where it lies; whether its file is whole."""

import numpy as np
import pytest
from pydicom import dcmread

from hemoscope.errors import ReadingError
from hemoscope.reading.place import pseudonym, read_place
from hemoscope.writing.dicom import write_series


@pytest.fixture
def series(tmp_path):
    hu = np.zeros((3, 8, 8))
    return write_series(hu, tmp_path / "s", spacing=(5.0, 1.0, 1.0), name="place", tilt_degrees=20)


def change(path, **values):
    dataset = dcmread(path)
    for keyword, value in values.items():
        setattr(dataset, keyword, value)
    dataset.save_as(path)
    return path


def test_positions_run_along_the_normal_to_the_head_however_tilted(series):
    positions = [read_place(path).position for path in series]
    assert np.allclose(positions, [0.0, 5.0, 10.0], atol=1e-4)
    assert len({(read_place(path).study, read_place(path).series) for path in series}) == 1


def test_a_series_whose_rows_run_the_other_way_still_counts_towards_the_head(series):
    head = [change(path, ImageOrientationPatient=[1, 0, 0, 0, -1, 0]) for path in series]
    assert np.all(np.diff([read_place(path).position for path in head]) > 0)


def test_identifiers_become_names_that_say_nothing(series):
    path = change(series[0], PatientID="4711", StudyInstanceUID="1.2.3")
    place = read_place(path)
    assert (place.patient, place.study) == (pseudonym("4711"), pseudonym("1.2.3"))
    assert len(place.patient) == 12
    assert read_place(change(path, PatientID="")).patient == ""


@pytest.mark.parametrize("values", [{"ImagePositionPatient": None}, {"ImageOrientationPatient": [0, 0, 0, 0, 0, 0]}])
def test_without_a_place_there_is_no_position(series, values):
    assert read_place(change(series[0], **values)).position is None


def test_a_file_that_ends_within_its_pixels_is_known_by_its_size(series):
    path = series[0]
    assert not read_place(path).is_short
    big = change(path, Rows=64, Columns=64)
    assert read_place(big).is_short


def test_a_header_that_cannot_be_read_is_an_error_without_its_text(tmp_path):
    (tmp_path / "x.dcm").write_bytes(b"\1" * 300)
    with pytest.raises(ReadingError, match=r"Expected a DICOM header as in PS3\.10, but x\.dcm.*\[dicom\.invalid\]"):
        read_place(tmp_path / "x.dcm")


@pytest.mark.real_data
def test_a_real_study_is_one_patients_and_evenly_placed(real_data):
    places = [read_place(path) for path in (real_data / "rsna-2019-study").glob("*.dcm")]
    assert len({(place.patient, place.study, place.series) for place in places}) == 1
    steps = np.diff(sorted(place.position for place in places))
    assert np.allclose(steps, np.median(steps), atol=0.05)
    assert not any(place.is_short for place in places)
