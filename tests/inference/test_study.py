"""A study in, one answer out, with every slice and every reason."""

import shutil

import numpy as np
import pytest
from pydicom import dcmread

from hemoscope import Predictor
from hemoscope.datasets.phantom.volume import PhantomSettings, make_phantom
from hemoscope.inference.joining import HIGHEST_SECTION, Verdicts
from hemoscope.inference.sections import Section
from hemoscope.inference.study import MOST_KEY_SLICES, choose_key_slices, examine_study
from hemoscope.reading import open_studies
from hemoscope.records import Decision, Status
from hemoscope.terms import SUBTYPES, Label
from hemoscope.writing.dicom import write_series
from hemoscope.writing.nifti import write_nifti

from .bundles import bundle_with, bundle_with_head

SETTINGS = PhantomSettings(size=128, slices=12, spacing_mm=1.8, bleeds=(Label.INTRAPARENCHYMAL,), seed=5)


@pytest.fixture(scope="module")
def predictor():
    return Predictor()


@pytest.fixture(scope="module")
def phantom():
    return make_phantom(SETTINGS)


@pytest.fixture(scope="module")
def series(phantom, tmp_path_factory):
    folder = tmp_path_factory.mktemp("study") / "series"
    write_series(phantom.hu, folder, spacing=phantom.spacing, name="a study")
    return folder


@pytest.fixture(scope="module")
def answer(predictor, series):
    (result,) = predictor.predict_studies(series)
    return result


def only(results):
    (result,) = results
    return result


def test_a_study_is_scored_with_every_slice_from_feet_to_head(answer, series):
    assert answer.status is Status.SCORED
    assert 0 <= answer.probability <= 1
    assert answer.decision is answer.operating_point.decide(answer.probability)
    assert list(answer.subtypes) == list(SUBTYPES)
    assert [one.name for one in answer.slices] == [f"slice-{number:03d}.dcm" for number in range(1, 13)]
    assert np.allclose(np.diff([one.position_mm for one in answer.slices]), 5.0)
    assert [one.section for one in answer.slices] == list(range(12))
    assert len({one.instance_uid for one in answer.slices}) == 12
    assert answer.series.spacing_mm == pytest.approx(5.0)
    assert answer.error is None


def test_the_key_slices_are_the_highest(answer):
    probabilities = [one.probability if one.probability is not None else -1.0 for one in answer.slices]
    assert probabilities[answer.key_slices[0]] == max(probabilities)
    assert len(answer.key_slices) <= MOST_KEY_SLICES


def test_names_in_any_order_give_the_same_answer_to_the_last_bit(predictor, series, answer, tmp_path):
    order = np.random.default_rng(0).permutation(12)
    for number, path in zip(order, sorted(series.iterdir()), strict=True):
        shutil.copy(path, tmp_path / f"{number:02d}.dcm")
    shuffled = only(predictor.predict_studies(tmp_path))
    assert shuffled.probability == answer.probability
    assert shuffled.volumes_ml == answer.volumes_ml
    assert [one.instance_uid for one in shuffled.slices] == [one.instance_uid for one in answer.slices]
    assert [one.probability for one in shuffled.slices] == [one.probability for one in answer.slices]


def test_the_study_as_nifti_and_as_zip_gives_the_same_scores(predictor, phantom, series, answer, tmp_path):
    write_nifti(phantom.hu.astype(np.int16), tmp_path / "head.nii.gz", spacing=phantom.spacing)
    archive = shutil.make_archive(str(tmp_path / "study"), "zip", series)
    for place in (tmp_path / "head.nii.gz", archive):
        other = only(predictor.predict_studies(place))
        assert other.probability == answer.probability
        assert [one.probability for one in other.slices] == [one.probability for one in answer.slices]


def test_one_bad_slice_costs_no_other_and_is_told(predictor, series, answer, tmp_path):
    folder = shutil.copytree(series, tmp_path / "series")
    dataset = dcmread(folder / "slice-003.dcm")
    dataset.PixelData = dataset.PixelData[:1000]
    dataset.save_as(folder / "slice-003.dcm")
    result = only(predictor.predict_studies(folder))
    assert result.status is Status.SCORED
    assert [one.status for one in result.slices].count(Status.FAILED) == 1
    bad = result.slices[2]
    assert (bad.name, bad.status, bad.probability) == ("slice-003.dcm", Status.FAILED, None)
    assert bad.error.code == "dicom.truncated"
    assert "study.slices_failed" in {notice.code for notice in result.warnings}


def test_thin_slices_share_the_answer_of_their_section(predictor, tmp_path):
    thin = make_phantom(PhantomSettings(size=96, slices=20, spacing_mm=2.4, thickness_mm=1.25, seed=5))
    write_series(thin.hu, tmp_path, spacing=thin.spacing, name="thin")
    result = only(predictor.predict_studies(tmp_path))
    assert [one.section for one in result.slices] == [section for section in range(5) for _ in range(4)]
    assert len({one.probability for one in result.slices if one.section == 1}) == 1
    assert "study.thin_slices" in {notice.code for notice in result.warnings}


def test_a_study_without_brain_is_refused_with_a_reason_for_it_and_for_each_slice(predictor, tmp_path):
    rows, columns = np.indices((96, 96))
    arm = np.where((rows - 48) ** 2 + (columns - 48) ** 2 < 100, 60.0, -1000.0).astype(np.float32)
    write_series(np.stack([arm] * 4), tmp_path, spacing=(5.0, 2.0, 2.0), name="an arm")
    result = only(predictor.predict_studies(tmp_path))
    assert result.status is Status.REFUSED
    assert result.error.code == "study.no_brain"
    assert result.error.message.startswith("Expected brain on some of 4 sections; found none")
    assert all(one.status is Status.REFUSED and one.error.code.startswith("gate.") for one in result.slices)
    assert result.probability is result.decision is result.volumes_ml is None


def test_the_volume_of_a_large_bleed_is_of_the_right_order(predictor, tmp_path):
    phantom = make_phantom(
        PhantomSettings(size=192, slices=28, spacing_mm=1.2, bleeds=(Label.INTRAPARENCHYMAL,), seed=11)
    )
    write_series(phantom.hu, tmp_path, spacing=phantom.spacing, name="large")
    result = only(predictor.predict_studies(tmp_path))
    truth = np.count_nonzero(phantom.mask) * np.prod(phantom.spacing) / 1000
    assert truth > 5
    assert 0.3 * truth < result.volumes_ml[Label.ANY] < 3 * truth


def test_a_key_slice_can_be_shown_with_its_map(predictor, series):
    with open_studies(series) as found:
        examined = examine_study(predictor, found.studies[0], name="series")
        shown = examined.show(examined.result.key_slices[0])
        assert list(shown.maps) == list(Label)
        for of_one in shown.maps.values():
            assert shown.image.pixels.shape == of_one.shape == (128, 128)
            assert 0 <= of_one.min() <= of_one.max() <= 1
    assert shown.withheld is None
    assert shown.maps[Label.ANY].max() > 0.5 or examined.result.decision is Decision.NEGATIVE


def test_at_least_the_highest_section_is_key_and_no_more_than_five():
    def keys(values, threshold):
        sections = [Section(2 * place, 2) for place in range(len(values))]
        verdicts = Verdicts({Label.ANY: 0.5}, np.array(values)[:, np.newaxis], (Label.ANY,))
        return choose_key_slices(sections, verdicts, threshold=threshold)

    assert keys([0.1, 0.3, np.nan, 0.2], 0.5) == (3,)
    assert keys([0.9, 0.3, np.nan, 0.95], 0.5) == (7, 1)
    assert keys([0.9] * 8, 0.5) == (1, 3, 5, 7, 9)


def test_without_a_study_head_the_highest_slice_speaks_and_a_warning_says_so(series, tmp_path):
    answer = only(Predictor(bundle_with(tmp_path / "plain", None)).predict_studies(series))
    assert answer.probability == max(one.probability for one in answer.slices if one.probability is not None)
    assert HIGHEST_SECTION in answer.warnings


@pytest.mark.parametrize("with_head", [True, False])
def test_a_network_that_gives_no_number_fails_and_never_reads_as_negative(with_head, series, monkeypatch, tmp_path):
    nothing = np.full((1, 6), np.nan, np.float32), np.zeros((1, 48, 48, 6), np.float32)
    monkeypatch.setattr("hemoscope.inference.engine.Engine.look", lambda *_: nothing)
    predictor = Predictor(bundle_with_head(tmp_path / "b") if with_head else bundle_with(tmp_path / "b", None))
    result, alone = only(predictor.predict_studies(series)), predictor.predict(series / "slice-003.dcm")
    for answer in (result, alone):
        assert (answer.status, answer.probability, answer.decision) == (Status.FAILED, None, None)
        assert (answer.error.code, answer.error.message) == (
            "result.not_a_probability",
            "The network gave no number for this slice.",
        )
