"""A slice of a NIfTI volume by its number in the file is the slice of its series, bit for bit."""

import gzip
import itertools
from concurrent.futures import ThreadPoolExecutor

import nibabel
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hemoscope.errors import InputError, ReadingError
from hemoscope.reading import nifti_slice, open_studies, read_slice
from hemoscope.reading.nifti_slice import nifti_labels, nifti_positions, read_nifti_mask
from hemoscope.terms import Unit
from hemoscope.writing.nifti import write_nifti
from tests.reading.series_files import SPACING, random_volume

HU = random_volume()
AFFINE = np.diag([-0.25, -0.5, 5.0, 1.0])


@pytest.fixture
def volume(tmp_path):
    write_nifti(HU, tmp_path / "head.nii.gz", spacing=SPACING)
    return tmp_path / "head.nii.gz"


def save(path, data, affine=AFFINE, *, code=1):
    image = nibabel.Nifti1Image(data, affine)
    image.set_sform(affine, code)
    image.set_qform(affine, code)
    nibabel.save(image, path)
    return path


def series_of(path):
    """What reading whole studies makes of a volume."""
    with open_studies(path) as found:
        (study,) = found.studies
        (series,) = study.series
        return series, [series.read(index) for index in range(len(series))]


def test_a_slice_comes_back_as_it_was_written(volume):
    found = read_slice(volume, frame=1)
    assert np.array_equal(found.pixels, HU[1])
    assert (found.unit, found.media_format, found.source, found.warnings) == (Unit.HU, "nifti", "head.nii.gz", ())
    assert found.pixels.dtype == np.float32
    assert found.spacing == (0.5, 0.25)
    assert nifti_positions(volume) == (0.0, 5.0, 10.0, 15.0, 20.0, 25.0)


@given(
    flips=st.tuples(st.booleans(), st.booleans(), st.booleans()),
    is_transposed=st.booleans(),
    tilt=st.floats(-0.3, 0.3),
    slope=st.sampled_from([None, 1.0, 0.37]),
    is_packed=st.booleans(),
)
def test_every_slice_equals_that_of_the_series_however_the_file_lies(
    tmp_path_factory, flips, is_transposed, tilt, slope, is_packed
):
    affine = AFFINE.copy()
    affine[2, 1] = tilt
    image = nibabel.Nifti1Image(HU.transpose(2, 1, 0), affine)
    if slope is not None:
        image.header.set_slope_inter(slope, -3.0)
    order = (1, 0, 2) if is_transposed else (0, 1, 2)
    turn = np.array([[axis, -1 if flip else 1] for axis, flip in zip(order, flips, strict=True)])
    path = tmp_path_factory.mktemp("turned") / ("head.nii.gz" if is_packed else "head.nii")
    nibabel.save(image.as_reoriented(turn), path)
    series, slices = series_of(path)
    frames = range(5, -1, -1) if flips[2] else range(6)
    assert nifti_positions(path) == pytest.approx(sorted(nifti_positions(path), reverse=flips[2]))
    for slice_, frame in zip(slices, frames, strict=True):
        found = read_slice(path, frame=frame)
        assert np.array_equal(found.pixels, slice_.pixels)
        assert (found.unit, found.spacing) == (slice_.unit, slice_.spacing)
        assert found.warnings == (*series.warnings, *slice_.warnings)


def test_positions_are_those_of_the_centers_in_mm_whatever_the_unit(tmp_path):
    affine = np.array([[-0.25, 0, 0, 0], [0, -0.5, 0, 0], [0, 0.1, 5.0, -7.0], [0, 0, 0, 1]])
    image = nibabel.Nifti1Image(HU.transpose(2, 1, 0), affine / 1000)
    image.header.set_xyzt_units("meter")
    nibabel.save(image, tmp_path / "m.nii")
    assert nifti_positions(tmp_path / "m.nii") == pytest.approx([-6.25 + 5 * index for index in range(6)], abs=1e-4)


def test_what_is_mended_in_a_volume_is_mended_in_its_slices_and_told(tmp_path):
    array = HU.transpose(2, 1, 0).astype(np.float32)
    array[0, 0, 0], array[1, 0, 0] = np.nan, -3024
    found = read_slice(save(tmp_path / "a.nii", array, code=0), frame=0)
    assert [notice.code for notice in found.warnings] == [
        "nifti.orientation_assumed",
        "nifti.not_finite",
        "nifti.below_air",
    ]
    assert found.warnings[2].message == "1 pixels below -1024 HU were taken as air."
    assert found.pixels[-1, -2:].tolist() == [-1024, -1024]  # taken as right and front, so turned


def test_values_that_lost_their_intercept_are_mended_from_the_whole_volume(head_hu, tmp_path):
    volume = np.stack([head_hu] * 4)
    volume[0] = -1000
    found = read_slice(save(tmp_path / "a.nii", (volume + 1024).transpose(2, 1, 0)), frame=0)
    assert np.array_equal(found.pixels, volume[0])
    assert [notice.code for notice in found.warnings] == ["nifti.intercept_corrected"]


def test_values_that_are_no_hu_are_refused_as_in_a_series_but_for_label_maps(tmp_path):
    numbers = np.zeros((2, 3, 4), np.uint8)
    numbers[0, 2, 3], numbers[0, 0, 0] = 5, 2
    write_nifti(numbers, tmp_path / "m.nii", spacing=(5, 1, 1))
    series, _ = series_of(tmp_path / "m.nii")
    with pytest.raises(ReadingError, match=r"received values from 0 to 5\..*\[nifti\.not_hounsfield\]") as caught:
        read_slice(tmp_path / "m.nii", frame=0)
    assert caught.value.message == series.error.message
    assert nifti_labels(tmp_path / "m.nii") == [(2, 5), ()]
    found = read_nifti_mask(tmp_path / "m.nii", 0)
    assert (found.dtype, found.tolist()) == (np.int32, numbers[0].tolist())


def test_a_mask_is_turned_as_its_image_is(tmp_path):
    area = (HU > 0).astype(np.uint8)
    for name, data in (("head.nii.gz", HU), ("mask.nii", area)):
        image = nibabel.Nifti1Image(data.transpose(2, 1, 0), AFFINE)
        nibabel.save(image.as_reoriented(np.array([[1, -1], [0, 1], [2, -1]])), tmp_path / name)
    for frame in range(6):
        shown = read_slice(tmp_path / "head.nii.gz", frame=frame).pixels
        assert np.array_equal(read_nifti_mask(tmp_path / "mask.nii", frame), shown > 0)


def test_a_packed_volume_is_unpacked_once_for_all_its_slices_and_anew_when_it_changes(volume, monkeypatch):
    unpacked = []
    unpack = nifti_slice.unpack_to_memory
    monkeypatch.setattr(nifti_slice, "unpack_to_memory", lambda path: unpacked.append(path.name) or unpack(path))
    for frame in (3, 0, 3, 5):
        assert np.array_equal(read_slice(volume, frame=frame).pixels, HU[frame])
    assert nifti_positions(volume)[1] == 5.0
    assert unpacked == ["head.nii.gz"]
    write_nifti(HU[::-1].copy(), volume, spacing=SPACING)
    assert np.array_equal(read_slice(volume, frame=0).pixels, HU[5])
    assert unpacked == ["head.nii.gz"] * 2


def test_many_threads_read_one_packed_volume(volume):
    frames = [frame for _ in range(20) for frame in range(6)]
    with ThreadPoolExecutor(8) as threads:
        found = list(threads.map(lambda frame: read_slice(volume, frame=frame).pixels, frames))
    assert all(np.array_equal(pixels, HU[frame]) for pixels, frame in zip(found, frames, strict=True))


def test_a_slice_that_is_not_there_is_an_error(volume):
    expected = r"a slice from 0 to 5 of head\.nii\.gz, received 6\. Correct the number of the slice.*nifti\.no_frame"
    for read in (lambda: read_slice(volume, frame=6), lambda: read_nifti_mask(volume, 6)):
        with pytest.raises(ReadingError, match=expected):
            read()
    with pytest.raises(ReadingError, match=r"received -1\."):
        read_slice(volume, frame=-1)
    with pytest.raises(InputError, match=r"found nothing called gone\.nii"):
        read_slice(volume.with_name("gone.nii"), frame=0)


@pytest.mark.parametrize("order", [order for order in itertools.permutations(range(3)) if order[2] != 2])
def test_a_third_axis_that_does_not_run_through_the_slices_is_an_error(order, tmp_path):
    turn = np.array([[axis, 1] for axis in order])
    nibabel.save(nibabel.Nifti1Image(HU.transpose(2, 1, 0), AFFINE).as_reoriented(turn), tmp_path / "a.nii")
    for read in (lambda path: read_slice(path, frame=0), nifti_labels):
        with pytest.raises(ReadingError) as caught:
            read(tmp_path / "a.nii")
        assert str(caught.value) == (
            "Expected axial slices along the third axis of a.nii; it runs another way through the head. Save the "
            "volume anew with axial slices along its third axis. [nifti.other_axis]"
        )


def test_several_volumes_in_a_file_are_refused_as_in_a_series(tmp_path):
    path = save(tmp_path / "b.nii", np.zeros((3, 4, 2, 2), np.int16), np.eye(4))
    for read in (lambda path: read_slice(path, frame=0), nifti_positions, nifti_labels):
        with pytest.raises(ReadingError, match=r"the shape \(3, 4, 2, 2\).*\[nifti\.not_a_volume\]"):
            read(path)


@pytest.mark.parametrize("read", [lambda path: read_slice(path, frame=0), nifti_labels])
def test_damaged_bytes_end_in_a_code(read, volume, tmp_path):
    plain = gzip.decompress(volume.read_bytes())
    made = {
        "half.nii.gz": (volume.read_bytes()[:2000], "archive.truncated"),
        "head.nii": (plain[:-1], "nifti.truncated"),
        "packed.nii.gz": (gzip.compress(plain[:-1]), "nifti.truncated"),
        "text.nii": (b"no volume", "nifti.invalid"),
        "text.nii.gz": (gzip.compress(b"no volume"), "nifti.invalid"),
        "empty.nii": (b"", "nifti.invalid"),
    }
    for name, (data, code) in made.items():
        (tmp_path / name).write_bytes(data)
        with pytest.raises(ReadingError) as caught:
            read(tmp_path / name)
        assert (name, caught.value.code) == (name, code)


def test_positions_come_from_the_header_alone(volume, tmp_path):
    (tmp_path / "half.nii.gz").write_bytes(volume.read_bytes()[:2000])
    assert nifti_positions(tmp_path / "half.nii.gz") == nifti_positions(volume)
    (tmp_path / "none.nii.gz").write_bytes(volume.read_bytes()[:40])
    with pytest.raises(ReadingError, match=r"none\.nii\.gz cannot be unpacked to its end.*\[archive\.truncated\]"):
        nifti_positions(tmp_path / "none.nii.gz")
