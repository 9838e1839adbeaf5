"""Segmentations, read back by highdicom and by hand, against the maps that they were made from."""

import highdicom as hd
import numpy as np
import pytest
from pydicom import dcmread

from hemoscope.reading import open_studies
from hemoscope.results.dicom.codes import FINDINGS
from hemoscope.results.dicom.objects import make_objects, write_objects
from hemoscope.results.palette import number_of
from hemoscope.terms import Label
from tests.reading.test_functional_groups import write_enhanced
from tests.results.dicom.drawn import answer_to, areas_at, draw_study, objects_of
from tests.results.dicom.validators import errors_of_dciodvfy


def tilted_oddly(dataset):
    """Mirror the pictures, as some exports do, so that they are not stored as they are displayed."""
    dataset.ImageOrientationPatient = [-1, 0, 0, *dataset.ImageOrientationPatient[3:]]


def unevenly(dataset):
    dataset.ImagePositionPatient[2] = 0.5 * dataset.InstanceNumber**2


def swapped(dataset):
    dataset.ImageOrientationPatient = [0, 1, 0, 1, 0, 0]
    dataset.Rows, dataset.Columns = dataset.Columns, dataset.Rows
    dataset.PixelSpacing = dataset.PixelSpacing[::-1]


SERIES = [
    pytest.param(0.0, None, id="plain"),
    pytest.param(17.5, None, id="tilted"),
    pytest.param(0.0, unevenly, id="unevenly spaced"),
    pytest.param(12.0, tilted_oddly, id="tilted and mirrored"),
    pytest.param(0.0, swapped, id="rows for columns"),
]


def segmentation_of(folder, tmp_path):
    with open_studies(folder) as found:
        series = found.studies[0].chosen
        answer = answer_to(series)
        turn, shape = series.frames.turn, series.geometry.shape
        instances = [series.instance_uid(place) for place in range(len(series))]
        made = [one for one in make_objects(answer) if one.Modality == "SEG"]
    (path,) = write_objects(tuple(made), tmp_path / "out")
    expected = {uid: turn.undo(areas_at(place, shape)) for place, uid in enumerate(instances)}
    return path, expected


def masks(path):
    """Read each segment of each source slice from the frames themselves, by their references."""
    dataset = dcmread(path)
    pixels = dataset.pixel_array
    found = {}
    for groups, frame in zip(dataset.PerFrameFunctionalGroupsSequence, pixels, strict=True):
        number = groups.SegmentIdentificationSequence[0].ReferencedSegmentNumber
        source = groups.DerivationImageSequence[0].SourceImageSequence[0].ReferencedSOPInstanceUID
        found[number, source] = (frame, groups.PlanePositionSequence[0].ImagePositionPatient)
    return dataset, found


@pytest.mark.parametrize(("tilt", "change"), SERIES)
def test_each_segment_is_voxel_for_voxel_what_the_maps_show(tmp_path, tilt, change):
    folder = draw_study(tmp_path / "in", tilt=tilt, change=change)
    path, expected = segmentation_of(folder, tmp_path)
    dataset, found = masks(path)
    codes = [one.SegmentedPropertyTypeCodeSequence[0].CodeValue for one in dataset.SegmentSequence]
    labels = [Label.ANY, Label.INTRAPARENCHYMAL, Label.SUBDURAL]
    assert codes == [FINDINGS[label].value for label in labels]
    for uid, areas in expected.items():
        for number, label in enumerate(labels, 1):
            wanted = areas > 0 if label is Label.ANY else areas == number_of(label)
            if wanted.any():
                assert np.array_equal(found.pop((number, uid))[0], wanted)
    assert found == {}


@pytest.mark.parametrize(("tilt", "change"), SERIES)
def test_each_frame_lies_where_its_slice_does(tmp_path, tilt, change):
    folder = draw_study(tmp_path / "in", tilt=tilt, change=change)
    path, _ = segmentation_of(folder, tmp_path)
    dataset, found = masks(path)
    sources = {one.SOPInstanceUID: one for one in map(dcmread, folder.iterdir())}
    shared = dataset.SharedFunctionalGroupsSequence[0]
    for (_, uid), (_, position) in found.items():
        assert position == pytest.approx(sources[uid].ImagePositionPatient, abs=1e-6)
    source = next(iter(sources.values()))
    assert shared.PixelMeasuresSequence[0].PixelSpacing == source.PixelSpacing
    assert shared.PlaneOrientationSequence[0].ImageOrientationPatient == pytest.approx(
        source.ImageOrientationPatient, abs=1e-6
    )
    assert dataset.FrameOfReferenceUID == source.FrameOfReferenceUID


@pytest.mark.parametrize(("tilt", "change"), SERIES)
def test_dciodvfy_holds_nothing_against_a_segmentation(tmp_path, tilt, change):
    path, _ = segmentation_of(draw_study(tmp_path / "in", tilt=tilt, change=change), tmp_path)
    assert errors_of_dciodvfy(path) == []


def test_highdicom_reads_the_same_masks(tmp_path):
    folder = draw_study(tmp_path / "in")
    path, expected = segmentation_of(folder, tmp_path)
    segmentation = hd.seg.segread(path)
    uids = list(expected)
    pixels = segmentation.get_pixels_by_source_instance(uids[1:])
    wanted = np.stack([expected[uid] for uid in uids[1:]])
    assert np.array_equal(pixels[..., 0], wanted > 0)
    assert np.array_equal(pixels[..., 2], wanted == number_of(Label.SUBDURAL))


def test_slices_that_do_not_say_where_they_lie_have_no_segmentation(tmp_path):
    def forget(dataset):
        del dataset.ImagePositionPatient

    assert sorted(objects_of(draw_study(tmp_path / "in", change=forget))) == ["KO", "OT", "SR"]


def test_a_study_in_which_nothing_is_seen_has_no_segmentation(tmp_path):
    from dataclasses import replace

    with open_studies(draw_study(tmp_path / "in")) as found:
        answer = replace(answer_to(found.studies[0].chosen), areas=lambda _: None)
        assert [one.Modality for one in make_objects(answer)] == ["SR", "KO", "OT", "OT"]


def test_frames_of_one_file_are_segmented_and_named_by_number(tmp_path):
    volume = np.random.default_rng(1).integers(-900, 900, (6, 48, 40)).astype(np.int16)
    file = write_enhanced(tmp_path, volume, order=[3, 0, 5, 1, 4, 2]).rename(tmp_path / "alone.dcm")
    (made,) = objects_of(file)["SEG"]
    (path,) = write_objects((made,), tmp_path / "out")
    assert errors_of_dciodvfy(path) == []
    source, dataset = dcmread(file), dcmread(path)
    order = {1: 3, 2: 0, 3: 5, 4: 1, 5: 4, 6: 2}
    seen = set()
    for groups, frame in zip(dataset.PerFrameFunctionalGroupsSequence, dataset.pixel_array, strict=True):
        reference = groups.DerivationImageSequence[0].SourceImageSequence[0]
        assert reference.ReferencedSOPInstanceUID == source.SOPInstanceUID
        number = int(reference.ReferencedFrameNumber)
        position = source.PerFrameFunctionalGroupsSequence[number - 1].PlanePositionSequence[0].ImagePositionPatient
        assert groups.PlanePositionSequence[0].ImagePositionPatient == position
        if groups.SegmentIdentificationSequence[0].ReferencedSegmentNumber == 1:
            assert np.array_equal(frame, areas_at(order[number], frame.shape) > 0)
            seen.add(number)
    assert seen == {1, 3, 4, 5, 6}
    (series,) = dataset.ReferencedSeriesSequence
    assert [one.ReferencedSOPInstanceUID for one in series.ReferencedInstanceSequence] == [source.SOPInstanceUID]
