"""RSNA 2019 as Kaggle ships it: six labels, patients and studies from the headers, and the faults it is known for."""

import shutil
from pathlib import Path

import pytest

from hemoscope.datasets.load import load_collection
from hemoscope.datasets.rsna import NAME, read_probabilities, read_targets, row_id
from hemoscope.errors import DatasetError
from hemoscope.terms import Label
from tests.datasets.public_sets import TRUNCATED, rsna_rows, write_csv


def write_table(path: Path, *, change=()) -> Path:
    rows = [*rsna_rows("ID_000000001", Label.SUBDURAL), *rsna_rows("ID_000000002", None), *change]
    write_csv(path, ("ID", "Label"), rows)
    return path


def test_images_have_six_labels_in_our_order_and_groups_are_patients(rsna):
    collection = load_collection(rsna)
    assert (collection.name, collection.layout, len(collection)) == (NAME, "RSNA 2019", 16)
    assert len(set(collection.groups)) == 3
    assert collection.groups_are_patients
    by_label = {item.targets: item.key for item in collection}
    assert set(by_label) == {(0,) * 6, (1, 0, 0, 0, 0, 1), (1, 0, 1, 0, 0, 0)}
    assert {item.place.position for item in collection} == {0.0, 5.0, 10.0, 15.0}


def test_no_number_of_a_patient_or_a_study_is_shown(rsna):
    shown = repr(load_collection(rsna).items).replace(str(rsna), "").replace("ID_0000", "")
    assert "ID_a" not in shown
    assert "s0" not in shown.replace("subtypes0", "")
    assert all(item.group.startswith("patient-") and len(item.group) == 20 for item in load_collection(rsna))


def test_the_truncated_file_and_the_repeated_rows_are_told_and_do_no_harm(rsna):
    notices = {notice.code: notice.message for notice in load_collection(rsna).notices}
    assert notices == {
        "data.repeated_rows": "Rows that stand twice and say the same were taken once: those of ID_000001eef.",
        "data.truncated": f"Left out: {TRUNCATED}, which end within their pixels.",
    }


def test_the_folder_that_kaggles_archive_unpacks_into_is_found(rsna):
    assert load_collection(rsna.parent).name == NAME


def test_images_that_are_not_there_are_counted_and_left_out(rsna, tmp_path):
    copy = shutil.copytree(rsna, tmp_path / "copy")
    gone = load_collection(rsna).items[3].path.name
    (copy / "stage_2_train" / gone).unlink()
    collection = load_collection(copy)
    assert len(collection) == 15
    message = "1 of 17 images of stage_2_train.csv are not there; they were left out."
    assert message in [notice.message for notice in collection.notices]
    shutil.rmtree(copy / "stage_2_train")
    with pytest.raises(DatasetError, match=r"images of stage_2_train\.csv in stage_2_train; found none.*missing_file"):
        load_collection(copy)


def test_an_image_without_patient_or_readable_header_is_told(rsna, tmp_path):
    from pydicom import dcmread

    copy = shutil.copytree(rsna, tmp_path / "copy")
    first, second, *_ = sorted((copy / "stage_2_train").glob("*.dcm"))
    dataset = dcmread(first)
    dataset.PatientID = ""
    dataset.save_as(first)
    second.write_bytes(b"\0" * 200)
    collection = load_collection(copy)
    notices = {notice.code: notice.message for notice in collection.notices}
    assert notices["data.no_header"] == f"Left out: {second.stem}, whose headers cannot be read (dicom.invalid)."
    assert notices["data.no_patient"].startswith(f"{first.stem}: no Patient ID, so the study was taken")
    assert next(item.group for item in collection if item.key == first.stem).startswith("study-")


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (("ID_000000001_any", 0), r"one label of an image as 0 and as 1: ID_000000001\..*\[data\.conflicting_labels\]"),
        (("ID_000000003_any", 0), r"fewer than its 6 labels: ID_000000003\..*\[data\.incomplete_labels\]"),
        (("ID_000000001_any", 2), r"line 14: expected 0 or 1; received '2'.*\[data\.bad_label\]"),
        (("ID_000000001", 1), r"line 14: expected an ID such as ID_000012eaf_subdural; received 'ID_000000001'"),
    ],
)
def test_what_is_wrong_with_the_labels_is_named(tmp_path, change, message):
    with pytest.raises(DatasetError, match=message):
        read_targets(write_table(tmp_path / "stage_2_train.csv", change=[change]))


def test_any_must_be_what_the_subtypes_say(tmp_path):
    rows = [(name, int(name.endswith("any"))) for name, _ in rsna_rows("ID_1", None)]
    write_csv(tmp_path / "stage_2_train.csv", ("ID", "Label"), rows)
    with pytest.raises(DatasetError, match=r"any hemorrhage otherwise than the subtypes do: ID_1"):
        read_targets(tmp_path / "stage_2_train.csv")


def test_the_sample_of_a_submission_is_read_in_its_order(rsna):
    found = read_probabilities(rsna / "stage_2_sample_submission.csv")
    assert found == {"ID_0fbf6a978": (0.5,) * 6, "ID_0d62513ec": (0.5,) * 6}
    assert list(found) == ["ID_0fbf6a978", "ID_0d62513ec"]
    assert row_id("ID_0fbf6a978", Label.ANY) == "ID_0fbf6a978_any"


@pytest.mark.parametrize(
    ("rows", "message"),
    [
        ([("ID_1_any", 1.5)], r"line 2: expected a probability from 0 to 1; received '1\.5'"),
        ([("ID_1_any", "nan")], r"line 2: expected a probability from 0 to 1; received 'nan'"),
        ([("ID_1_any", 1), ("ID_1_any", 1)], r"has 'ID_1_any' twice.*\[data\.repeated_key\]"),
        ([("ID_1_any", 1)], r"fewer than its 6 labels: ID_1"),
    ],
)
def test_what_is_wrong_with_a_submission_is_named(tmp_path, rows, message):
    write_csv(tmp_path / "submission.csv", ("ID", "Label"), rows)
    with pytest.raises(DatasetError, match=message):
        read_probabilities(tmp_path / "submission.csv")


def test_a_submission_of_other_columns_is_an_error(tmp_path):
    write_csv(tmp_path / "submission.csv", ("id", "any"), [("ID_1", 1)])
    with pytest.raises(DatasetError, match=r'Expected columns "ID" and "Label" in submission\.csv'):
        read_probabilities(tmp_path / "submission.csv")
