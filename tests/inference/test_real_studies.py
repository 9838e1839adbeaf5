"""Real studies: the same answer however they come, and the right warnings."""

import shutil
from pathlib import Path

import numpy as np
import pytest

from hemoscope import Predictor
from hemoscope.reading import open_studies
from hemoscope.records import Status
from hemoscope.writing.nifti import write_nifti

pytestmark = pytest.mark.real_data


@pytest.fixture(scope="module")
def predictor():
    return Predictor()


@pytest.fixture(scope="module")
def rsna(real_data, predictor):
    (result,) = predictor.predict_studies(real_data / "rsna-2019-study")
    return result


def said(result):
    """Everything that an answer says of the pixels."""
    return (
        result.probability,
        result.subtypes,
        result.volumes_ml,
        result.key_slices,
        [(one.status, one.probability, one.subtypes) for one in result.slices],
    )


def test_the_rsna_study_is_scored_slice_by_slice(rsna):
    assert rsna.status is Status.SCORED
    assert len(rsna.slices) == 32
    assert rsna.series.tilt_degrees == pytest.approx(11.0, abs=0.1)
    assert np.all(np.diff([one.position_mm for one in rsna.slices]) > 0)
    assert "series.tilted" in {notice.code for notice in rsna.warnings}


def test_shuffled_names_give_the_same_answer_to_the_last_bit(real_data, predictor, rsna, tmp_path):
    files = sorted((real_data / "rsna-2019-study").rglob("*.dcm"))
    for number, path in zip(np.random.default_rng(1).permutation(len(files)), files, strict=True):
        shutil.copy(path, tmp_path / f"IM{number:04d}")
    (shuffled,) = predictor.predict_studies(tmp_path)
    assert said(shuffled) == said(rsna)
    assert [one.instance_uid for one in shuffled.slices] == [one.instance_uid for one in rsna.slices]


def test_the_study_as_zip_and_as_nifti_gives_the_same_scores(real_data, predictor, rsna, tmp_path):
    folder = real_data / "rsna-2019-study"
    (zipped,) = predictor.predict_studies(shutil.make_archive(str(tmp_path / "study"), "zip", folder))
    assert said(zipped) == said(rsna)
    with open_studies(folder) as found:
        series = found.studies[0].chosen
        hu = np.stack([series.read(index).pixels for index in range(len(series))])
        spacing = (series.geometry.spacing, *series.geometry.pixel_spacing)
    write_nifti(hu.astype(np.int16), tmp_path / "study.nii.gz", spacing=spacing)
    (volume,) = predictor.predict_studies(Path(tmp_path / "study.nii.gz"))
    assert [one.probability for one in volume.slices] == pytest.approx(
        [one.probability for one in rsna.slices], abs=1e-6
    )
    assert volume.probability == pytest.approx(rsna.probability, abs=1e-6)


def test_the_cq500_study_is_scored_with_a_warning_for_each_of_its_faults(real_data, predictor):
    results = list(predictor.predict_studies(real_data / "cq500-ct-0"))
    first = next(result for result in results if len(result.slices) == 238)
    codes = {notice.code for notice in first.warnings}
    assert first.status is Status.SCORED
    assert {
        "series.contrast",
        "series.gap",
        "series.missing_instances",
        "series.tilted",
        "study.thin_slices",
    } <= codes
    assert any("237" in notice.message for notice in first.warnings)
    assert len({one.section for one in first.slices}) == 31
    others = [result for result in results if result is not first]
    assert [len(result.slices) for result in others] == [1]  # the slice of another patient stands alone
