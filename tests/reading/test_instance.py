"""What a header says of one slice, and nothing that it does not."""

import contextlib
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from hemoscope.errors import HemoscopeError, ReadingError
from hemoscope.reading import open_studies
from hemoscope.reading.instance import axes_of, read_instances, vector_of
from tests.reading.series_files import random_volume, write_edited

SMALL = np.zeros((4, 6), np.uint16)
Maker = Callable[..., Path]


def test_a_slice_is_described_by_its_header(make_dicom: Maker):
    path = make_dicom(
        SMALL,
        ImagePositionPatient=[1, 2, 3],
        ImageOrientationPatient=[1, 0, 0, 0, 1, 0],
        SliceThickness="5",
        SliceLocation="-7.5",
        InstanceNumber="12",
        SeriesNumber="2",
        AcquisitionNumber="3",
        ConvolutionKernel=["Hr38f", "3"],
        SeriesDescription="Head",
        ProtocolName="Routine",
    )
    (found,) = read_instances(path, name="sub/slice.dcm")
    assert found.shape == (4, 6)
    assert tuple(found.placement.position or ()) == (1, 2, 3)
    assert found.placement.pixel_spacing == (0.5, 0.25)
    assert (found.placement.thickness, found.placement.location) == (5, -7.5)
    assert (found.number, found.series_number, found.acquisition) == (12, 2, (3, None))
    assert found.making.kernel == "Hr38f 3"
    assert found.making.description == "Head / Routine"
    assert found.making.rescale == (1, -1024)
    assert found.frame is None


def test_what_is_missing_is_none(make_dicom: Maker):
    (found,) = read_instances(make_dicom(SMALL, PixelSpacing=None, RescaleSlope=None), name="slice.dcm")
    assert (found.study_uid, found.series_uid, found.number) == (None, None, None)
    assert found.placement.position is None
    assert found.placement.axes is None
    assert found.placement.pixel_spacing is None
    assert found.making.rescale is None


@pytest.mark.parametrize(
    "raw", [None, "", "1", 3, [1, 2], [1, 2, 3, 4], [1, 2, "x"], [1, 2, float("nan")], [0, 0, 2e5]]
)
def test_a_position_of_anything_but_three_numbers_within_100_m_is_none(raw: object):
    assert vector_of(raw) is None


def test_an_orientation_is_two_unit_vectors_at_right_angles():
    found = axes_of(["1", "0", "0", "0", "0.98", "-0.199"])
    assert found is not None
    assert found.down.y == pytest.approx(0.98)
    for raw in ([1, 0, 0, 0, 2, 0], [1, 0, 0, 0.1, 0.99, 0], [0] * 6, [1, 0, 0], None):
        assert axes_of(raw) is None


def test_no_message_names_the_patient_or_a_path(make_dicom: Maker):
    with pytest.raises(HemoscopeError) as caught:
        read_instances(make_dicom(SMALL, Modality="MR"), name="someone/slice.dcm")
    assert "someone" not in str(caught.value)
    assert "SECRET" not in str(caught.value).upper()


def test_garbage_is_a_reading_error(tmp_path: Path):
    (tmp_path / "slice.dcm").write_bytes(bytes(128) + b"DICM" + b"\xff" * 200)
    with pytest.raises(ReadingError):
        read_instances(tmp_path / "slice.dcm", name="slice.dcm")


@given(places=st.lists(st.tuples(st.integers(0, 1500), st.integers(0, 255)), min_size=1, max_size=8))
@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_damage_to_one_file_leaves_the_others_and_ends_in_codes(
    tmp_path_factory: pytest.TempPathFactory, places: list[tuple[int, int]]
):
    folder = tmp_path_factory.mktemp("damaged")
    path = write_edited(random_volume(3, 8, 8), folder)[1]
    data = bytearray(path.read_bytes())
    for at, value in places:
        data[at % len(data)] = value
    path.write_bytes(data)
    with open_studies(folder) as found:
        slices = sum(len(series) for study in found.studies for series in study.series)
        assert slices >= 2
        assert slices + len(found.problems) + len(found.pictures) + len(found.ignored) == 3
        for study in found.studies:
            for series in study.series:
                for index in range(len(series)):
                    with contextlib.suppress(HemoscopeError):
                        assert series.read(index).pixels.shape == series.geometry.shape
