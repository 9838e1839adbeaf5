"""Order, spacing and place against two readers of other origin: SimpleITK (GDCM) and dcm2niix."""

import shutil
import subprocess
from pathlib import Path

import dcm2niix
import nibabel
import numpy as np
import pytest
import SimpleITK

from hemoscope.reading import Series, open_studies
from hemoscope.writing.nifti import write_nifti
from tests.reading.series_files import random_volume, write_edited

TO_RAS = np.diag([-1.0, -1.0, 1.0, 1.0])


def read_all(series: Series) -> np.ndarray:
    return np.stack([series.read(index).pixels for index in range(len(series))])


def by_simpleitk(folder: Path) -> SimpleITK.Image:
    # GDCM sorts by position along the normal too, but by code of its own
    names = SimpleITK.ImageSeriesReader.GetGDCMSeriesFileNames(str(folder))
    return SimpleITK.ReadImage(names)


def by_dcm2niix(folder: Path, out: Path) -> Path:
    """Convert without the extra volume that it resamples from a tilted gantry."""
    out.mkdir()
    done = subprocess.run(
        [dcm2niix.bin, "-z", "n", "-b", "n", "-f", "volume", "-o", str(out), str(folder)],
        capture_output=True,
        text=True,
        check=False,
    )
    converted = [path for path in out.glob("*.nii") if "Tilt" not in path.name and "Eq" not in path.name]
    assert len(converted) == 1, done.stdout
    return converted[0]


def affine_of(image: SimpleITK.Image) -> np.ndarray:
    affine = np.eye(4)
    affine[:3, :3] = np.reshape(image.GetDirection(), (3, 3)) * image.GetSpacing()
    affine[:3, 3] = image.GetOrigin()
    return affine


@pytest.fixture(params=[0.0, 12.0], ids=["straight", "tilted"])
def drawn(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    """A series whose file names and numbers say nothing about its order."""
    numbers = [4, 1, 6, 3, 5, 2]

    def edit(dataset, index):
        dataset.InstanceNumber = numbers[index]
        # dcm2niix takes a stated tilt for a stack that leans, which this one does not
        dataset.GantryDetectorTilt = 0

    folder = tmp_path / "drawn"
    for number, path in zip(
        numbers, write_edited(random_volume(), folder, edit, tilt_degrees=request.param), strict=True
    ):
        path.rename(folder / f"{number}.dcm")
    return folder


def test_simpleitk_places_the_same_pixels_in_the_same_order(drawn: Path):
    image = by_simpleitk(drawn)
    with open_studies(drawn) as found:
        series = found.studies[0].chosen
        assert series is not None
        assert np.array_equal(read_all(series), SimpleITK.GetArrayFromImage(image))
        assert series.geometry.affine is not None
        assert np.allclose(series.geometry.affine, affine_of(image), atol=1e-4)
        assert series.geometry.spacing == pytest.approx(image.GetSpacing()[2], abs=1e-4)


def test_dcm2niix_converts_to_the_same_slices(drawn: Path, tmp_path: Path):
    path = by_dcm2niix(drawn, tmp_path / "out")
    with open_studies(drawn) as folder, open_studies(path) as volume:
        ours, theirs = folder.studies[0].chosen, volume.studies[0].chosen
        assert ours is not None
        assert theirs is not None
        assert np.array_equal(read_all(ours), read_all(theirs))
        assert np.allclose(ours.geometry.affine, theirs.geometry.affine, atol=1e-3)
        assert ours.geometry.positions == pytest.approx(theirs.geometry.positions, abs=1e-3)
        assert ours.geometry.tilt == pytest.approx(theirs.geometry.tilt, abs=1e-2)


def test_a_nifti_of_ours_is_placed_as_simpleitk_places_it(tmp_path: Path):
    write_nifti(random_volume(), tmp_path / "head.nii.gz", spacing=(5.0, 0.5, 0.25))
    image = SimpleITK.ReadImage(str(tmp_path / "head.nii.gz"))
    with open_studies(tmp_path / "head.nii.gz") as found:
        series = found.studies[0].chosen
        assert series is not None
        assert np.allclose(series.geometry.affine, affine_of(image))
        assert np.array_equal(read_all(series), SimpleITK.GetArrayFromImage(image))


@pytest.mark.real_data
def test_the_rsna_study_comes_as_simpleitk_reads_it(real_data: Path):
    folder = real_data / "rsna-2019-study"
    image = by_simpleitk(next(path for path in [folder, *folder.iterdir()] if any(path.glob("*.dcm"))))
    with open_studies(folder) as found:
        series = found.studies[0].chosen
        assert series is not None
        assert np.array_equal(read_all(series), np.maximum(SimpleITK.GetArrayFromImage(image), -1024))
        affine = series.geometry.affine
        assert affine is not None
        # SimpleITK knows no leaning stack: its third axis is the normal, and its spacing the whole way of 5.1 mm
        assert np.allclose(affine[:3, :2], affine_of(image)[:3, :2], atol=1e-5)
        assert np.allclose(affine[:3, 3], image.GetOrigin(), atol=1e-5)
        assert np.linalg.norm(affine[:3, 2]) == pytest.approx(image.GetSpacing()[2], abs=1e-3)


@pytest.mark.real_data
def test_the_rsna_study_comes_as_dcm2niix_converts_it(real_data: Path, tmp_path: Path):
    path = by_dcm2niix(real_data / "rsna-2019-study", tmp_path / "out")
    with open_studies(real_data / "rsna-2019-study") as folder, open_studies(path) as volume:
        ours, theirs = folder.studies[0].chosen, volume.studies[0].chosen
        assert ours is not None
        assert theirs is not None
        assert np.array_equal(read_all(ours), read_all(theirs))
        one, other = ours.geometry.affine, theirs.geometry.affine
        assert one is not None
        assert other is not None
        assert np.allclose(one[:3, [0, 1, 3]], other[:3, [0, 1, 3]], atol=2e-3)
        # dcm2niix writes a leaning stack as an upright one, and the way between its first two slices as every step
        assert np.linalg.norm(one[:3, 2]) == pytest.approx(np.linalg.norm(other[:3, 2]), abs=5e-3)
        assert (ours.geometry.shear, theirs.geometry.shear) == pytest.approx((11.0, 0.0), abs=0.01)


@pytest.mark.real_data
def test_the_rsna_study_is_the_same_as_folder_zip_shuffled_names_and_nifti(real_data: Path, tmp_path: Path):
    paths = sorted((real_data / "rsna-2019-study").rglob("*.dcm"))
    order = np.random.default_rng(5).permutation(len(paths))
    (tmp_path / "shuffled").mkdir()
    for name, at in enumerate(order):
        shutil.copy(paths[at], tmp_path / "shuffled" / f"{name}.dcm")
    shutil.make_archive(str(tmp_path / "study"), "zip", tmp_path / "shuffled")
    shutil.make_archive(str(tmp_path / "study"), "gztar", tmp_path / "shuffled")
    with open_studies(real_data / "rsna-2019-study") as found:
        series = found.studies[0].chosen
        assert series is not None
        expected, positions, affine = read_all(series), series.geometry.positions, series.geometry.affine
    assert affine is not None
    image = nibabel.Nifti1Image(expected.transpose(2, 1, 0).astype(np.int16), TO_RAS @ affine)
    nibabel.save(image, tmp_path / "study.nii.gz")
    for place in ("shuffled", "study.zip", "study.tar.gz", "study.nii.gz"):
        with open_studies(tmp_path / place) as found:
            series = found.studies[0].chosen
            assert series is not None
            assert np.array_equal(read_all(series), expected), place
            assert series.geometry.positions == pytest.approx(positions, abs=0.01)
