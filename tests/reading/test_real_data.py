"""Every file of the real collections reads, once, with known counts."""

from collections import Counter
from collections.abc import Iterable
from pathlib import Path
from zipfile import ZipFile

import numpy as np
import pytest
from pydicom import dcmread
from pydicom.pixels import apply_modality_lut

from hemoscope.errors import HemoscopeError
from hemoscope.reading import find_images, read_slice
from hemoscope.terms import Unit


def tally(paths: Iterable[Path]) -> Counter[str]:
    """Count units read, notices and error codes."""
    counts: Counter[str] = Counter()
    for path in paths:
        try:
            found = read_slice(path)
        except HemoscopeError as error:
            counts[error.code] += 1
        else:
            assert found.pixels.dtype == np.float32
            counts[str(found.unit)] += 1
            counts.update(notice.code for notice in found.warnings)
    return counts


@pytest.mark.real_data
@pytest.mark.parametrize(
    ("folder", "expected"),
    [
        ("kaggle-head-ct-hemorrhage", {"grey": 200, "picture.hu_unknown": 200, "picture.color_dropped": 18}),
        ("bhsd-dev", {"grey": 84, "picture.hu_unknown": 84, "picture.color_dropped": 20}),
        ("abdulkader90", {"grey": 620, "picture.hu_unknown": 620}),
        ("phe-sich", {"grey": 1172, "picture.hu_unknown": 1172}),
        ("rsna-2019-study", {"hu": 32}),
        ("cq500-ct-0", {"hu": 239}),
    ],
)
def test_every_file_of_a_collection_reads(real_data: Path, folder: str, expected: dict[str, int]):
    assert tally(find_images(real_data / folder)) == expected


@pytest.mark.real_data
def test_every_rsna_slice_reads_and_undeclared_padding_is_reported(real_data: Path, tmp_path: Path):
    with ZipFile(real_data / "rsna-2019-slices" / "slices.zip") as archive:
        archive.extractall(tmp_path)
    paths = find_images(tmp_path)
    assert tally(paths) == {"hu": 96, "dicom.below_air": 55}
    for path in paths[::8]:
        dataset = dcmread(path)
        expected = np.maximum(apply_modality_lut(dataset.pixel_array, dataset), -1024)
        assert np.array_equal(read_slice(path).pixels, expected.astype(np.float32))


@pytest.mark.real_data
def test_the_declared_padding_of_cq500_is_air(real_data: Path):
    path = real_data / "cq500-ct-0" / "CQ500-CT-0" / "CT000100.dcm"
    stored = dcmread(path).pixel_array
    found = read_slice(path)
    assert (stored == -2000).sum() == 55_772
    assert (found.pixels[stored == -2000] == -1024).all()
    assert np.array_equal(found.pixels[stored != -2000], np.float32(stored[stored != -2000]) - 1024)
    assert found.warnings == ()


@pytest.mark.real_data
def test_an_intercept_of_minus_1000_is_right_and_stays(real_data: Path, tmp_path: Path):
    with ZipFile(real_data / "rsna-2019-slices" / "slices.zip") as archive:
        name = next(name for name in archive.namelist() if name.endswith("ID_0007ff5d1.dcm"))
        found = read_slice(archive.extract(name, tmp_path))
    assert found.unit is Unit.HU
    assert found.pixels.min() == -1000
    assert np.median(found.pixels[200:300, 200:300]) == 33
    assert found.warnings == ()
