"""Objects of real studies: of a series without legal UIDs, and of 238 thin slices under a tilted gantry."""

import re

import numpy as np
import pytest
from pydicom import dcmread

from hemoscope.explanation.objects import keep_objects
from hemoscope.inference.predictor import Predictor
from hemoscope.inference.study import examine_study
from hemoscope.reading import open_studies
from hemoscope.reading.quiet import quiet_libraries
from hemoscope.results.palette import find_areas
from tests.results.dicom.validators import errors_of_dciodvfy, errors_of_dicom_validator

pytestmark = pytest.mark.real_data
_ONLY_UIDS = re.compile(r"UI |Illegal root for UID|contains invalid data values for Value Representations")


@pytest.fixture(scope="module", params=["rsna-2019-study", "cq500-ct-0/CQ500-CT-0"])
def kept(request, real_data, tmp_path_factory):
    folder = tmp_path_factory.mktemp("answer")
    predictor = Predictor()
    with open_studies(real_data / request.param) as found:
        (study,) = found.studies
        examined = examine_study(predictor, study, name="study")
        assert keep_objects(examined, folder, model=predictor.bundle.summary()) is examined
        areas = {}
        for place, one in enumerate(examined.result.slices):
            shown = examined.show(place)
            if shown is not None and shown.maps is not None:
                areas[one.instance_uid] = find_areas(shown.maps)
    return request.param, examined, sorted((folder / "dicom").iterdir()), areas


def test_every_object_is_valid_but_for_the_uids_that_the_source_has_wrong(kept):
    name, _, paths, _ = kept
    for path in paths:
        errors = errors_of_dciodvfy(path)
        if "rsna" in name:
            assert errors
            errors = [line for line in errors if not _ONLY_UIDS.search(line)]
        assert errors == []
        with quiet_libraries():
            told = errors_of_dicom_validator(path)
        assert [line for line in told if "rsna" not in name or "InvalidValue" not in line] == []


def test_objects_lie_in_the_study_that_was_scored(kept):
    _, examined, paths, _ = kept
    with quiet_libraries():
        assert {dcmread(path).StudyInstanceUID for path in paths} == {examined.result.study_uid}


def test_the_segmentation_is_voxel_for_voxel_what_is_seen_in_each_slice(kept):
    _, _, paths, areas = kept
    (path,) = [path for path in paths if path.name == "seg.dcm"]
    with quiet_libraries():
        dataset = dcmread(path)
        found = {}
        for groups, frame in zip(dataset.PerFrameFunctionalGroupsSequence, dataset.pixel_array, strict=True):
            source = groups.DerivationImageSequence[0].SourceImageSequence[0].ReferencedSOPInstanceUID
            if groups.SegmentIdentificationSequence[0].ReferencedSegmentNumber == 1:
                found[source] = frame
    assert sum(frame.sum() for frame in found.values()) > 0
    for uid, expected in areas.items():
        assert np.array_equal(found.get(uid, np.zeros_like(expected)), expected > 0)
