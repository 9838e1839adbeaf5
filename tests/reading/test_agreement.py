"""One slice whose rescale differs from its series agrees with its neighbors once read."""

from pathlib import Path

import numpy as np
from pydicom.dataset import Dataset

from hemoscope.reading import Series, open_studies
from hemoscope.reading.agreement import better_rescale
from tests.reading.series_files import write_edited


def head_volume(head_hu: np.ndarray) -> np.ndarray:
    return np.stack([head_hu] * 6)


def read_series(folder: Path) -> Series:
    with open_studies(folder) as found:
        series = found.studies[0].chosen
        assert series is not None
        return series


def codes(series: Series, index: int) -> list[str]:
    return [notice.code for notice in series.read(index).warnings]


def test_a_wrong_intercept_is_replaced_by_that_of_the_series(head_hu: np.ndarray, tmp_path: Path):
    def edit(dataset: Dataset, index: int) -> None:
        if index == 3:
            dataset.RescaleIntercept = -1500

    volume = head_volume(head_hu)
    write_edited(volume, tmp_path, edit)
    series = read_series(tmp_path)
    assert [notice.code for notice in series.geometry.findings] == ["series.mixed_rescale"]
    assert series.geometry.findings[0].message == (
        "1 of 6 slices (slice-004.dcm) state another (0028,1052) Rescale Intercept or (0028,1053) Rescale Slope than "
        "the "
        "rest; each is compared with its neighbor when read."
    )
    found = series.read(3)
    assert np.array_equal(found.pixels, volume[3])
    assert [(notice.code, notice.message) for notice in found.warnings] == [
        (
            "series.rescale_corrected",
            "(0028,1053) Rescale Slope 1 and (0028,1052) Rescale Intercept -1500 put this slice far off its neighbor; "
            "1 and "
            "-1024 were used, which puts it beside.",
        )
    ]
    assert codes(series, 2) == []


def test_another_intercept_that_is_right_stays(head_hu: np.ndarray, tmp_path: Path):
    def edit(dataset: Dataset, index: int) -> None:
        if index == 3:
            dataset.RescaleIntercept = -1000
            dataset.PixelData = (np.frombuffer(dataset.PixelData, "<u2") - 24).tobytes()

    volume = np.maximum(head_volume(head_hu), -1000)
    write_edited(volume, tmp_path, edit)
    series = read_series(tmp_path)
    assert np.array_equal(series.read(3).pixels, volume[3])
    assert codes(series, 3) == []


def test_a_slice_without_air_takes_the_intercept_that_was_proved_beside_it(head_hu: np.ndarray, tmp_path: Path):
    # All state 0. Five show air and are mended by themselves; the sixth is all brain and could not be.
    volume = head_volume(head_hu)
    volume[2] = 35

    def edit(dataset: Dataset, index: int) -> None:
        dataset.RescaleIntercept = 0

    write_edited(volume, tmp_path, edit)
    series = read_series(tmp_path)
    assert np.array_equal(series.read(2).pixels, volume[2])
    assert codes(series, 2)[-1] == "series.rescale_corrected"
    assert codes(series, 1) == ["dicom.intercept_corrected"]


def test_neighbors_without_a_body_prove_nothing():
    air = np.full((8, 8), -1000, np.float32)
    assert better_rescale(air + 500, air, stated=(1.0, -524.0), usual=(1.0, -1024.0)) is None
