"""A run becomes a bundle that scores as the network did."""

import json
import shutil
import zipfile
from dataclasses import replace

import numpy as np
import pytest

from hemoscope.datasets.audit.fingerprints import UNKNOWN, find_seen, fingerprint
from hemoscope.errors import TrainingError
from hemoscope.evaluation.operating_points import judge_point
from hemoscope.inference.engine import Engine
from hemoscope.models.backend import import_keras
from hemoscope.models.bundle import FILES, FINGERPRINTS, SUMS, open_bundle, shipped_bundle
from hemoscope.training.card import write_card
from hemoscope.training.export import export, hash_weights, prove_equal
from hemoscope.training.run import VALIDATION, load_best


@pytest.fixture(scope="module")
def bundle(drawn_run, tmp_path_factory):
    """The bundle of the finished run."""
    return export(drawn_run.folder, tmp_path_factory.mktemp("bundles") / "bundle")


def test_a_bundle_holds_its_six_files_and_no_pickle(bundle):
    assert {path.name for path in bundle.folder.iterdir()} == {*FILES, FINGERPRINTS, SUMS}


def test_the_keras_archive_is_compressed_and_opens(bundle):
    with zipfile.ZipFile(bundle.folder / "model.keras") as archive:
        assert {entry.compress_type for entry in archive.infolist()} == {zipfile.ZIP_DEFLATED}
    network = import_keras().saving.load_model(bundle.folder / "model.keras", compile=False)
    size = bundle.preparation.size
    assert network(np.zeros((1, size, size, 1), np.float32)) is not None


def test_networks_with_other_weights_have_other_versions(drawn_run):
    network = load_best(drawn_run)
    before = hash_weights(network)
    assert hash_weights(load_best(drawn_run)) == before
    weights = network.get_weights()
    weights[0] = weights[0] + 1e-3
    network.set_weights(weights)
    assert hash_weights(network) != before


def test_a_bundle_knows_every_slice_of_its_run_again(bundle, drawn_run):
    asked = fingerprint(drawn_run.inputs, hashes=[UNKNOWN] * 16)
    assert bundle.fingerprints.hashes == (UNKNOWN,) * 16
    assert [seen.index for seen in find_seen(asked, bundle.fingerprints)] == list(range(16))


def test_onnx_runtime_scores_as_keras_does(bundle, drawn_run):
    inputs = np.asarray(drawn_run.inputs)
    network = import_keras().saving.load_model(bundle.folder / "model.keras", compile=False)
    assert np.abs(Engine(bundle).score(inputs) - network.predict(inputs, verbose=0)).max() < 1e-4
    assert bundle.metadata["onnx_against_keras"] < 1e-4


def test_a_network_that_differs_from_its_export_is_caught(bundle, drawn_run):
    network = import_keras().saving.load_model(bundle.folder / "model.keras", compile=False)
    network.layers[-1].bias.assign(network.layers[-1].bias + 0.001)
    with pytest.raises(TrainingError, match=r"differ by 0\.001; expected less than 0\.0001.*\[export\.differs\]"):
        prove_equal(network, bundle.onnx_path, np.asarray(drawn_run.inputs))


def test_metadata_says_what_was_learned_from_and_what_was_fitted_where(bundle, drawn_run):
    assert bundle.metadata["training"]["data"]["sha256"] == drawn_run.record["data"]["sha256"]
    assert bundle.preparation == drawn_run.settings.preparation
    assert bundle.calibration.method == bundle.metadata["calibration_choice"]["method"]
    assert bundle.operating_points["balanced"].fitted_on == bundle.calibration.fitted_on
    assert "validation part of drawn" in bundle.calibration.fitted_on


def test_three_points_are_kept_each_with_what_it_reaches_where_it_was_fitted(bundle, drawn_run):
    points = bundle.operating_points
    assert list(points) == ["rule-out", "balanced", "rule-in"]
    inputs, labels, groups = drawn_run.part(VALIDATION)
    truth = labels[:, 0].astype(int)
    probabilities = bundle.calibration.apply(Engine(bundle).score(inputs[:])[:, 0])
    for point in points.values():
        bare = replace(point, sensitivity=None, specificity=None)
        again = judge_point(bare, truth, probabilities, measured_on=point.fitted_on, groups=groups)
        assert (point.sensitivity, point.specificity) == (again.sensitivity, again.specificity)
        assert point.fitted_on == bundle.calibration.fitted_on
    assert points["rule-out"].sensitivity.value >= 0.95
    assert points["rule-in"].specificity.value >= 0.95


def test_what_abstaining_gains_is_kept_and_stands_on_the_card(bundle):
    told = bundle.metadata["abstention"]
    assert set(told) == {"rate", "error", "error_without"}
    assert 0 <= told["rate"]["low"] <= told["rate"]["value"] <= told["rate"]["high"] <= 1
    assert (
        f"{told['rate']['value']:.3f} of these slices stay undecided" in (bundle.folder / "MODEL_CARD.md").read_text()
    )


def test_the_card_says_how_calibration_was_chosen_and_what_each_point_reaches(bundle):
    card = (bundle.folder / "MODEL_CARD.md").read_text()
    assert bundle.metadata["calibration_choice"]["reason"] in card
    for point in bundle.operating_points.values():
        assert f"Operating point *{point.name}*: positive from a probability of {point.threshold:.3f}" in card
        assert f"Sensitivity there: {point.sensitivity.value:.3f} ({point.sensitivity.low:.3f} to" in card


def test_metadata_of_an_earlier_version_still_gives_its_card(tmp_path):
    shipped = shipped_bundle()
    metadata = json.loads((shipped / "metadata.json").read_text())
    later = ("calibration_choice", "abstention")
    first_four = ("name", "threshold", "chosen_for", "fitted_on")
    old = {name: value for name, value in metadata.items() if name not in later} | {
        "operating_points": [{key: point[key] for key in first_four} for point in metadata["operating_points"]]
    }
    write_card(old, tmp_path / "card.md")
    card = (tmp_path / "card.md").read_text()
    assert "Operating point *balanced*: positive from" in card
    assert "Sensitivity there" not in card
    assert "--abstain" not in card


def test_the_model_card_says_research_use_only_and_prints_the_bundles_own_figures(bundle):
    card = (bundle.folder / "MODEL_CARD.md").read_text()
    assert "Research use only" in card
    assert "optimistic" in card
    for figure in bundle.metadata["validation"].values():
        assert f"{figure['value']:.3f} | {figure['low']:.3f} to {figure['high']:.3f}" in card


def test_an_existing_folder_is_never_overwritten(bundle, drawn_run):
    with pytest.raises(TrainingError, match=r"is not empty.*\[export\.exists\]"):
        export(drawn_run.folder, bundle.folder)


def test_a_run_without_an_epoch_cannot_be_exported(tmp_path, drawn_run):
    shutil.copytree(drawn_run.folder, tmp_path / "run")
    shutil.rmtree(tmp_path / "run" / "checkpoints")
    with pytest.raises(TrainingError, match=r"run\.no_epoch"):
        export(tmp_path / "run", tmp_path / "bundle")


def test_the_same_bundle_opens_again_with_the_same_hash(bundle):
    assert open_bundle(bundle.folder).hash == bundle.hash
