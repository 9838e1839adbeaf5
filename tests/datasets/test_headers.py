"""Headers are read once, an interrupted index goes on, and a changed file is read again."""

import os

import pytest

from hemoscope.datasets import headers
from hemoscope.datasets.cache import cache_folder
from hemoscope.datasets.headers import read_headers
from hemoscope.reading.place import pseudonym
from hemoscope.terms import Label
from tests.datasets.public_sets import write_study


@pytest.fixture
def study(tmp_path):
    return write_study(tmp_path / "set" / "a", patient="ID_secret", study="st", bleeds=(Label.SUBDURAL, None), seed=10)


def read(study, calls=None):
    folder = study[0].parent.parent
    return read_headers(folder, study, on_progress=None if calls is None else lambda *done: calls.append(done))


def index():
    [path] = cache_folder().glob("headers-*.csv")
    return path


def test_headers_are_read_once(study, monkeypatch):
    calls: list[tuple[int, int]] = []
    first = read(study, calls)
    assert calls == [(2, 2)]
    assert [header.place.position for header in first] == [0.0, 5.0]
    monkeypatch.setattr(headers, "_read_one", None)
    assert read(study, calls) == first
    assert calls == [(2, 2)]


def test_an_index_goes_on_where_a_kill_left_it(study):
    first = read(study)
    lines = index().read_bytes().splitlines(keepends=True)
    index().write_bytes(lines[0] + lines[1][:20])
    calls: list[tuple[int, int]] = []
    assert read(study, calls) == first
    assert calls == [(2, 2)]
    assert sorted(index().read_bytes().splitlines(keepends=True)) == sorted(lines)


def test_a_changed_file_is_read_again(study):
    read(study)
    study[0].write_bytes(study[0].read_bytes()[:5000])
    os.utime(study[0], ns=(1, 1))
    assert read(study)[0].place.is_short
    assert not read(study)[1].place.is_short


def test_what_cannot_be_read_is_kept_with_its_reason(study):
    study[0].write_bytes(b"\1" * 300)
    study[1].unlink()
    found = read(study)
    assert [(header.place, header.error) for header in found] == [(None, "dicom.invalid"), (None, "input.not_found")]
    assert read(study) == found


def test_no_number_of_a_patient_stands_in_the_index(study):
    read(study)
    assert "secret" not in index().read_text()
    assert "PHANTOM" not in index().read_text()


def test_identifiers_that_dicom_does_not_allow_are_taken_as_they_are(study):
    from pydicom import dcmread

    for path in study:  # as those of RSNA 2019, "ID_1f6d1e8aeb"
        uid = str(dcmread(path).StudyInstanceUID).encode()
        path.write_bytes(path.read_bytes().replace(uid, b"ID_1f6d1e8aeb".ljust(len(uid), b"\0")))
    assert {header.place.study for header in read(study)} == {pseudonym("ID_1f6d1e8aeb")}
