"""What all objects have in common, and sources that are not as they should be."""

from datetime import datetime

import highdicom as hd
import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pydicom import Dataset, dcmread
from pydicom.sequence import Sequence
from pydicom.uid import UID

from hemoscope.errors import MissingExtraError, ReadingError
from hemoscope.reading import open_studies
from hemoscope.reading.quiet import quiet_libraries
from hemoscope.records import Status
from hemoscope.results.dicom.objects import make_objects, write_objects
from hemoscope.results.dicom.text import clean
from hemoscope.terms import RESEARCH_USE_ONLY
from tests.results.dicom.drawn import answer_to, draw_study, objects_of
from tests.results.dicom.validators import errors_of_dciodvfy


def write_all(folder, target, **said):
    made = tuple(one for kind in objects_of(folder, **said).values() for one in kind)
    return write_objects(made, target)


def test_a_scored_study_has_a_report_a_segmentation_key_slices_and_their_pictures(tmp_path):
    paths = write_all(draw_study(tmp_path / "in"), tmp_path / "out")
    assert [path.name for path in paths] == ["sr.dcm", "seg.dcm", "kos.dcm", "sc-0001.dcm", "sc-0002.dcm"]
    made = [dcmread(path) for path in paths]
    assert [int(one.SeriesNumber) for one in made] == [9001, 9002, 9003, 9004, 9004]
    assert len({one.SeriesInstanceUID for one in made}) == 4
    assert len({one.SOPInstanceUID for one in made}) == 5
    assert all(UID(one.SOPInstanceUID).is_valid and one.SOPInstanceUID.startswith("2.25.") for one in made)
    assert all("research use only" in one.SeriesDescription for one in made)
    assert [errors_of_dciodvfy(path) for path in paths] == [[]] * 5


def test_a_second_run_replaces_every_object_byte_by_byte(tmp_path):
    folder = draw_study(tmp_path / "in")
    first = {path.name: path.read_bytes() for path in write_all(folder, tmp_path / "out")}
    again = {path.name: path.read_bytes() for path in write_all(folder, tmp_path / "out")}
    assert again == first


def test_objects_that_a_second_run_does_not_make_are_taken_away(tmp_path):
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "sc-0009.dcm").write_bytes(b"old")
    paths = write_all(draw_study(tmp_path / "in"), tmp_path / "out")
    assert sorted(path.name for path in (tmp_path / "out").iterdir()) == sorted(path.name for path in paths)


def test_the_time_can_be_given_and_is_the_studys_otherwise(tmp_path):
    folder = draw_study(tmp_path / "in")
    made = objects_of(folder, made_at=datetime(2030, 5, 6, 7, 8, 9))["KO"][0]
    assert (made.ContentDate, made.ContentTime) == ("20300506", "070809")
    assert objects_of(folder)["KO"][0].ContentTime == "030405"


def test_key_slices_are_selected_the_strongest_first(tmp_path):
    folder = draw_study(tmp_path / "in")
    (made,) = objects_of(folder)["KO"]
    (path,) = write_objects((made,), tmp_path / "out")
    selection = hd.ko.KeyObjectSelectionDocument.from_dataset(dcmread(path))
    instances = [dcmread(one).SOPInstanceUID for one in sorted(folder.iterdir())]
    told = [one.referenced_sop_instance_uid for one in selection.content.get_references()]
    assert told == [instances[5], instances[4]]
    assert RESEARCH_USE_ONLY in dcmread(path).to_json()


def test_a_picture_shows_its_slice_and_refers_to_it(tmp_path):
    folder = draw_study(tmp_path / "in")
    first, second = objects_of(folder)["OT"]
    source = dcmread(sorted(folder.iterdir())[5])
    assert first.SourceImageSequence[0].ReferencedSOPInstanceUID == source.SOPInstanceUID
    assert list(first.PatientOrientation) == ["L", "P"]
    pixels = first.pixel_array
    assert pixels.shape[2] == 3
    assert pixels.std() > 20
    assert not np.array_equal(pixels, second.pixel_array)


@pytest.mark.parametrize("status", [Status.REFUSED, Status.FAILED])
def test_a_study_that_was_not_scored_has_no_objects(tmp_path, status):
    from dataclasses import replace

    with open_studies(draw_study(tmp_path / "in")) as found:
        answer = answer_to(found.studies[0].chosen)
        assert make_objects(replace(answer, result=replace(answer.result, status=status))) == ()


def test_without_highdicom_the_extra_is_named(tmp_path, monkeypatch):
    import sys

    monkeypatch.setitem(sys.modules, "highdicom", None)
    with pytest.raises(MissingExtraError, match=r'pip install "hemoscope\[dicom\]"'):
        objects_of(draw_study(tmp_path / "in"))


@pytest.mark.parametrize(
    ("charset", "name"),
    [
        ("ISO_IR 100", "Müller^Jürgen"),
        ("ISO_IR 192", "山田^太郎"),
        (["", "ISO 2022 IR 87"], "Yamada^Tarou=山田^太郎=やまだ^たろう"),
        ("ISO_IR 144", "Люкceмбypг"),
        (["", "ISO 2022 IR 149"], "Hong^Gildong=洪^吉洞=홍^길동"),
        ("GB18030", "Wang^XiaoDong=王^小东"),
    ],
)
def test_a_name_comes_back_in_any_character_set(tmp_path, charset, name):
    def rename(dataset):
        dataset.SpecificCharacterSet, dataset.PatientName = charset, name

    paths = write_all(draw_study(tmp_path / "in", change=rename), tmp_path / "out")
    for path in paths:
        assert str(dcmread(path).PatientName) == name
        assert errors_of_dciodvfy(path) == []


def test_a_name_in_an_undeclared_character_set_is_written_as_utf_8(tmp_path):
    def rename(dataset):
        dataset.SpecificCharacterSet, dataset.PatientName = "ISO_IR 100", "Müller"

    folder = draw_study(tmp_path / "in", change=rename)
    for path in folder.iterdir():
        path.write_bytes(path.read_bytes().replace(b"\x08\x00\x05\x00CS\x0a\x00ISO_IR 100", b""))
    for path in write_all(folder, tmp_path / "out"):
        made = dcmread(path)
        assert (made.SpecificCharacterSet, str(made.PatientName)) == ("ISO_IR 192", "Müller")


TYPE_2 = (
    "PatientName",
    "PatientID",
    "PatientBirthDate",
    "PatientSex",
    "StudyDate",
    "StudyTime",
    "ReferringPhysicianName",
    "StudyID",
    "AccessionNumber",
    "Manufacturer",
    "SeriesNumber",
    "InstanceNumber",
    "FrameOfReferenceUID",
    "PositionReferenceIndicator",
    "SliceThickness",
    "SeriesDescription",
    "BodyPartExamined",
    "SOPClassUID",
)


def test_attributes_that_the_source_lacks_cost_nothing(tmp_path):
    def forget(dataset):
        for keyword in TYPE_2:
            if keyword in dataset:
                del dataset[keyword]

    folder = draw_study(tmp_path / "in")
    for path in folder.iterdir():
        dataset = dcmread(path)
        forget(dataset)
        dataset.save_as(path)
    paths = write_all(folder, tmp_path / "out")
    assert len(paths) == 5
    assert [errors_of_dciodvfy(path) for path in paths] == [[]] * 5


def damage(dataset):
    """Give every attribute that is copied a value that DICOM does not allow."""
    with quiet_libraries():
        dataset.PatientName = "A" * 300 + "^" + "B" * 300
        dataset.PatientBirthDate, dataset.StudyDate, dataset.StudyTime = "1.1.1970", "20261345", "9:30"
        dataset.PatientSex, dataset.PatientAge = "female", "57"
        dataset.ReferringPhysicianName = "C" * 200
        dataset.StudyDescription = "D" * 500 + "\n\x1b[2J"
        dataset.Manufacturer = "E" * 100
        dataset.StudyID = "F" * 40
        dataset.PatientIdentityRemoved, dataset.DeidentificationMethod = "maybe", ""


def test_values_that_dicom_does_not_allow_are_mended_or_left_out(tmp_path):
    folder = draw_study(tmp_path / "in")
    for path in folder.iterdir():
        dataset = dcmread(path)
        damage(dataset)
        with quiet_libraries():
            dataset.save_as(path)
    with quiet_libraries():
        paths = write_all(folder, tmp_path / "out")
    assert [errors_of_dciodvfy(path) for path in paths] == [[]] * 5
    made = dcmread(paths[0])
    assert (made.PatientBirthDate, made.PatientSex, made.StudyDate) == ("", "", "")
    assert made.StudyDescription == "D" * 64


@pytest.mark.parametrize(
    ("keyword", "value", "code"),
    [
        ("PatientID", "1" * 65, "bad_identity"),
        ("PatientID", "a\nb", "bad_identity"),
        ("AccessionNumber", "1" * 17, "bad_identity"),
        ("StudyInstanceUID", "1." * 40 + "1", "bad_identity"),
        ("StudyInstanceUID", "", "no_identity"),
        ("SeriesInstanceUID", "", "no_identity"),
        ("SOPInstanceUID", "", "no_identity"),
    ],
)
def test_what_would_be_filed_elsewhere_is_refused(tmp_path, keyword, value, code):
    folder = draw_study(tmp_path / "in")
    for path in folder.iterdir():
        dataset = dcmread(path)
        with quiet_libraries():
            setattr(dataset, keyword, value)
            dataset.save_as(path)
    with pytest.raises(ReadingError) as error:
        objects_of(folder)
    assert error.value.code == f"dicom_result.{code}"
    assert len(value) < 3 or value not in str(error.value)


def test_uids_that_are_none_are_kept_as_the_source_has_them(tmp_path):
    def rename(dataset):
        with quiet_libraries():
            dataset.StudyInstanceUID, dataset.SeriesInstanceUID = "ID_0a", "ID_0b"

    folder = draw_study(tmp_path / "in")
    for path in folder.iterdir():
        dataset = dcmread(path)
        rename(dataset)
        with quiet_libraries():
            dataset.save_as(path)
    with quiet_libraries():
        made = objects_of(folder)["SR"][0]
        assert made.StudyInstanceUID == "ID_0a"


def test_sequences_of_the_source_are_not_copied(tmp_path):
    def add(dataset):
        item = Dataset()
        item.PatientName = "HIDDEN^NAME"
        dataset.ReferencedStudySequence = Sequence([item])

    for path in write_all(draw_study(tmp_path / "in", change=add), tmp_path / "out"):
        assert b"HIDDEN" not in path.read_bytes()


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.text(max_size=200), st.sampled_from(["LO", "SH", "PN", "DA", "TM", "AS", "CS", "UI", "DS"]))
def test_a_cleaned_value_stays_as_it_is(text, vr):
    once = clean(text, vr)
    assert clean(once, vr) == once
    assert "\\" not in once
