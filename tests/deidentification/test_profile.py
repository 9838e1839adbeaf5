"""What the profile takes away, attribute by attribute, and what stays the same over files."""

from datetime import date

import pytest
from pydicom.datadict import dictionary_has_tag, dictionary_VR
from pydicom.dataelem import DataElement
from pydicom.dataset import Dataset

from hemoscope.deidentification import Dates, Key, deidentify, find_remaining
from hemoscope.deidentification.profile import actions
from hemoscope.reading.quiet import quiet_libraries

from .conftest import KEY, NAME

TEXT = dict.fromkeys(("LO", "SH", "ST", "LT", "UT", "UC"), "Sentinel") | dict.fromkeys(("AE", "CS"), "SENTINEL")
SENTINELS = {
    **TEXT,
    **dict.fromkeys(("OB", "UN"), b"Sentinel"),
    **dict.fromkeys(("US", "UL"), 777),
    **dict.fromkeys(("SS", "SL"), -777),
    **{"PN": "Sentinel^Sigismund", "UR": "http://sentinel.example", "AS": "077Y", "UI": "1.2.3.99.77"},
    **{"DA": "19991231", "DT": "19991231235959", "TM": "235959", "DS": "77.7", "IS": "777", "FD": 77.7, "FL": 77.5},
}
VALUES = ("sentinel", "19991231", "077y", "1.2.3.99.77", "777", "77.7", "77.5")
TAGS = sorted(tag for tag in actions() if len(tag) == 2 and tag[0] % 2 == 0 and tag[0] != 2)


def seeded(tag: tuple[int, int]) -> Dataset:
    made = Dataset()
    number = tag[0] << 16 | tag[1]
    vr = dictionary_VR(number).split(" ")[0] if dictionary_has_tag(number) else "LO"  # newer than pydicom's
    if vr == "SQ":
        item = Dataset()
        item.PatientName, item.CodeMeaning = SENTINELS["PN"], "kept"
        made.add(DataElement(number, "SQ", [item]))
    else:
        made.add(DataElement(number, vr, SENTINELS[vr]))
    made.PatientID = made.get("PatientID", "7")
    return made


def test_the_table_of_the_standard_is_there():
    assert len(TAGS) > 600


@pytest.mark.parametrize("nested", [False, True], ids=["plain", "nested"])
@pytest.mark.parametrize("dates", Dates)
def test_no_attribute_of_the_table_keeps_its_value(nested, dates):
    kept = []
    for tag in TAGS:
        source = seeded(tag)
        if nested:
            outer = Dataset()
            outer.PatientID, outer.DerivationCodeSequence = "7", [source]
            source = outer
        text = str(deidentify(source, key=KEY, dates=dates)).casefold()
        if any(told in text for told in (*VALUES, *(("235959",) if dates is Dates.REMOVE else ()))):
            kept.append(tag)
    assert kept == []


def test_the_check_finds_each_attribute_that_kept_its_value():
    """The check is not the profile: it is shown sources that nobody touched."""
    missed = [tag for tag in TAGS if not find_remaining(seeded(tag), seeded(tag))]
    assert missed == []


def test_the_patient_is_a_pseudonym_and_the_file_says_what_was_done(dataset):
    made = deidentify(dataset, key=KEY)
    assert made.PatientID == made.PatientName == KEY.pseudonym("MRN-7731904\0")
    assert made.PatientIdentityRemoved == "YES"
    assert [code.CodeValue for code in made.DeidentificationMethodCodeSequence] == ["113100"]
    assert made.LongitudinalTemporalInformationModified == "REMOVED"
    assert made.preamble == bytes(128)
    assert "SourceApplicationEntityTitle" not in made.file_meta
    assert made.file_meta.MediaStorageSOPInstanceUID == made.SOPInstanceUID
    assert find_remaining(made, dataset) == ()


def test_nothing_of_the_patient_is_in_the_bytes(dataset, tmp_path):
    deidentify(dataset, key=KEY).save_as(tmp_path / "made.dcm", enforce_file_format=True)
    raw = (tmp_path / "made.dcm").read_bytes().lower()
    for told in (
        *NAME.split("^"),
        "7731904",
        "Zubrowka",
        "Strangelove",
        "ACC0099812",
        "19520317",
        dataset.StudyInstanceUID,
    ):
        assert told.lower().encode() not in raw


def test_pixels_and_geometry_stay(dataset):
    made = deidentify(dataset, key=KEY)
    assert made.PixelData == dataset.PixelData
    for keyword in ("ImagePositionPatient", "PixelSpacing", "RescaleIntercept", "Rows", "Modality"):
        assert made[keyword].value == dataset[keyword].value


def test_the_source_is_not_changed(dataset):
    before = dataset.to_json()
    deidentify(dataset, key=KEY)
    assert dataset.to_json() == before


def test_uids_are_consistent_wherever_they_stand(dataset):
    made = deidentify(dataset, key=KEY)
    inner = (
        made.RequestAttributesSequence[0].ReferencedStudySequence[0] if "RequestAttributesSequence" in made else None
    )
    assert made.StudyInstanceUID == KEY.uid(dataset.StudyInstanceUID)
    assert made.SourceImageSequence[0].ReferencedSOPInstanceUID == KEY.uid("1.2.3.4.5")
    assert inner is None or inner.ReferencedSOPInstanceUID == made.StudyInstanceUID
    assert made.SourceImageSequence[0].ReferencedSOPClassUID == dataset.SOPClassUID


def test_another_key_gives_others():
    other = Key(bytes(32))
    assert KEY.uid("1.2") != other.uid("1.2")
    assert KEY.pseudonym("a") != other.pseudonym("a")
    assert "00" not in repr(other)


def test_dates_move_by_one_shift_for_all_of_a_patient_but_not_the_birth_date(dataset):
    made = deidentify(dataset, key=KEY, dates=Dates.SHIFT)
    days = KEY.days("MRN-7731904\0")
    moved = date.fromordinal(date(2024, 3, 1).toordinal() - days).strftime("%Y%m%d")
    assert made.StudyDate == moved
    assert made.AcquisitionDateTime == f"{moved}101500.25"
    assert made.PatientBirthDate != "19520317"
    assert [code.CodeValue for code in made.DeidentificationMethodCodeSequence] == ["113100", "113107"]
    assert made.LongitudinalTemporalInformationModified == "MODIFIED"
    assert find_remaining(made, dataset) == ()


def test_what_is_no_date_is_not_kept_as_one(dataset):
    with quiet_libraries():
        dataset.StudyDate = "before Easter"
    assert "StudyDate" not in deidentify(dataset, key=KEY, dates=Dates.SHIFT)


def test_without_a_number_the_study_tells_patients_apart(dataset):
    dataset.PatientID = ""
    one = deidentify(dataset, key=KEY).PatientID
    dataset.StudyInstanceUID = "1.2.3"
    assert deidentify(dataset, key=KEY).PatientID != one
