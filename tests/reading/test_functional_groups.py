"""Frames of an Enhanced CT are slices of a series."""

from pathlib import Path

import numpy as np
import pytest
from pydicom import Dataset, Sequence, dcmread
from pydicom.uid import EnhancedCTImageStorage, RLELossless

from hemoscope.errors import ReadingError
from hemoscope.reading import open_studies, read_slice
from hemoscope.reading.functional_groups import frame_count, frame_header
from tests.reading.series_files import random_volume, write_edited


def item(**values: object) -> Dataset:
    found = Dataset()
    for keyword, value in values.items():
        setattr(found, keyword, value)
    return found


def write_enhanced(folder: Path, volume: np.ndarray, *, order: list[int] | None = None) -> Path:
    """One Enhanced CT of the slices, its frames in any order."""
    paths = write_edited(volume, folder / "single")
    slices = [dcmread(path) for path in paths]
    order = order or list(range(len(slices)))
    image = dcmread(paths[0])
    image.SOPClassUID, image.NumberOfFrames = EnhancedCTImageStorage, len(slices)
    image.file_meta.MediaStorageSOPClassUID = EnhancedCTImageStorage
    image.ImageType = ["ORIGINAL", "PRIMARY", "VOLUME", "NONE"]
    for keyword in [
        "ImagePositionPatient",
        "ImageOrientationPatient",
        "PixelSpacing",
        "SliceThickness",
        "RescaleSlope",
    ]:
        delattr(image, keyword)
    del image.RescaleIntercept, image.RescaleType, image.ConvolutionKernel
    shared = item(
        PlaneOrientationSequence=Sequence([item(ImageOrientationPatient=slices[0].ImageOrientationPatient)]),
        PixelMeasuresSequence=Sequence([item(PixelSpacing=slices[0].PixelSpacing, SliceThickness=5)]),
        PixelValueTransformationSequence=Sequence([item(RescaleSlope=1, RescaleIntercept=-1024, RescaleType="HU")]),
        CTReconstructionSequence=Sequence([item(ConvolutionKernel="BONE")]),
        CTImageFrameTypeSequence=Sequence([item(FrameType=["ORIGINAL", "PRIMARY", "AXIAL", "NONE"])]),
    )
    image.SharedFunctionalGroupsSequence = Sequence([shared])
    image.PerFrameFunctionalGroupsSequence = Sequence(
        item(PlanePositionSequence=Sequence([item(ImagePositionPatient=slices[at].ImagePositionPatient)]))
        for at in order
    )
    image.PixelData = b"".join(slices[at].PixelData for at in order)
    image.save_as(folder / "enhanced.dcm", enforce_file_format=True)
    return folder / "enhanced.dcm"


@pytest.mark.parametrize("is_compressed", [False, True])
def test_frames_are_sorted_by_position_and_read_one_by_one(is_compressed: bool, tmp_path: Path):
    volume = random_volume()
    path = write_enhanced(tmp_path, volume, order=[3, 0, 5, 1, 4, 2])
    if is_compressed:
        image = dcmread(path)
        image.compress(RLELossless)
        image.save_as(path)
    with open_studies(path) as found:
        (study,) = found.studies
        series = study.chosen
        assert series is not None
        assert [series.name_of(index) for index in range(6)] == [f"enhanced.dcm[{at}]" for at in (1, 3, 5, 0, 4, 2)]
        assert np.array_equal(np.stack([series.read(index).pixels for index in range(6)]), volume)
        assert series.geometry.spacing == pytest.approx(5.0)
        assert series.geometry.pixel_spacing == (0.5, 0.25)
        assert series.geometry.thickness == 5.0
        assert series.geometry.findings == ()
        assert str(series.traits.kernel) == "bone"
        assert series.read(0).warnings == ()


def test_a_header_laid_flat_reads_as_a_single_slice(tmp_path: Path):
    header = dcmread(write_enhanced(tmp_path, random_volume()), stop_before_pixels=True)
    assert frame_count(header) == 6
    flat = frame_header(header, 2)
    assert flat.ImagePositionPatient[2] == 10
    assert flat.RescaleIntercept == -1024
    assert flat.NumberOfFrames == 1
    assert list(flat.ImageType) == ["ORIGINAL", "PRIMARY", "AXIAL", "NONE"]
    assert "RescaleIntercept" not in header


def test_a_frame_count_that_contradicts_the_groups_is_no_enhanced_image(tmp_path: Path):
    path = write_enhanced(tmp_path, random_volume())
    header = dcmread(path)
    header.NumberOfFrames = 7
    assert frame_count(header) == 0
    header.save_as(path)
    with open_studies(path) as found:
        assert [problem.error.code for problem in found.problems] == ["dicom.multiframe"]


def test_what_is_lost_at_the_end_costs_the_last_frames_alone(tmp_path: Path):
    path = write_enhanced(tmp_path, random_volume())
    path.write_bytes(path.read_bytes()[:-100])
    with open_studies(path) as found:
        series = found.studies[0].series[0]
        assert series.read(4).pixels.shape == (16, 24)
        with pytest.raises(ReadingError, match=r"enhanced\.dcm\[5\] ends before its image does.*\[dicom\.truncated\]"):
            series.read(5)


def test_as_a_single_slice_it_is_refused_as_ever(tmp_path: Path):
    with pytest.raises(ReadingError, match=r"\[dicom\.multiframe\]"):
        read_slice(write_enhanced(tmp_path, random_volume()))
