"""NIfTI volumes give the slices that their affine says, in HU."""

import gzip
import itertools
from pathlib import Path

import nibabel
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hemoscope.errors import ReadingError
from hemoscope.reading import Series, Study, open_studies
from hemoscope.reading.nifti import nifti_series
from hemoscope.records import Edges
from hemoscope.terms import Unit
from hemoscope.writing.nifti import write_nifti
from tests.reading.series_files import SPACING, random_volume, write_edited

AFFINE = np.diag([-0.25, -0.5, 5.0, 1.0])


def save(path: Path, array: np.ndarray, affine: np.ndarray | None = AFFINE, **header: float) -> Path:
    image = nibabel.Nifti1Image(array, affine)
    for key, value in header.items():
        image.header[key] = value
    nibabel.save(image, path)
    return path


def read_all(series: Series) -> np.ndarray:
    return np.stack([series.read(index).pixels for index in range(len(series))])


def only_study(path: Path) -> Study:
    with open_studies(path) as found:
        assert found.problems == ()
        (study,) = found.studies
        return study


def codes(series: Series) -> list[str]:
    return [notice.code for notice in series.warnings]


def test_slices_are_float32_hu_named_by_file_and_index(tmp_path: Path):
    volume = random_volume()
    write_nifti(volume, tmp_path / "head.nii", spacing=SPACING)
    series = nifti_series(tmp_path / "head.nii", name="sub/head.nii")
    slice_ = series.read(4)
    assert (slice_.unit, slice_.source, slice_.media_format, slice_.spacing) == (
        Unit.HU,
        "head.nii[4]",
        "nifti",
        (0.5, 0.25),
    )
    assert slice_.pixels.dtype == np.float32
    assert np.array_equal(read_all(series), volume)
    assert series.geometry.spacing == 5.0
    assert series.geometry.findings == ()
    assert series.instance_uid(0) is None
    assert np.allclose(series.geometry.affine, np.diag([0.25, 0.5, 5.0, 1.0]))


@given(
    order=st.sampled_from(list(itertools.permutations(range(3)))),
    flips=st.tuples(st.booleans(), st.booleans(), st.booleans()),
)
def test_any_order_and_direction_of_the_axes_gives_the_same_slices(
    tmp_path_factory: pytest.TempPathFactory, order: tuple[int, ...], flips: tuple[bool, ...]
):
    volume = random_volume()
    path = tmp_path_factory.mktemp("turned") / "head.nii"
    image = nibabel.Nifti1Image(volume.transpose(2, 1, 0), AFFINE)
    orientation = np.array([[axis, -1 if flip else 1] for axis, flip in zip(order, flips, strict=True)])
    nibabel.save(image.as_reoriented(orientation), path)
    series = nifti_series(path, name="head.nii")
    assert np.array_equal(read_all(series), volume)
    assert series.geometry.pixel_spacing == (0.5, 0.25)
    assert np.allclose(series.geometry.affine, np.diag([0.25, 0.5, 5.0, 1.0]))


@pytest.mark.parametrize("kind", [nibabel.Nifti1Image, nibabel.Nifti2Image])
@pytest.mark.parametrize("name", ["head.nii", "head.nii.gz", "head", "head.dcm"])
def test_both_versions_are_known_by_their_first_bytes(kind: type, name: str, tmp_path: Path):
    volume = random_volume()
    nibabel.save(kind(volume.transpose(2, 1, 0), AFFINE), tmp_path / "x.nii")
    data = (tmp_path / "x.nii").read_bytes()
    (tmp_path / name).write_bytes(gzip.compress(data) if name.endswith(".gz") else data)
    with open_studies(tmp_path / name) as found:
        assert np.array_equal(read_all(found.studies[0].series[0]), volume)


def test_scaled_integers_are_exact_hu(tmp_path: Path):
    volume = random_volume()
    stored = (volume.transpose(2, 1, 0) + 1024).astype(np.uint16)
    save(tmp_path / "head.nii", stored, scl_slope=1.0, scl_inter=-1024.0)
    data = bytearray((tmp_path / "head.nii").read_bytes())
    data[112:120] = np.array([1.0, -1024.0], "<f4").tobytes()
    (tmp_path / "head.nii").write_bytes(data)
    assert np.array_equal(read_all(nifti_series(tmp_path / "head.nii", name="head.nii")), volume)


def test_the_qform_is_used_where_there_is_no_sform(tmp_path: Path):
    image = nibabel.Nifti1Image(random_volume().transpose(2, 1, 0), None)
    image.set_qform(np.diag([0.25, -0.5, 5.0, 1.0]), code=1)
    nibabel.save(image, tmp_path / "head.nii")
    series = nifti_series(tmp_path / "head.nii", name="head.nii")
    assert np.array_equal(read_all(series), random_volume()[:, :, ::-1])
    assert codes(series) == []
    assert series.read(0).edges == Edges("R", "A", "L", "P")


def test_a_volume_without_any_form_is_taken_as_right_front_head_with_a_notice(tmp_path: Path):
    image = nibabel.Nifti1Image(random_volume().transpose(2, 1, 0), None)
    image.header.set_zooms((0.25, 0.5, 5.0))
    nibabel.save(image, tmp_path / "head.nii")
    series = nifti_series(tmp_path / "head.nii", name="head.nii")
    assert np.array_equal(read_all(series), random_volume()[:, ::-1, ::-1])
    assert series.read(0).edges is None
    assert [(notice.code, notice.message) for notice in series.warnings] == [
        (
            "nifti.orientation_assumed",
            "Neither sform nor qform says how the volume lies; its axes were taken as right, front and head.",
        )
    ]


def test_forms_that_disagree_are_reported_and_the_sform_is_used(tmp_path: Path):
    image = nibabel.Nifti1Image(random_volume().transpose(2, 1, 0), AFFINE)
    image.set_qform(np.diag([0.25, -0.5, 5.0, 1.0]), code=1)
    image.set_sform(AFFINE, code=2)
    nibabel.save(image, tmp_path / "head.nii")
    series = nifti_series(tmp_path / "head.nii", name="head.nii")
    assert np.array_equal(read_all(series), random_volume())
    assert codes(series) == ["nifti.forms_disagree"]
    assert series.read(0).edges is None


def test_meters_are_turned_into_mm(tmp_path: Path):
    image = nibabel.Nifti1Image(random_volume().transpose(2, 1, 0), np.diag([-0.00025, -0.0005, 0.005, 1.0]))
    image.header.set_xyzt_units("meter")
    nibabel.save(image, tmp_path / "head.nii")
    geometry = nifti_series(tmp_path / "head.nii", name="head.nii").geometry
    assert geometry.spacing == pytest.approx(5.0)
    assert geometry.pixel_spacing == pytest.approx((0.5, 0.25))


def test_a_fourth_axis_of_one_is_read_and_of_two_is_refused(tmp_path: Path):
    array = random_volume().transpose(2, 1, 0)
    path = save(tmp_path / "one.nii", array[..., None])
    assert np.array_equal(read_all(nifti_series(path, name="one.nii")), random_volume())
    path = save(tmp_path / "two.nii", np.stack([array, array], axis=-1))
    with pytest.raises(ReadingError) as caught:
        nifti_series(path, name="sub/two.nii")
    assert str(caught.value) == (
        "Expected one volume (columns, rows, slices) in two.nii, received the shape (24, 16, 6, 2). Save each volume "
        "as a file of its own. [nifti.not_a_volume]"
    )


@pytest.mark.parametrize(
    ("low", "high", "dtype"), [(0, 256, np.uint8), (0, 2, np.float32), (-500, 32_000, np.int16), (0, 60_000, np.uint16)]
)
def test_values_that_are_no_hu_cannot_be_scored(low: int, high: int, dtype: type, tmp_path: Path):
    array = np.random.default_rng(1).integers(low, high, (8, 8, 4)).astype(dtype)
    array[0, 0, 1:3], array[1, 1, 1:3] = low, high - 1
    study = only_study(save(tmp_path / "head.nii", array))
    assert study.chosen is None
    assert study.error is not None
    assert study.error.code == "nifti.not_hounsfield"
    assert study.error.message == (
        f"Expected Hounsfield units in head.nii, air near -1000 and bone near 1000; received values from {low} to "
        f"{high - 1}."
    )


def test_colors_are_no_hu(tmp_path: Path):
    array = np.zeros((8, 8, 4), [("R", "u1"), ("G", "u1"), ("B", "u1")])
    study = only_study(save(tmp_path / "head.nii", array))
    assert study.error is not None
    assert study.error.message.endswith("received colors or complex numbers.")


def test_values_that_lost_their_intercept_are_mended_in_every_slice_alike(head_hu: np.ndarray, tmp_path: Path):
    volume = np.stack([head_hu] * 4)
    volume[0] = -1000
    series = nifti_series(save(tmp_path / "head.nii", (volume + 1024).transpose(2, 1, 0)), name="head.nii")
    assert codes(series) == ["nifti.intercept_corrected"]
    assert np.array_equal(read_all(series), volume)


def test_a_skull_stripped_brain_is_kept_and_doubted(tmp_path: Path):
    array = np.random.default_rng(1).integers(-20, 400, (8, 8, 4)).astype(np.int16)
    series = nifti_series(save(tmp_path / "head.nii", array), name="head.nii")
    assert codes(series) == ["nifti.hounsfield_doubtful"]
    assert series.error is None


def test_padding_and_holes_are_air(tmp_path: Path):
    array = random_volume().transpose(2, 1, 0).astype(np.float32)
    array[0, 0, 0], array[1, 0, 0], array[2, 0, 0] = np.nan, np.inf, -3024
    slice_ = nifti_series(save(tmp_path / "head.nii", array), name="head.nii").read(0)
    assert slice_.pixels[0, :3].tolist() == [-1024, -1024, -1024]
    assert [notice.code for notice in slice_.warnings] == ["nifti.not_finite", "nifti.below_air"]


def test_a_volume_that_was_not_acquired_axially_is_reported(tmp_path: Path):
    array = random_volume().transpose(2, 1, 0)
    series = nifti_series(save(tmp_path / "head.nii", array, np.diag([-5.0, -0.5, 0.5, 1.0])), name="head.nii")
    assert codes(series) == ["nifti.not_axial"]


def test_a_truncated_volume_is_told_before_it_is_read(tmp_path: Path):
    path = save(tmp_path / "head.nii", random_volume().transpose(2, 1, 0))
    path.write_bytes(path.read_bytes()[:-1])
    with open_studies(tmp_path) as found:
        assert [(problem.input, problem.error.code) for problem in found.problems] == [("head.nii", "nifti.truncated")]


def test_half_a_packed_volume_is_truncated(tmp_path: Path):
    path = save(tmp_path / "head.nii.gz", random_volume().transpose(2, 1, 0))
    path.write_bytes(path.read_bytes()[:2_000])
    with open_studies(tmp_path) as found:
        assert [problem.error.code for problem in found.problems] == ["archive.truncated"]


@pytest.mark.parametrize("axis", [1, 2, 3])
def test_an_axis_of_negative_length_is_no_volume(axis: int, tmp_path: Path):
    path = save(tmp_path / "head.nii", random_volume().transpose(2, 1, 0))
    data = bytearray(path.read_bytes())
    data[40 + 2 * axis : 42 + 2 * axis] = (-3).to_bytes(2, "little", signed=True)
    path.write_bytes(data)
    with open_studies(path) as found:
        assert [problem.error.code for problem in found.problems] == ["nifti.invalid"]
        assert "an axis has the length -3" in found.problems[0].error.message


@pytest.mark.parametrize("at", [40, 70, 108, 252, 280, 300])
def test_a_damaged_header_ends_in_a_code(at: int, tmp_path: Path):
    path = save(tmp_path / "head.nii", random_volume().transpose(2, 1, 0))
    data = bytearray(path.read_bytes())
    data[at : at + 8] = b"\xff" * 8
    path.write_bytes(data)
    with open_studies(path) as found:
        for study in found.studies:
            for series in study.series:
                series.read(0)
        assert {problem.error.code for problem in found.problems} <= {
            "nifti.invalid",
            "nifti.truncated",
            "nifti.not_a_volume",
            "read.zero_size",
        }


def test_a_pair_of_files_is_refused(tmp_path: Path):
    nibabel.save(nibabel.Nifti1Pair(random_volume().transpose(2, 1, 0), AFFINE), tmp_path / "head.hdr")
    with open_studies(tmp_path) as found:
        assert [problem.error.code for problem in found.problems] == ["nifti.two_files"]
        assert found.ignored == ("head.img",)


def test_folder_zip_and_nifti_of_one_study_give_equal_slices(tmp_path: Path):
    import zipfile

    volume = random_volume()
    paths = write_edited(volume, tmp_path / "folder", tilt_degrees=12.0)
    with zipfile.ZipFile(tmp_path / "study.zip", "w") as archive:
        for path in reversed(paths):
            archive.write(path, path.name)
    write_nifti(volume, tmp_path / "head.nii.gz", spacing=SPACING)
    for place in ("folder", "study.zip", "head.nii.gz"):
        with open_studies(tmp_path / place) as found:
            (study,) = found.studies
            assert study.chosen is not None
            assert np.array_equal(read_all(study.chosen), volume)
