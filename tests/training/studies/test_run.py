"""A run folder holds a study head with what it is worth and what its scores mean, and a bundle carries it."""

import json
import shutil

import numpy as np
import pytest

from hemoscope.errors import BundleError, DatasetError, TrainingError
from hemoscope.evaluation.calibration_choice import calibration_from_json
from hemoscope.models.bundle import open_bundle, shipped_bundle, write_sums
from hemoscope.models.sequence import FEATURES, build_sequence_head
from hemoscope.training.card import write_card
from hemoscope.training.studies.export import add_study_head, prove_equal, write_sequence_onnx
from hemoscope.training.studies.run import train_study_head
from hemoscope.training.studies.settings import StudySettings
from hemoscope.training.studies.synthetic import recipes_of

from .made import OneNetwork, make_case

QUICK = StudySettings(epochs=2, variants=1, folds=2)


@pytest.fixture(scope="module")
def run(tmp_path_factory):
    """A finished run on 20 studies of two origins."""
    folder = tmp_path_factory.mktemp("runs") / "study"
    cases = [make_case(bleeds=seed % 2 == 0, seed=seed, origin="seen" if seed < 8 else "other") for seed in range(20)]
    train_study_head(list(recipes_of(cases)), folder, networks=OneNetwork(open_bundle()), settings=QUICK)
    return folder


@pytest.fixture(scope="module")
def preparation_hash():
    return open_bundle().preparation.hash


def test_the_folder_says_what_was_learned_from_and_by_whom_it_was_read(run):
    record = json.loads((run / "settings.json").read_text())
    assert record["settings"]["epochs"] == 2
    assert record["networks"] == {"seen": "brightness 0", "other": "brightness 0"}
    assert record["seen_by_network"] == ["seen"]
    assert record["studies"] == {"seen: real": 8, "other: real": 12}
    figures = json.loads((run / "figures.json").read_text())
    assert set(figures) == {"origins_left_out", "groups_left_out"}
    assert set(figures["origins_left_out"]["all"]) == {
        "auroc",
        "auroc_highest",
        "gain",
        "slices",
        "slices_alone",
        "slices_gain",
    }
    assert len((run / "predictions.csv").read_text().splitlines()) == 21


def test_the_head_comes_with_calibrations_and_three_points(run):
    said = json.loads((run / "study.json").read_text())
    assert said["features"] == list(FEATURES)
    assert [point["name"] for point in said["operating_points"]] == ["rule-out", "balanced", "rule-in"]
    assert said["fitted_on"] == (
        "20 studies, 0 of them painted, changed or drawn, 10 with hemorrhage, in 20 groups, each scored by a head that "
        "did not learn from its group"
    )
    for key in ("calibration", "slice_calibration"):
        assert 0 <= float(calibration_from_json(said[key]).apply(np.array([0.0]))[0]) <= 1
    assert set(said["subtype_calibration"]) == {"intraparenchymal"}


def test_a_bundle_carries_the_head(run, tmp_path, preparation_hash):
    shutil.copytree(shipped_bundle(), tmp_path / "bundle")
    path = tmp_path / "bundle" / "metadata.json"
    said = add_study_head(run, tmp_path / "bundle", preparation_hash=preparation_hash)
    path.write_text(json.dumps(json.loads(path.read_text()) | {"study": said}))
    write_sums(tmp_path / "bundle")
    study = open_bundle(tmp_path / "bundle").study
    assert study.onnx_path.name == "sequence.onnx"
    assert said["onnx_against_keras"] < 1e-4
    assert said["trained"]["studies"] == {"seen: real": 8, "other: real": 12}
    assert set(study.operating_points) == {"rule-out", "balanced", "rule-in"}
    assert study.figures["origins_left_out"]["all"]["auroc"]["value"] <= 1


def test_the_model_card_tells_of_studies_where_there_is_a_head(run, tmp_path, preparation_hash):
    metadata = json.loads((shipped_bundle() / "metadata.json").read_text())
    metadata.pop("study", None)
    write_card(metadata, tmp_path / "without.md")
    assert "judges single slices, knows no neighbors" in (tmp_path / "without.md").read_text()
    said = add_study_head(run, tmp_path, preparation_hash=preparation_hash)
    write_card(metadata | {"study": said}, tmp_path / "with.md")
    card = (tmp_path / "with.md").read_text()
    assert "## Whole studies" in card
    assert "of which the slice network has seen seen" in card
    assert f"| all | auroc | {said['figures']['origins_left_out']['all']['auroc']['value']:.3f} |" in card
    assert "knows no neighbors" not in card


def test_a_head_for_another_preparation_is_refused(run, tmp_path):
    with pytest.raises(TrainingError, match=r"networks of another preparation.*\[export\.other_settings\]"):
        add_study_head(run, tmp_path, preparation_hash="0" * 16)


def test_a_head_that_reads_other_features_is_refused(run, tmp_path, preparation_hash):
    shutil.copytree(run, tmp_path / "run")
    said = json.loads((run / "study.json").read_text()) | {"features": ["score_any"]}
    (tmp_path / "run" / "study.json").write_text(json.dumps(said))
    with pytest.raises(BundleError, match=r"reads 1 features of another version"):
        add_study_head(tmp_path / "run", tmp_path, preparation_hash=preparation_hash)


def test_a_folder_without_a_head_is_none(tmp_path):
    with pytest.raises(TrainingError, match=r"holds no study head.*\[run\.not_found\]"):
        add_study_head(tmp_path, tmp_path, preparation_hash="")


def test_onnx_takes_any_number_of_studies_and_slices_and_differs_where_weights_do(tmp_path):
    head = build_sequence_head()
    rng = np.random.default_rng(0)
    head.set_weights([rng.normal(0, 0.4, weights.shape) for weights in head.get_weights()])
    write_sequence_onnx(head, tmp_path / "head.onnx")
    assert prove_equal(head, tmp_path / "head.onnx") < 1e-4
    with pytest.raises(TrainingError, match=r"Keras and ONNX Runtime differ.*\[export\.differs\]"):
        prove_equal(build_sequence_head(), tmp_path / "head.onnx")


def test_studies_of_one_class_teach_nothing(tmp_path):
    recipes = list(recipes_of(make_case(bleeds=True, seed=seed) for seed in range(3)))
    with pytest.raises(DatasetError, match=r"Expected studies with hemorrhage and without.*\[data\.one_class\]"):
        train_study_head(recipes, tmp_path, networks=OneNetwork(open_bundle()), settings=QUICK)
