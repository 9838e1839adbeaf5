"""What belongs together comes together, and what does not comes apart with a finding."""

from pathlib import Path

import numpy as np
from pydicom.dataset import Dataset

from hemoscope.reading import FoundStudies, Series, open_studies
from tests.reading.series_files import random_volume, write_edited

VOLUME = random_volume()


def lengths(found: FoundStudies) -> list[list[int]]:
    return [[len(series) for series in study.series] for study in found.studies]


def codes(series: Series) -> list[str]:
    return [notice.code for notice in series.geometry.findings]


def test_two_studies_of_one_patient_in_one_folder_are_two_studies(tmp_path: Path):
    write_edited(VOLUME, tmp_path / "x", name="one")
    for path in write_edited(VOLUME[:3], tmp_path / "y", name="two"):
        path.rename(tmp_path / "x" / f"other-{path.name}")
    with open_studies(tmp_path) as found:
        assert sorted(lengths(found)) == [[3], [6]]
        assert [notice.code for study in found.studies for notice in study.warnings] == ["series.partial_cover"] * 2


def test_a_slice_of_another_patient_is_kept_apart_and_told(tmp_path: Path):
    def other(dataset: Dataset, index: int) -> None:
        dataset.PatientID = dataset.PatientName = "SOMEONE"

    write_edited(VOLUME, tmp_path / "a", name="one")
    for path in write_edited(VOLUME[:1], tmp_path / "b", other, name="two"):
        path.rename(tmp_path / "a" / "stray.dcm")
    with open_studies(tmp_path) as found:
        assert lengths(found) == [[6], [1]]
        first, second = (study.warnings[0] for study in found.studies)
    assert (first.code, first.message) == (
        "study.mixed_patients",
        "Among the files of this study lies 1 slice of another patient, by (0010,0020) Patient ID or (0010,0010) "
        "Patient's Name; they were kept apart.",
    )
    assert second.message.startswith("Among the files of this study lie 6 slices of another patient")
    assert "SOMEONE" not in first.message + second.message


def test_one_study_uid_with_two_patients_is_two_studies(tmp_path: Path):
    def half(dataset: Dataset, index: int) -> None:
        dataset.PatientID = "A" if index < 4 else "B"

    write_edited(VOLUME, tmp_path, half)
    with open_studies(tmp_path) as found:
        assert lengths(found) == [[4], [2]]
        assert {study.warnings[0].code for study in found.studies} == {"study.mixed_patients"}


def test_slices_that_name_no_patient_go_with_the_only_one(tmp_path: Path):
    def forget(dataset: Dataset, index: int) -> None:
        if index % 2:
            del dataset.PatientID, dataset.PatientName

    write_edited(VOLUME, tmp_path, forget)
    with open_studies(tmp_path) as found:
        assert lengths(found) == [[6]]


def test_without_uids_the_folder_and_the_series_number_divide(tmp_path: Path):
    def nameless(dataset: Dataset, index: int) -> None:
        del dataset.StudyInstanceUID, dataset.SeriesInstanceUID, dataset.SOPInstanceUID
        dataset.SeriesNumber = 1 if index < 4 else 2

    write_edited(VOLUME, tmp_path / "a", nameless)
    write_edited(VOLUME, tmp_path / "b", nameless)
    with open_studies(tmp_path) as found:
        assert lengths(found) == [[4, 2], [4, 2]]
        assert found.studies[0].uid is None
        assert found.studies[0].series[0].uid is None
        assert found.studies[0].series[0].instance_uid(0) is None
        assert [series.source for series in found.studies[1].series] == ["b", "b"]


def test_invalid_uids_are_used_as_they_are(tmp_path: Path):
    def invalid(dataset: Dataset, index: int) -> None:
        dataset.add_new("StudyInstanceUID", "UI", "ID_1")
        dataset.add_new("SeriesInstanceUID", "UI", "ID_2")

    import warnings

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        write_edited(VOLUME, tmp_path, invalid)
    with open_studies(tmp_path) as found:
        assert (found.studies[0].uid, found.studies[0].series[0].uid) == ("ID_1", "ID_2")


def test_one_series_of_two_orientations_is_two_series(tmp_path: Path):
    def lean(dataset: Dataset, index: int) -> None:
        if index >= 4:
            dataset.ImageOrientationPatient = ["1", "0", "0", "0", "0.9659258", "-0.2588190"]

    write_edited(VOLUME, tmp_path, lean)
    with open_studies(tmp_path) as found:
        (study,) = found.studies
        assert [len(series) for series in study.series] == [4, 2]
        assert [codes(series)[0] for series in study.series] == ["series.mixed_orientations"] * 2
        assert study.series[0].geometry.findings[0].message == (
            "One series of 6 slices holds several orientations; each part was taken as its own series."
        )
        assert study.chosen is study.series[0]


def test_one_series_of_two_shapes_kernels_or_kinds_is_two_series(tmp_path: Path):
    def kernel(dataset: Dataset, index: int) -> None:
        dataset.ConvolutionKernel = "STANDARD" if index < 4 else "BONE"

    def pixel(dataset: Dataset, index: int) -> None:
        dataset.PixelSpacing = ["0.5", "0.5"] if index < 4 else ["0.4", "0.4"]

    def scout(dataset: Dataset, index: int) -> None:
        dataset.ImageType = ["ORIGINAL", "PRIMARY", "AXIAL" if index < 4 else "LOCALIZER"]

    for edit, code in ((kernel, "kernels"), (pixel, "shapes"), (scout, "kinds")):
        write_edited(VOLUME, tmp_path / code, edit, name=code)
        with open_studies(tmp_path / code) as found:
            (study,) = found.studies
            assert study.chosen is not None
            assert len(study.chosen) == 4
            assert codes(study.chosen)[0] == f"series.mixed_{code}"


def test_two_phases_of_one_place_are_two_series(tmp_path: Path):
    def phase(dataset: Dataset, index: int) -> None:
        dataset.AcquisitionNumber = 1 + index // 6
        dataset.ImagePositionPatient = ["0", "0", f"{5 * (index % 6)}"]

    write_edited(np.concatenate([VOLUME, random_volume(seed=4)]), tmp_path, phase)
    with open_studies(tmp_path) as found:
        (study,) = found.studies
        assert [len(series) for series in study.series] == [6, 6]
        assert codes(study.series[0]) == ["series.mixed_phases"]


def test_an_orientation_that_one_slice_lacks_does_not_part_it(tmp_path: Path):
    def forget(dataset: Dataset, index: int) -> None:
        if index == 2:
            del dataset.ImageOrientationPatient

    write_edited(VOLUME, tmp_path, forget, tilt_degrees=10)
    with open_studies(tmp_path) as found:
        (study,) = found.studies
        assert study.chosen is not None
        assert len(study.chosen) == 6
        assert study.chosen.warnings[0].message == (
            "1 of 6 slices lack a valid (0020,0037) Image Orientation (Patient); they were taken as lying like the "
            "others."
        )
