"""Every input gets an answer: a score, a refusal or a failure."""

import json
import shutil
import subprocess
import sys

import numpy as np
import pytest
from PIL import Image
from pydicom.data import get_testdata_file

import hemoscope
from hemoscope.datasets.phantom import make_slice
from hemoscope.errors import BundleError, InputError
from hemoscope.evaluation.localization import hits
from hemoscope.models.bundle import shipped_bundle, write_sums
from hemoscope.preparation.window import apply_window
from hemoscope.records import Decision, OperatingPoint, Status
from hemoscope.terms import BRAIN, Label
from hemoscope.writing.picture import write_picture
from tests.datasets.layouts import draw_picture


@pytest.fixture(scope="module")
def predictor() -> "hemoscope.Predictor":
    return hemoscope.Predictor()


@pytest.fixture
def picture(tmp_path):
    Image.fromarray(draw_picture(label=1, seed=0)).save(tmp_path / "head.png")
    return tmp_path / "head.png"


def test_a_picture_is_scored_with_a_probability_a_decision_and_a_warning(predictor, picture):
    result = predictor.predict(picture)
    assert result.status is Status.SCORED
    assert 0 <= result.probability <= 1
    assert result.decision is predictor.operating_point.decide(result.probability)
    assert result.operating_point.name == "balanced"
    assert [notice.code for notice in result.warnings] == ["picture.hu_unknown"]
    assert result.error is None


def test_the_real_head_ct_of_pydicom_is_scored_in_hu_without_a_warning_about_it(predictor):
    result = predictor.predict(get_testdata_file("J2K_pixelrep_mismatch.dcm", download=False))
    assert result.status is Status.SCORED
    assert "picture.hu_unknown" not in [notice.code for notice in result.warnings]


def test_the_probability_is_the_calibrated_score_of_the_prepared_slice(predictor, picture):
    inputs = hemoscope.preprocess_single_image(picture, settings=predictor.bundle.preparation)
    logit = predictor.engine.score(inputs)[0, 0]
    calibration = predictor.bundle.calibration
    by_hand = 1 / (1 + np.exp(-(calibration.slope * logit + calibration.intercept)))
    assert predictor.predict(picture).probability == pytest.approx(by_hand, abs=1e-6)


def test_one_bad_file_does_not_stop_the_others(predictor, picture, tmp_path):
    (tmp_path / "empty.png").write_bytes(b"")
    Image.fromarray(np.zeros((64, 64), np.uint8)).save(tmp_path / "black.png")
    results = list(predictor.predict_many([tmp_path / "empty.png", picture, tmp_path / "black.png", "gone.dcm"]))
    assert [result.status for result in results] == [Status.FAILED, Status.SCORED, Status.REFUSED, Status.FAILED]
    codes = [result.error.code if result.error else None for result in results]
    assert codes == ["read.empty", None, "gate.empty", "input.not_found"]
    assert all(result.probability is None and result.decision is None for result in results if result.error)


def test_an_unforeseen_error_becomes_an_answer_without_its_text(predictor, picture, monkeypatch):
    def burst(*_, **__):
        raise ZeroDivisionError("patient Smith")

    monkeypatch.setattr("hemoscope.inference.predictor.prepare_and_check", burst)
    result = predictor.predict(picture)
    assert result.status is Status.FAILED
    assert result.error.code == "read.unexpected"
    assert "ZeroDivisionError" in result.error.message
    assert "Smith" not in result.error.message


def test_an_examination_keeps_what_the_network_saw(predictor, picture):
    examination = predictor.examine(picture)
    assert examination.image.pixels.shape == (256, 256)
    assert examination.model_input.shape == (192, 192)


def test_a_threshold_decides(predictor):
    point = predictor.operating_point
    assert point.decide(point.threshold) is Decision.POSITIVE
    assert point.decide(point.threshold - 1e-9) is Decision.NEGATIVE


def test_an_unknown_operating_point_is_an_error_that_names_the_known():
    with pytest.raises(InputError, match=r"Expected one of .*balanced.*; received 'strict'"):
        hemoscope.Predictor(operating_point="strict")


def test_a_predictor_that_abstains_decides_only_outside_the_band(picture, tmp_path):
    folder = shutil.copytree(shipped_bundle(), tmp_path / "bundle")
    metadata = json.loads((folder / "metadata.json").read_text())
    score = hemoscope.Predictor().predict(picture).probability
    expected = {0.0: Decision.POSITIVE, score / 2: Decision.UNCERTAIN, (1 + score) / 2: Decision.NEGATIVE}
    for low, decision in expected.items():
        high = min(1.0, score + low) if decision is Decision.UNCERTAIN else low
        points = [OperatingPoint(name, end, "", "") for name, end in (("rule-out", low), ("rule-in", high))]
        changed = metadata | {"operating_points": [point.as_json() for point in points]}
        (folder / "metadata.json").write_text(json.dumps(changed))
        write_sums(folder)
        result = hemoscope.Predictor(folder, operating_point="rule-in", abstain=True).predict(picture)
        assert result.decision is decision
        assert (result.operating_point.uncertain_from, result.operating_point.threshold) == (low, high)


def test_a_folder_that_is_no_bundle_is_an_error(tmp_path):
    with pytest.raises(BundleError, match=r"bundle\.not_found"):
        hemoscope.Predictor(tmp_path)


def test_scoring_imports_neither_keras_nor_tensorflow_nor_pydicom(picture):
    code = (
        "import sys, hemoscope; hemoscope.Predictor().predict(sys.argv[1]);"
        "print([name for name in ('keras', 'tensorflow', 'pydicom', 'sklearn', 'scipy') if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code, picture], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_the_shipped_network_finds_a_drawn_bleed_where_it_lies(predictor, tmp_path):
    hu, mask = make_slice(Label.INTRAPARENCHYMAL, seed=0)
    write_picture(apply_window(hu, BRAIN), tmp_path / "bleed.png")
    seen = predictor.examine(tmp_path / "bleed.png")
    assert seen.result.decision is Decision.POSITIVE
    assert max(seen.result.subtypes, key=seen.result.subtypes.__getitem__) is Label.INTRAPARENCHYMAL
    assert list(seen.shown.maps) == list(Label)
    assert all(
        of_one.shape == hu.shape and 0 <= of_one.min() <= of_one.max() <= 1 for of_one in seen.shown.maps.values()
    )
    assert hits(seen.shown.maps[Label.ANY], mask > 0)
    assert hits(seen.shown.maps[Label.INTRAPARENCHYMAL], mask > 0)
