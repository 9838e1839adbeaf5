from pathlib import Path

import numpy as np
import pytest
from pydicom import dcmread
from pydicom.uid import (
    UID,
    CTImageStorage,
    ExplicitVRLittleEndian,
    JPEG2000Lossless,
    JPEGLSLossless,
    RLELossless,
)

from hemoscope.reading import read_slice
from hemoscope.terms import Unit
from hemoscope.writing.dicom import write_series

SPACING = (5.0, 0.75, 0.5)


def head(slices: int = 3) -> np.ndarray:
    generator = np.random.default_rng(0)
    hu = np.full((slices, 40, 32), -1000.0)
    hu[:, 8:32, 6:26] = generator.uniform(-20, 1300, (slices, 24, 20))
    return hu


SYNTAXES = [ExplicitVRLittleEndian, RLELossless, JPEGLSLossless, JPEG2000Lossless]


@pytest.mark.parametrize("syntax", SYNTAXES, ids=[syntax.name for syntax in SYNTAXES])
def test_every_compression_reads_back_the_same_rounded_hu(tmp_path: Path, syntax: UID) -> None:
    hu = head()
    paths = write_series(hu, tmp_path, spacing=SPACING, name="a", transfer_syntax=syntax)
    assert [path.name for path in paths] == ["slice-001.dcm", "slice-002.dcm", "slice-003.dcm"]
    for path, expected in zip(paths, hu, strict=True):
        image = read_slice(path)
        assert np.array_equal(image.pixels, np.round(expected))
        assert (image.unit, image.spacing, image.warnings) == (Unit.HU, (0.75, 0.5), ())
        assert dcmread(path, stop_before_pixels=True).file_meta.TransferSyntaxUID == syntax


def test_positions_rise_along_the_normal_by_the_asked_spacing(tmp_path: Path) -> None:
    for tilt in (0.0, 20.0):
        paths = write_series(head(4), tmp_path / str(tilt), spacing=SPACING, name="a", tilt_degrees=tilt)
        headers = [dcmread(path, stop_before_pixels=True) for path in paths]
        across, down = np.split(np.array(headers[0].ImageOrientationPatient, float), 2)
        positions = np.array([header.ImagePositionPatient for header in headers], float)
        assert np.allclose(np.diff(positions @ np.cross(across, down)), 5.0, atol=1e-5)
        assert [header.InstanceNumber for header in headers] == [1, 2, 3, 4]


def test_tilt_shows_in_the_orientation(tmp_path: Path) -> None:
    flat, tilted = (
        dcmread(write_series(head(1), tmp_path / str(tilt), spacing=SPACING, name="a", tilt_degrees=tilt)[0])
        for tilt in (0.0, 30.0)
    )
    assert flat.ImageOrientationPatient == [1, 0, 0, 0, 1, 0]
    # Cosine and sine of 30 degrees.
    assert tilted.ImageOrientationPatient == [1, 0, 0, 0, 0.866025, 0.5]
    assert tilted.GantryDetectorTilt == 30


def test_header_is_a_scanners_and_names_no_one(tmp_path: Path) -> None:
    header = dcmread(write_series(head(1), tmp_path, spacing=SPACING, name="a")[0])
    assert header.SOPClassUID == header.file_meta.MediaStorageSOPClassUID == CTImageStorage
    assert header.SOPInstanceUID == header.file_meta.MediaStorageSOPInstanceUID
    assert (header.PatientID, header.PatientIdentityRemoved, header.BurnedInAnnotation) == ("PHANTOM", "YES", "NO")
    assert (header.StudyDescription, header.PatientBirthDate) == ("HEMOSCOPE PHANTOM", "")
    assert (header.BitsStored, header.PixelRepresentation) == (12, 0)
    assert (header.RescaleSlope, header.RescaleIntercept) == (1, -1024)
    assert (header.WindowCenter, header.WindowWidth) == (40, 80)
    assert (list(header.PixelSpacing), header.SliceThickness) == ([0.75, 0.5], 5)


@pytest.mark.parametrize("syntax", [ExplicitVRLittleEndian, RLELossless])
def test_uids_follow_from_the_name(tmp_path: Path, syntax: UID) -> None:
    series = [
        [
            dcmread(path)
            for path in write_series(head(2), tmp_path / folder, spacing=SPACING, name=name, transfer_syntax=syntax)
        ]
        for folder, name in (("1", "a"), ("2", "a"), ("3", "b"))
    ]
    first, again, other = ([one.SOPInstanceUID for one in headers] for headers in series)
    assert first == again
    assert len({*first, *other}) == 4
    assert all(uid.startswith("2.25.") and uid.is_valid and len(uid) <= 64 for uid in [*first, *other])
    assert series[0][0].SeriesInstanceUID == series[0][1].SeriesInstanceUID != series[2][0].SeriesInstanceUID


def test_values_beyond_12_bits_are_clipped(tmp_path: Path) -> None:
    hu = head(1)
    hu[0, 10, 10:12] = -2000, 9000
    written = dcmread(write_series(hu, tmp_path, spacing=SPACING, name="a")[0])
    assert written.pixel_array[10, 10:12].tolist() == [0, 4095]
