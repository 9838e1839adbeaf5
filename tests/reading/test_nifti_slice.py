"""A slice of a NIfTI volume: in HU, turned as we show heads, by its number in the file."""

import nibabel
import numpy as np
import pytest

from hemoscope.errors import InputError, ReadingError
from hemoscope.reading import read_slice
from hemoscope.reading.nifti_slice import nifti_labels, nifti_positions, read_nifti_mask
from hemoscope.terms import Unit
from hemoscope.writing.nifti import write_nifti

HU = np.arange(2 * 3 * 4, dtype=np.int16).reshape(2, 3, 4) * 10


@pytest.fixture
def volume(tmp_path):
    write_nifti(HU, tmp_path / "head.nii.gz", spacing=(5.0, 0.5, 0.8))
    return tmp_path / "head.nii.gz"


def save(path, data, affine, *, code=1):
    image = nibabel.Nifti1Image(data, affine)
    image.set_sform(affine, code)
    image.set_qform(affine, code)
    nibabel.save(image, path)
    return path


def test_a_slice_comes_back_as_it_was_written(volume):
    found = read_slice(volume, frame=1)
    assert np.array_equal(found.pixels, HU[1])
    assert (found.unit, found.media_format, found.source, found.warnings) == (Unit.HU, "nifti", "head.nii.gz", ())
    assert found.spacing == (0.5, pytest.approx(0.8))
    assert nifti_positions(volume) == (0.0, 5.0)


@pytest.mark.parametrize("axes", [("L", "A", "S"), ("R", "P", "I"), ("A", "R", "S"), ("P", "L", "I")])
def test_however_the_file_counts_the_slice_is_shown_the_same(volume, tmp_path, axes):
    from nibabel.orientations import axcodes2ornt, io_orientation, ornt_transform

    image = nibabel.load(volume)
    turned = image.as_reoriented(ornt_transform(io_orientation(image.affine), axcodes2ornt(axes)))
    nibabel.save(turned, tmp_path / "turned.nii")
    frames = (0, 1) if axes[2] == "S" else (1, 0)
    for ours, frame in enumerate(frames):
        found = read_slice(tmp_path / "turned.nii", frame=frame)
        assert np.array_equal(found.pixels, HU[ours])
        assert found.spacing == (0.5, pytest.approx(0.8))
        assert nifti_positions(tmp_path / "turned.nii")[frame] == pytest.approx(5.0 * ours)


def test_what_lies_below_air_is_lifted_and_told(tmp_path):
    write_nifti(np.full((1, 2, 2), -3024, np.int16), tmp_path / "a.nii", spacing=(5, 1, 1))
    found = read_slice(tmp_path / "a.nii", frame=0)
    assert found.pixels.max() == -1024
    assert [notice.message for notice in found.warnings] == ["4 pixels below -1024 HU were taken as air."]


def test_a_file_that_does_not_say_how_the_patient_lies_is_taken_as_ras_and_told(tmp_path):
    path = save(tmp_path / "a.nii", HU.transpose(2, 1, 0).copy(), np.diag([1.0, 1.0, 5.0, 1.0]), code=0)
    assert [notice.code for notice in read_slice(path, frame=0).warnings] == ["nifti.orientation_assumed"]


def test_labels_and_masks_are_told_by_slice(tmp_path):
    numbers = np.zeros((2, 3, 4), np.uint8)
    numbers[1, 2, 3], numbers[1, 0, 0] = 5, 2
    write_nifti(numbers, tmp_path / "m.nii", spacing=(5, 1, 1))
    assert nifti_labels(tmp_path / "m.nii") == [(), (2, 5)]
    assert np.array_equal(read_nifti_mask(tmp_path / "m.nii", 1), numbers[1])
    with pytest.raises(ReadingError, match=r"a slice from 0 to 1 of m\.nii, received 2\. Fetch the mask"):
        read_nifti_mask(tmp_path / "m.nii", 2)


def test_a_slice_that_is_not_there_is_an_error(volume):
    with pytest.raises(ReadingError, match=r"a slice from 0 to 1 of head\.nii\.gz, received 2.*nifti\.no_frame"):
        read_slice(volume, frame=2)
    with pytest.raises(InputError, match=r"found nothing called gone\.nii"):
        read_slice(volume.with_name("gone.nii"), frame=0)


def test_what_is_no_axial_volume_is_an_error(tmp_path):
    sagittal = np.array([[0, 0, 5.0, 0], [1, 0, 0, 0], [0, 1, 0, 0], [0, 0, 0, 1]])
    path = save(tmp_path / "a.nii", np.zeros((3, 4, 2), np.int16), sagittal)
    with pytest.raises(ReadingError, match=r"Expected axial slices along the third axis of a\.nii.*nifti\.not_axial"):
        read_slice(path, frame=0)
    path = save(tmp_path / "b.nii", np.zeros((3, 4, 2, 2), np.int16), np.eye(4))
    with pytest.raises(ReadingError, match=r"Expected one volume in b\.nii, received an array of 3 x 4 x 2 x 2"):
        read_slice(path, frame=0)
    path = save(tmp_path / "c.nii", np.full((3, 4, 2), np.nan, np.float32), np.eye(4))
    with pytest.raises(ReadingError, match=r"Expected finite HU in c\.nii.*\[nifti\.not_finite\]"):
        read_slice(path, frame=0)


def test_damaged_bytes_are_an_error(volume, tmp_path):
    (tmp_path / "half.nii.gz").write_bytes(volume.read_bytes()[:60])
    (tmp_path / "text.nii").write_text("no volume")
    for name in ("half.nii.gz", "text.nii"):
        with pytest.raises(ReadingError, match=r"Expected a NIfTI volume, but .* cannot be .*\[nifti\.invalid\]"):
            read_slice(tmp_path / name, frame=0)
