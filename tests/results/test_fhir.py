"""The bundle against fhir.resources, whose R4B has these resources as R4 does, and against the objects beside it."""

import json
import re
from dataclasses import replace

import pytest
from fhir.resources.R4B.bundle import Bundle
from pydicom import dcmread

from hemoscope.reading import open_studies
from hemoscope.reading.quiet import quiet_libraries
from hemoscope.records import Decision
from hemoscope.results.dicom.codes import FINDINGS
from hemoscope.results.dicom.objects import FHIR, make_files
from hemoscope.terms import RESEARCH_USE_ONLY, Label
from tests.results.dicom.drawn import SUBTYPES, answer_to, draw_study


def bundle_of(folder, target, **said):
    with open_studies(folder) as found:
        paths = make_files(answer_to(found.studies[0].chosen, **said), target)
    assert paths[-1] == target / FHIR
    return json.loads(paths[-1].read_text(encoding="utf-8")), [dcmread(path) for path in paths[:-1]]


def resources(bundle, kind):
    return [entry["resource"] for entry in bundle["entry"] if entry["resource"]["resourceType"] == kind]


@pytest.mark.parametrize("decision", list(Decision))
def test_the_bundle_is_valid_fhir(tmp_path, decision):
    bundle, _ = bundle_of(draw_study(tmp_path / "in"), tmp_path / "out", decision=decision, probability=0.5)
    read = Bundle.model_validate(bundle)
    assert json.loads(read.model_dump_json()) == bundle
    kinds = [entry.resource.__resource_type__ for entry in read.entry]
    assert kinds == ["Device", "ImagingStudy", *["Observation"] * 6, "DiagnosticReport"]


def test_fhir_resources_refuses_a_bundle_that_is_none(tmp_path):
    bundle, _ = bundle_of(draw_study(tmp_path / "in"), tmp_path / "out")
    del resources(bundle, "Observation")[0]["status"]
    with pytest.raises(ValueError, match="status"):
        Bundle.model_validate(bundle)


def test_every_reference_leads_to_an_entry(tmp_path):
    bundle, _ = bundle_of(draw_study(tmp_path / "in"), tmp_path / "out")
    urls = {entry["fullUrl"] for entry in bundle["entry"]}
    assert len(urls) == len(bundle["entry"])
    assert set(re.findall(r'"reference": "([^"]+)"', json.dumps(bundle))) <= urls


def test_observations_say_what_the_report_says(tmp_path):
    bundle, _ = bundle_of(draw_study(tmp_path / "in"), tmp_path / "out")
    told = {}
    for one in resources(bundle, "Observation"):
        assert one["status"] == "preliminary"
        told[one["code"]["coding"][0]["code"]] = one["component"][0]["valueQuantity"]["value"]
    expected = {Label.ANY: 0.9375, **SUBTYPES}
    assert told == {FINDINGS[label].value: value for label, value in expected.items()}
    first = resources(bundle, "Observation")[0]
    assert first["valueCodeableConcept"]["coding"][0]["display"] == "Present"
    assert [one.get("valueString") for one in first["component"]] == [None, "balanced", None]
    assert first["component"][2]["valueQuantity"]["value"] == 0.4375


def test_the_report_is_preliminary_and_for_research(tmp_path):
    bundle, _ = bundle_of(draw_study(tmp_path / "in"), tmp_path / "out")
    (report,) = resources(bundle, "DiagnosticReport")
    assert (report["status"], report["effectiveDateTime"]) == ("preliminary", "2026-01-02")
    assert report["conclusion"].startswith(RESEARCH_USE_ONLY)
    assert report["conclusionCode"][0]["coding"][0]["code"] == "1386000"


def test_the_study_lists_its_objects_beside_the_series_that_was_scored(tmp_path):
    bundle, made = bundle_of(draw_study(tmp_path / "in"), tmp_path / "out")
    (study,) = resources(bundle, "ImagingStudy")
    assert study["identifier"][0]["value"] == f"urn:oid:{made[0].StudyInstanceUID}"
    assert [(one["modality"]["code"], one["numberOfInstances"]) for one in study["series"]] == [
        ("CT", 6),
        ("SR", 1),
        ("SEG", 1),
        ("KO", 1),
        ("OT", 2),
    ]
    listed = {instance["uid"] for one in study["series"] for instance in one["instance"]}
    assert {one.SOPInstanceUID for one in made} <= listed


def test_no_name_stands_in_it_and_a_second_run_gives_the_same(tmp_path):
    def rename(dataset):
        dataset.PatientName, dataset.PatientID = "MEIER^ANNA", "4711"

    folder = draw_study(tmp_path / "in", change=rename)
    first, _ = bundle_of(folder, tmp_path / "out")
    again, _ = bundle_of(folder, tmp_path / "out")
    assert first == again
    assert "MEIER" not in json.dumps(first)
    assert resources(first, "ImagingStudy")[0]["subject"]["identifier"] == {"value": "4711"}


def test_a_patient_without_id_and_uids_that_are_none_make_a_valid_bundle(tmp_path):
    folder = draw_study(tmp_path / "in")
    for path in folder.iterdir():
        dataset = dcmread(path)
        with quiet_libraries():
            dataset.PatientID, dataset.StudyInstanceUID, dataset.SeriesInstanceUID = "", "ID_0a", "ID_0b"
            dataset.save_as(path)
    with quiet_libraries():
        bundle, _ = bundle_of(folder, tmp_path / "out")
    Bundle.model_validate(bundle)
    (study,) = resources(bundle, "ImagingStudy")
    assert study["identifier"][0]["value"] == "ID_0a"
    assert [one["modality"]["code"] for one in study["series"]] == ["SR", "SEG", "KO", "OT"]


def test_a_point_that_abstains_is_told_whole_in_fhir_and_in_the_report(tmp_path):
    with open_studies(draw_study(tmp_path / "in")) as found:
        answer = answer_to(found.studies[0].chosen, decision=Decision.UNCERTAIN, probability=0.3)
        point = replace(answer.point, name="abstain", uncertain_from=0.125)
        make_files(replace(answer, result=replace(answer.result, operating_point=point)), tmp_path / "out")
    bundle = json.loads((tmp_path / "out" / FHIR).read_text())
    Bundle.model_validate(bundle)
    first = resources(bundle, "Observation")[0]
    assert first["component"][3]["valueQuantity"]["value"] == 0.125
    assert first["interpretation"][0]["coding"][0]["code"] == "IND"
    report = dcmread(tmp_path / "out" / "dicom" / "sr.dcm").to_json()
    assert "operating point: abstain" in report
    assert "uncertain from: 0.125" in report
