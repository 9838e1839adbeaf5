"""A run becomes a bundle that scores as the network did."""

import shutil

import numpy as np
import pytest

from hemoscope.datasets.audit.fingerprints import UNKNOWN, find_seen, fingerprint
from hemoscope.errors import TrainingError
from hemoscope.inference.engine import Engine
from hemoscope.models.backend import import_keras
from hemoscope.models.bundle import FILES, FINGERPRINTS, SUMS, open_bundle
from hemoscope.training.export import export, prove_equal


@pytest.fixture(scope="module")
def bundle(drawn_run, tmp_path_factory):
    """The bundle of the finished run."""
    return export(drawn_run.folder, tmp_path_factory.mktemp("bundles") / "bundle")


def test_a_bundle_holds_its_six_files_and_no_pickle(bundle):
    assert {path.name for path in bundle.folder.iterdir()} == {*FILES, FINGERPRINTS, SUMS}


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
    assert bundle.calibration.method == "platt"
    assert bundle.operating_points["balanced"].fitted_on == bundle.calibration.fitted_on
    assert "validation part of drawn" in bundle.calibration.fitted_on


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
