import json
from pathlib import Path

import nibabel
import numpy as np
import pytest
from pydicom import dcmread

from hemoscope.datasets.phantom.volume import PhantomSettings, make_phantom
from hemoscope.explanation.kept import keep_answer
from hemoscope.explanation.objects import answer_of, has_objects, keep_objects
from hemoscope.inference.predictor import Predictor
from hemoscope.inference.study import examine_study
from hemoscope.reading import open_studies
from hemoscope.reading.quiet import quiet_libraries
from hemoscope.results.dicom.codes import FINDINGS
from hemoscope.results.palette import find_areas, number_of
from hemoscope.terms import SUBTYPES, Label
from hemoscope.writing.dicom import write_series
from hemoscope.writing.nifti import write_nifti


@pytest.fixture(scope="module")
def predictor() -> Predictor:
    return Predictor()


@pytest.fixture(scope="module")
def phantom():
    return make_phantom(PhantomSettings(size=96, slices=6, spacing_mm=2.4, bleeds=(Label.INTRAPARENCHYMAL,), seed=1))


def examine(predictor, place: Path, found_in):
    found = found_in.enter_context(open_studies(place))
    return examine_study(predictor, found.studies[0], name="head")


@pytest.fixture
def stack():
    from contextlib import ExitStack

    with ExitStack() as opened:
        yield opened


def test_areas_are_those_of_the_drawn_maps(predictor, phantom, tmp_path, stack):
    write_series(phantom.hu, tmp_path / "head", spacing=phantom.spacing, name="head")
    examined = examine(predictor, tmp_path / "head", stack)
    answer = answer_of(examined, model=predictor.bundle.summary())
    seen = 0
    for place in range(6):
        shown = examined.show(place)
        expected = None if shown.maps is None else find_areas(shown.maps)
        found = answer.areas(place)
        assert (found is None) == (expected is None)
        if expected is not None:
            assert (found == expected).all()
            seen += int(expected.any())
    assert seen > 0


def test_objects_are_kept_beside_a_scored_study(predictor, phantom, tmp_path, stack):
    write_series(phantom.hu, tmp_path / "head", spacing=phantom.spacing, name="head")
    examined = examine(predictor, tmp_path / "head", stack)
    kept = keep_objects(examined, tmp_path / "answer", model=predictor.bundle.summary())
    assert kept is examined
    assert dcmread(tmp_path / "answer" / "dicom" / "sr.dcm").Modality == "SR"


def test_nifti_has_no_objects(predictor, phantom, tmp_path, stack):
    write_nifti(phantom.hu.round().astype("int16"), tmp_path / "head.nii.gz", spacing=phantom.spacing)
    examined = examine(predictor, tmp_path / "head.nii.gz", stack)
    assert not has_objects(examined)
    assert keep_objects(examined, tmp_path / "answer", model=predictor.bundle.summary()) is examined
    assert not (tmp_path / "answer").exists()


def test_a_study_without_identity_is_scored_and_says_why_it_has_no_objects(predictor, phantom, tmp_path, stack):
    for path in write_series(phantom.hu, tmp_path / "head", spacing=phantom.spacing, name="head"):
        dataset = dcmread(path)
        with quiet_libraries():
            dataset.PatientID = "9" * 65
            dataset.save_as(path)
    examined = examine(predictor, tmp_path / "head", stack)
    kept = keep_objects(examined, tmp_path / "answer", model=predictor.bundle.summary())
    assert [notice.code for notice in kept.result.warnings if notice.code.startswith("dicom_result")] == [
        "dicom_result.bad_identity"
    ]
    assert "9999" not in json.dumps([notice.message for notice in kept.result.warnings])
    assert kept.result.probability == examined.result.probability


def test_whatever_stops_the_making_costs_no_result_and_is_not_quoted(predictor, phantom, tmp_path, stack, monkeypatch):
    def fail(*_):
        raise KeyError("MEIER^HANS")

    write_series(phantom.hu, tmp_path / "head", spacing=phantom.spacing, name="head")
    examined = examine(predictor, tmp_path / "head", stack)
    monkeypatch.setattr("hemoscope.results.dicom.objects.make_files", fail)
    kept = keep_objects(examined, tmp_path / "answer", model=predictor.bundle.summary())
    (notice,) = [one for one in kept.result.warnings if one.code == "dicom_result.failed"]
    assert notice.message == "No DICOM objects were made of this result, unforeseen: KeyError."
    assert kept.result.probability == examined.result.probability


def test_the_segmentation_is_voxel_for_voxel_what_the_viewer_shows(predictor, phantom, tmp_path, stack):
    write_series(phantom.hu, tmp_path / "head", spacing=phantom.spacing, name="head", tilt_degrees=14.0)
    examined = examine(predictor, tmp_path / "head", stack)
    keep_objects(examined, tmp_path / "answer", model=predictor.bundle.summary())
    keep_answer(examined, tmp_path / "answer", model=predictor.bundle.summary())
    areas = np.asarray(nibabel.load(tmp_path / "answer" / "maps.nii.gz").dataobj).transpose(2, 1, 0)
    dataset = dcmread(tmp_path / "answer" / "dicom" / "seg.dcm")
    codes = {term.value: label for label, term in FINDINGS.items()}
    labels = [codes[one.SegmentedPropertyTypeCodeSequence[0].CodeValue] for one in dataset.SegmentSequence]
    places = {one.instance_uid: place for place, one in enumerate(examined.result.slices)}
    found = {label: np.zeros_like(areas, bool) for label in labels}
    for groups, frame in zip(dataset.PerFrameFunctionalGroupsSequence, dataset.pixel_array, strict=True):
        label = labels[groups.SegmentIdentificationSequence[0].ReferencedSegmentNumber - 1]
        source = groups.DerivationImageSequence[0].SourceImageSequence[0].ReferencedSOPInstanceUID
        found[label][places[source]] = frame
    assert np.array_equal(found.pop(Label.ANY), areas > 0)
    for label in SUBTYPES:
        assert np.array_equal(found.get(label, np.zeros_like(areas, bool)), areas == number_of(label))
