"""A bundle is whole and unchanged, or it is refused."""

import json
import shutil
from dataclasses import asdict
from pathlib import Path

import numpy as np
import pytest

from hemoscope.datasets.audit.fingerprints import fingerprint, write_fingerprints
from hemoscope.errors import BundleError, InputError
from hemoscope.evaluation.calibration import Calibration
from hemoscope.evaluation.calibration_isotonic import IsotonicCalibration
from hemoscope.models.bundle import (
    FILES,
    FINGERPRINTS,
    SUMS,
    Bundle,
    keep_explanation,
    open_bundle,
    shipped_bundle,
    write_sums,
)
from hemoscope.models.sequence import FEATURES
from hemoscope.models.study_spec import SEQUENCE
from hemoscope.records import Interval, OperatingPoint
from hemoscope.terms import Label

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """A copy of the shipped bundle to spoil."""
    return Path(shutil.copytree(shipped_bundle(), tmp_path / "bundle"))


def rewrite(folder: Path, **changes: object) -> None:
    """Change metadata and sign it again, as a bundle of another version would be."""
    path = folder / "metadata.json"
    path.write_text(json.dumps(json.loads(path.read_text()) | changes))
    write_sums(folder)


def test_the_shipped_bundle_opens_and_says_what_it_is():
    bundle = open_bundle()
    assert isinstance(bundle, Bundle)
    assert Label.ANY in bundle.labels
    assert "balanced" in bundle.operating_points
    assert 0 < bundle.operating_points["balanced"].threshold < 1
    assert len(bundle.hash) == 64


def test_the_shipped_bundle_stays_small():
    sizes = {path.name: path.stat().st_size for path in shipped_bundle().iterdir()}
    fingerprints = sizes.pop(FINGERPRINTS, 0)
    assert sum(sizes.values()) < 25e6
    assert fingerprints <= 420 * open_bundle().metadata["training"]["data"]["slices"]


def test_the_shipped_bundle_was_proven_equal_in_onnx_and_keras():
    assert open_bundle().metadata["onnx_against_keras"] < 1e-4


def test_the_model_card_of_the_project_is_that_of_the_shipped_bundle():
    assert (ROOT / "MODEL_CARD.md").read_text() == (shipped_bundle() / "MODEL_CARD.md").read_text()


@pytest.mark.parametrize("name", FILES)
def test_a_changed_byte_in_any_file_is_refused(copy, name):
    content = bytearray((copy / name).read_bytes())
    content[len(content) // 2] ^= 1
    (copy / name).write_bytes(bytes(content))
    with pytest.raises(BundleError, match=rf"{name} is not the file that was exported.*\[bundle\.changed\]"):
        open_bundle(copy)


@pytest.mark.parametrize("name", FILES)
def test_a_missing_file_is_refused(copy, name):
    (copy / name).unlink()
    with pytest.raises(BundleError, match=rf"disagree about {name}.*\[bundle\.incomplete\]"):
        open_bundle(copy)


def test_an_added_file_is_refused(copy):
    (copy / "payload.pkl").write_bytes(b"\x80\x04.")
    with pytest.raises(BundleError, match=r"disagree about payload\.pkl"):
        open_bundle(copy)


def test_a_bundle_without_fingerprints_opens_and_one_with_them_is_proven_whole(copy):
    (copy / FINGERPRINTS).unlink(missing_ok=True)
    write_sums(copy)
    assert open_bundle(copy).fingerprints is None
    table = fingerprint(np.zeros((2, 32, 32), np.float32), hashes=["a", "b"])
    write_fingerprints(copy / FINGERPRINTS, table)
    write_sums(copy)
    assert open_bundle(copy).fingerprints.hashes == ("a", "b")
    (copy / FINGERPRINTS).write_text("sha256,brain16\n")
    with pytest.raises(BundleError, match=r"fingerprints\.csv is not the file that was exported"):
        open_bundle(copy)


def test_a_folder_without_sums_is_no_bundle(copy):
    (copy / SUMS).unlink()
    with pytest.raises(BundleError, match=r"has no SHA256SUMS.*\[bundle\.not_found\]"):
        open_bundle(copy)


THREE = [
    OperatingPoint("rule-out", 0.1, "ruling out", "40 slices", Interval(0.95, 0.9, 0.98), Interval(0.5, 0.4, 0.6)),
    OperatingPoint("balanced", 0.4, "balance", "40 slices", Interval(0.9, 0.8, 0.95), Interval(0.8, 0.7, 0.9)),
    OperatingPoint("rule-in", 0.8, "ruling in", "40 slices", Interval(0.6, 0.5, 0.7), Interval(0.95, 0.9, 0.98)),
]


def test_every_point_comes_with_what_it_reaches_and_is_told_by_the_summary(copy):
    rewrite(copy, operating_points=[point.as_json() for point in THREE])
    bundle = open_bundle(copy)
    assert [bundle.operating_point(name) for name in ("rule-out", "balanced", "rule-in")] == THREE
    assert json.loads(json.dumps(bundle.summary()))["operating_points"] == [point.as_json() for point in THREE]


def test_a_bundle_may_be_calibrated_by_steps_and_its_subtypes_with_it(copy):
    steps = IsotonicCalibration((-1.0, 1.0), (0.2, 0.8), fitted_on="40 slices")
    rewrite(copy, calibration=asdict(steps), subtype_calibration={})
    bundle = open_bundle(copy)
    assert bundle.calibration == steps
    assert bundle.calibration.apply(np.array([-9.0, 0.0, 9.0])) == pytest.approx([0.2, 0.5, 0.8])
    assert set(bundle.subtype_calibration.values()) == {steps}


def test_points_of_an_earlier_version_still_open(copy):
    old = {"name": "balanced", "threshold": 0.4, "chosen_for": "a criterion", "fitted_on": "40 slices"}
    rewrite(copy, operating_points=[old])
    assert open_bundle(copy).operating_points == {"balanced": OperatingPoint(**old)}


def test_an_unknown_point_is_an_error_that_names_all_that_are_there(copy):
    rewrite(copy, operating_points=[point.as_json() for point in THREE])
    with pytest.raises(InputError, match=r"Expected one of rule-out, balanced, rule-in; received 'strict'"):
        open_bundle(copy).operating_point("strict")


def test_a_bundle_abstains_between_ruling_out_and_ruling_in(copy):
    rewrite(copy, operating_points=[point.as_json() for point in THREE])
    point = open_bundle(copy).abstaining_point()
    assert (point.name, point.uncertain_from, point.threshold) == ("abstain", 0.1, 0.8)
    assert (point.fitted_on, point.sensitivity, point.specificity) == ("40 slices", None, None)


@pytest.mark.parametrize(("kept", "known"), [(THREE[1:2], "balanced"), (THREE[:2], "rule-out, balanced")])
def test_a_bundle_with_one_side_of_the_band_cannot_abstain(copy, kept, known):
    rewrite(copy, operating_points=[point.as_json() for point in kept])
    message = rf"to rule out and to rule in; the bundle has {known}\. Decide at .*\[operating_point\.no_band\]"
    with pytest.raises(InputError, match=message):
        open_bundle(copy).abstaining_point()


def test_another_format_is_refused(copy):
    rewrite(copy, format=99)
    with pytest.raises(BundleError, match=r"Expected bundle format 1; received 99"):
        open_bundle(copy)


def test_another_preparation_is_refused(copy):
    settings = json.loads((copy / "metadata.json").read_text())["preparation"]["settings"]
    rewrite(copy, preparation={"hash": "0" * 16, "settings": settings | {"version": 99}})
    with pytest.raises(BundleError, match=r"bundle\.preparation"):
        open_bundle(copy)


@pytest.mark.parametrize("changes", [{"labels": ["brain"]}, {"operating_points": []}, {"preparation": 3}])
def test_metadata_that_makes_no_sense_is_refused(copy, changes):
    rewrite(copy, **changes)
    with pytest.raises(BundleError, match=r"\[bundle\.format\]"):
        open_bundle(copy)


def test_a_network_that_is_no_onnx_is_refused(copy):
    import hemoscope

    (copy / "model.onnx").write_bytes(b"not a network")
    write_sums(copy)
    predictor = hemoscope.Predictor(copy)
    for load in (lambda: predictor.engine, lambda: predictor.section_engine, lambda: predictor.predict("any.png")):
        with pytest.raises(BundleError, match=r"cannot load model\.onnx.*\[bundle\.onnx\]"):
            load()


CALIBRATION = {"slope": 1.5, "intercept": -1.0, "method": "platt", "fitted_on": "40 studies"}
STUDY = {
    "features": list(FEATURES),
    "calibration": CALIBRATION,
    "subtype_calibration": {"subdural": CALIBRATION | {"slope": 3.0}},
    "slice_calibration": CALIBRATION | {"slope": 2.0},
    "slice_subtype_calibration": {},
    "operating_points": [point.as_json() for point in THREE],
    "fitted_on": "40 studies",
    "figures": {"all": {"auroc": {"value": 0.9, "low": 0.8, "high": 1.0}}},
}


def test_a_bundle_without_a_study_head_has_none(copy):
    (copy / SEQUENCE).unlink(missing_ok=True)
    rewrite(copy, study=None)
    assert open_bundle(copy).study is None


def test_a_bundle_says_what_its_study_head_means(copy):
    (copy / SEQUENCE).write_bytes(b"a network")
    rewrite(copy, study=STUDY)
    study = open_bundle(copy).study
    assert study.onnx_path == copy / "sequence.onnx"
    assert study.features == FEATURES
    assert study.calibration == Calibration(1.5, -1.0, "platt", "40 studies")
    assert study.subtype_calibration[Label.SUBDURAL].slope == 3.0
    assert study.subtype_calibration[Label.EPIDURAL] == study.calibration
    assert study.slice_subtype_calibration[Label.EPIDURAL].slope == 2.0
    assert list(study.operating_points.values()) == THREE
    assert (study.fitted_on, study.figures) == ("40 studies", STUDY["figures"])


def test_a_changed_study_head_is_refused(copy):
    (copy / SEQUENCE).write_bytes(b"a network")
    rewrite(copy, study=STUDY)
    (copy / SEQUENCE).write_bytes(b"another")
    with pytest.raises(BundleError, match=r"sequence\.onnx is not the file that was exported.*\[bundle\.changed\]"):
        open_bundle(copy)


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"features": ["score_any"]}, r"study head reads 1 features of another version\. Install .*\[bundle\.study\]"),
        ({"calibration": {"odd": 1.0}}, r"says of studies makes no sense.*\[bundle\.study\]"),
        ({"operating_points": 3}, r"says of studies makes no sense.*\[bundle\.study\]"),
    ],
)
def test_a_study_head_of_another_version_is_refused(copy, changes, message):
    (copy / SEQUENCE).write_bytes(b"a network")
    rewrite(copy, study=STUDY | changes)
    with pytest.raises(BundleError, match=message):
        _ = open_bundle(copy).study


def test_what_came_of_checks_is_kept_and_signed_and_the_network_stays(copy):
    before = open_bundle(copy)
    before_hash = before.hash
    kept = keep_explanation(before, {"cases": "2 drawn heads", "default": None, "methods": []})
    assert kept.explanation == {"cases": "2 drawn heads", "default": None, "methods": []}
    assert open_bundle(copy).explanation == kept.explanation
    assert kept.version == before.version
    assert kept.hash != before_hash


def test_a_bundle_that_nobody_checked_says_nothing_of_methods(copy):
    path = copy / "metadata.json"
    metadata = json.loads(path.read_text())
    metadata.pop("explanation", None)
    path.write_text(json.dumps(metadata))
    write_sums(copy)
    assert open_bundle(copy).explanation is None
