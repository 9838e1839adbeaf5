"""Slices come in order by where they lie; by less only with a warning."""

import random
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pydicom.dataset import Dataset

from hemoscope.reading import Series, open_studies
from hemoscope.records import Edges
from tests.reading.series_files import random_volume, write_edited

VOLUME = random_volume()


def read_series(folder: Path) -> Series:
    with open_studies(folder) as found:
        (study,) = found.studies
        assert found.problems == ()
        assert study.chosen is not None
        return study.chosen


def pixels(series: Series) -> np.ndarray:
    return np.stack([series.read(index).pixels for index in range(len(series))])


def leave_out(*keywords: str) -> Callable[[Dataset, int], None]:
    def edit(dataset: Dataset, index: int) -> None:
        for keyword in keywords:
            delattr(dataset, keyword)

    return edit


@given(seed=st.integers(0, 2**31))
@settings(max_examples=10, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_shuffled_names_and_numbers_give_the_same_order(tmp_path_factory: pytest.TempPathFactory, seed: int):
    folder = tmp_path_factory.mktemp("shuffled")
    numbers = list(range(1, 7))
    random.Random(seed).shuffle(numbers)

    def edit(dataset: Dataset, index: int) -> None:
        dataset.InstanceNumber = numbers[index]

    for number, path in zip(numbers, write_edited(VOLUME, folder, edit, tilt_degrees=20), strict=True):
        path.rename(folder / f"{number * 7919 % 101:03d}.dcm")
    series = read_series(folder)
    assert np.array_equal(pixels(series), VOLUME)
    assert series.geometry.positions == pytest.approx([0, 5, 10, 15, 20, 25], abs=4e-6)


def test_without_positions_the_location_gives_the_order(tmp_path: Path):
    def edit(dataset: Dataset, index: int) -> None:
        del dataset.ImagePositionPatient
        dataset.SliceLocation, dataset.InstanceNumber = f"{index * 5 - 40}", 6 - index

    write_edited(VOLUME, tmp_path, edit)
    series = read_series(tmp_path)
    assert np.array_equal(pixels(series), VOLUME)
    assert [(notice.code, notice.message) for notice in series.warnings] == [
        (
            "series.ordered_by_location",
            "6 of 6 slices lack a valid (0020,0032) Image Position (Patient); they were ordered by (0020,1041) Slice "
            "Location, taken as rising toward the head.",
        )
    ]
    assert series.geometry.positions == (-40, -35, -30, -25, -20, -15)
    assert series.geometry.spacing == 5
    assert series.geometry.affine is None


def test_one_slice_without_a_position_puts_all_by_location(tmp_path: Path):
    def edit(dataset: Dataset, index: int) -> None:
        dataset.SliceLocation = f"{index * 5}"
        if index == 2:
            dataset.ImagePositionPatient = ""

    write_edited(VOLUME, tmp_path, edit)
    series = read_series(tmp_path)
    assert np.array_equal(pixels(series), VOLUME)
    assert series.warnings[0].message.startswith("1 of 6 slices lack a valid")


def test_without_locations_the_number_gives_the_order_and_no_positions_are_made_up(tmp_path: Path):
    write_edited(VOLUME, tmp_path, leave_out("ImagePositionPatient"))
    series = read_series(tmp_path)
    assert np.array_equal(pixels(series), VOLUME)
    assert [notice.code for notice in series.warnings] == ["series.ordered_by_number"]
    assert series.geometry.positions == ()
    assert series.geometry.spacing is None
    assert series.geometry.extent is None


def test_without_anything_there_is_no_order_and_no_score(tmp_path: Path):
    write_edited(VOLUME, tmp_path, leave_out("ImagePositionPatient", "InstanceNumber"))
    with open_studies(tmp_path) as found:
        (study,) = found.studies
        assert study.chosen is None
        assert study.error is not None
        assert (study.error.code, study.error.message) == (
            "series.no_order",
            "Expected positions that put 6 slices in order, received neither (0020,0032) Image Position (Patient) nor "
            "(0020,1041) Slice Location nor distinct (0020,0013) Instance Numbers in all of them.",
        )


def test_a_single_slice_needs_no_order(tmp_path: Path):
    write_edited(VOLUME[:1], tmp_path, leave_out("ImagePositionPatient", "InstanceNumber", "ImageOrientationPatient"))
    series = read_series(tmp_path)
    assert np.array_equal(pixels(series), VOLUME[:1])
    assert [notice.code for notice in series.warnings] == ["series.orientation_assumed"]


@pytest.mark.parametrize("bad", ["", ["1", "0", "0"], ["0"] * 6, ["1", "0", "0", "1", "0", "0"], ["9"] * 6])
def test_an_invalid_orientation_is_taken_as_axial_with_a_notice(bad: object, tmp_path: Path):
    def edit(dataset: Dataset, index: int) -> None:
        dataset.ImageOrientationPatient = bad

    write_edited(VOLUME, tmp_path, edit)
    series = read_series(tmp_path)
    assert np.array_equal(pixels(series), VOLUME)
    assert series.warnings[0].message == (
        "6 of 6 slices lack a valid (0020,0037) Image Orientation (Patient); they were taken as axial, shown as usual."
    )


@pytest.mark.parametrize(
    ("across", "down", "corner", "turn"),
    [
        (["-1", "0", "0"], ["0", "1", "0"], ["5.75", "0"], lambda picture: picture[:, ::-1]),
        (["1", "0", "0"], ["0", "-1", "0"], ["0", "7.5"], lambda picture: picture[::-1]),
        (["-1", "0", "0"], ["0", "-1", "0"], ["5.75", "7.5"], lambda picture: picture[::-1, ::-1]),
        (["0", "1", "0"], ["1", "0", "0"], ["0", "0"], lambda picture: picture.T),
    ],
)
def test_a_picture_that_lies_otherwise_is_turned_exactly_and_said_so(
    across: list[str], down: list[str], corner: list[str], turn: Callable[[np.ndarray], np.ndarray], tmp_path: Path
):
    def edit(dataset: Dataset, index: int) -> None:
        dataset.ImageOrientationPatient = [*across, *down]
        dataset.ImagePositionPatient = [*corner, f"{5 * index}"]

    write_edited(VOLUME, tmp_path, edit)
    series = read_series(tmp_path)
    assert np.array_equal(pixels(series), np.stack([turn(picture) for picture in VOLUME]))
    assert [notice.code for notice in series.geometry.findings] == ["series.flipped"]
    is_swapped = across[0] == "0"
    assert series.geometry.shape == ((24, 16) if is_swapped else (16, 24))
    assert series.geometry.pixel_spacing == ((0.25, 0.5) if is_swapped else (0.5, 0.25))
    assert series.read(0).spacing == series.geometry.pixel_spacing
    assert series.read(0).edges == Edges("R", "A", "L", "P")
    assert series.geometry.affine is not None
    assert np.allclose(series.geometry.affine[:3, 3], 0)


def test_a_slice_that_does_not_say_how_it_lies_has_no_edges_though_the_others_have(tmp_path: Path):
    def edit(dataset: Dataset, index: int) -> None:
        if index == 2:
            del dataset.ImageOrientationPatient

    write_edited(VOLUME, tmp_path, edit)
    series = read_series(tmp_path)
    assert [series.read(place).edges is None for place in range(len(series))] == [False, False, True, *[False] * 3]


def test_a_mirrored_picture_says_what_was_done(tmp_path: Path):
    def edit(dataset: Dataset, index: int) -> None:
        dataset.ImageOrientationPatient = ["-1", "0", "0", "0", "1", "0"]

    write_edited(VOLUME, tmp_path, edit)
    (finding,) = read_series(tmp_path).geometry.findings
    assert finding.message == (
        "(0020,0037) Image Orientation (Patient) says that the picture is not as usually displayed: it was mirrored "
        "left to "
        "right, which puts the patient's right on its left and the front up."
    )


def test_a_tilted_gantry_leans_off_the_normal_and_a_tilted_stack_does_not(tmp_path: Path):
    write_edited(VOLUME, tmp_path / "stack", tilt_degrees=15)

    def straight(dataset: Dataset, index: int) -> None:
        dataset.ImagePositionPatient = ["0", "0", f"{5 * index}"]

    write_edited(VOLUME, tmp_path / "gantry", straight, tilt_degrees=15)
    stack, gantry = read_series(tmp_path / "stack").geometry, read_series(tmp_path / "gantry").geometry
    assert (stack.tilt, stack.shear) == pytest.approx((15, 0), abs=1e-3)
    assert (gantry.tilt, gantry.shear) == pytest.approx((15, 15), abs=1e-3)
    assert gantry.spacing == pytest.approx(5 * np.cos(np.radians(15)), abs=1e-4)
    assert [notice.message for notice in gantry.findings] == [
        "The slices are tilted 15.0 degrees, and the way from slice to slice leans 15.0 degrees off their normal, as "
        "under "
        "a tilted gantry; each slice was kept as it is, none was resampled."
    ]


def test_a_missing_slice_is_told_by_place_and_by_number(tmp_path: Path):
    write_edited(VOLUME, tmp_path)[2].unlink()
    series = read_series(tmp_path)
    assert [notice.code for notice in series.geometry.findings] == ["series.gap", "series.missing_instances"]
    assert series.geometry.affine is None
    assert len(series) == 5
