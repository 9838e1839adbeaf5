import re

import highdicom as hd
import pytest
from pydicom import dcmread

from hemoscope.errors import ReadingError
from hemoscope.records import Decision
from hemoscope.results.dicom.codes import ABSENT, FINDINGS, PRESENT, UNDETERMINED
from hemoscope.results.dicom.objects import write_objects
from hemoscope.terms import RESEARCH_USE_ONLY, Label
from tests.results.dicom.drawn import SUBTYPES, draw_study, objects_of
from tests.results.dicom.validators import errors_of_dciodvfy, told_by_dcmtk


def written_report(folder, tmp_path, **said):
    (made,) = objects_of(folder, **said)["SR"]
    (path,) = write_objects((made,), tmp_path / "out")
    return path


def read_groups(path):
    report = hd.sr.srread(path)
    return {
        group.tracking_identifier.removeprefix("hemorrhage "): group
        for group in report.content.get_image_measurement_groups()
    }


def evaluation_of(name, group):
    (evaluation,) = group.get_qualitative_evaluations(FINDINGS[Label(name)].as_dicom())
    return evaluation.value.value


def test_report_reads_back_with_each_probability_exactly(tmp_path):
    groups = read_groups(written_report(draw_study(tmp_path / "in"), tmp_path))
    assert {name: group.get_measurements()[0].value for name, group in groups.items()} == {
        "any": 0.9375,
        **{str(label): value for label, value in SUBTYPES.items()},
    }


def test_report_says_present_by_the_operating_point_and_nothing_of_subtypes_that_have_none(tmp_path):
    groups = read_groups(written_report(draw_study(tmp_path / "in"), tmp_path))
    told = {name: evaluation_of(name, group) for name, group in groups.items()}
    assert told == {name: PRESENT.value if name == "any" else UNDETERMINED.value for name in groups}


@pytest.mark.parametrize(("decision", "expected"), [(Decision.NEGATIVE, ABSENT), (Decision.UNCERTAIN, UNDETERMINED)])
def test_what_is_not_positive_is_so_for_every_label(tmp_path, decision, expected):
    groups = read_groups(written_report(draw_study(tmp_path / "in"), tmp_path, decision=decision, probability=0.25))
    assert {evaluation_of(name, group) for name, group in groups.items()} == {expected.value}


def test_report_refers_to_the_key_slices_in_their_order_and_to_the_highest_of_a_subtype(tmp_path):
    folder = draw_study(tmp_path / "in")
    instances = [dcmread(path).SOPInstanceUID for path in sorted(folder.iterdir())]
    groups = read_groups(written_report(folder, tmp_path))
    told = {name: [one.referenced_sop_instance_uid for one in group.source_images] for name, group in groups.items()}
    assert told.pop("any") == [instances[5], instances[4]]
    assert set(map(tuple, told.values())) == {(instances[5],)}


def test_report_names_the_algorithm_and_how_it_decides(tmp_path):
    report = dcmread(written_report(draw_study(tmp_path / "in"), tmp_path))
    text = report.to_json()
    for words in ("drawn-net", "1.2.3", "ab" * 32, "operating point: balanced", "threshold: 0.4375", RESEARCH_USE_ONLY):
        assert words in text
    assert (report.CompletionFlag, report.PreliminaryFlag, report.VerificationFlag) == (
        "COMPLETE",
        "PRELIMINARY",
        "UNVERIFIED",
    )
    scanner, network = report.ContributingEquipmentSequence
    assert scanner.PurposeOfReferenceCodeSequence[0].CodeValue == "109101"
    assert network.PurposeOfReferenceCodeSequence[0].CodeValue == "109102"
    assert (network.ManufacturerModelName, network.DeviceSerialNumber) == ("drawn-net", "ab" * 32)


def test_dciodvfy_holds_nothing_against_the_report(tmp_path):
    assert errors_of_dciodvfy(written_report(draw_study(tmp_path / "in"), tmp_path)) == []


def test_a_second_run_makes_the_same_bytes(tmp_path):
    folder = draw_study(tmp_path / "in")
    first = written_report(folder, tmp_path).read_bytes()
    assert written_report(folder, tmp_path).read_bytes() == first
    assert dcmread(tmp_path / "out" / "sr.dcm").ContentDate == "20260102"


def test_another_answer_to_other_slices_has_other_uids(tmp_path):
    (whole,) = objects_of(draw_study(tmp_path / "in"))["SR"]
    (path, *_) = sorted((tmp_path / "in").iterdir())
    path.unlink()
    (part,) = objects_of(tmp_path / "in")["SR"]
    assert whole.StudyInstanceUID == part.StudyInstanceUID
    assert whole.SOPInstanceUID != part.SOPInstanceUID
    assert whole.SeriesInstanceUID != part.SeriesInstanceUID


def test_a_report_lies_in_the_study_of_its_source_and_in_a_series_of_its_own(tmp_path):
    folder = draw_study(tmp_path / "in")
    source = dcmread(next(folder.iterdir()))
    (made,) = objects_of(folder)["SR"]
    for keyword in ("StudyInstanceUID", "PatientID", "PatientName", "StudyDate", "StudyTime", "StudyID"):
        assert made[keyword].value == source[keyword].value
    assert made.SeriesInstanceUID != source.SeriesInstanceUID


def test_a_source_without_identity_is_refused(tmp_path):
    def forget(dataset):
        del dataset.StudyInstanceUID

    with pytest.raises(ReadingError, match=r"StudyInstanceUID.*\[dicom_result.no_identity\]"):
        objects_of(draw_study(tmp_path / "in", change=forget))


def test_dcmtk_reads_the_same_from_the_report(tmp_path):
    told = told_by_dcmtk(written_report(draw_study(tmp_path / "in"), tmp_path))
    assert told.startswith("Comprehensive 3D SR Document")
    probabilities = re.findall(r'NUM:\(111012,DCM,"Certainty of Finding"\)="([^"]+)" \(1,UCUM,"no units"\)', told)
    assert [float(value) for value in probabilities] == pytest.approx([0.9375, *SUBTYPES.values()], abs=1e-12)
    assert '(1386000,SCT,"Intracranial hemorrhage")=(52101004,SCT,"Present")' in told
    assert '"operating point: balanced"' in told
